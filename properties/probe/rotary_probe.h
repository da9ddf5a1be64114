// Rotary calls: one entry of a query against some of a key, at one row and column, and what that tells of a pair of entries.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "properties/probe/facts.h"
#include "properties/probe/turned.h"
#include "reference/rotary.h"

namespace boresight::properties::probe {

// What the facts of rotary are made with; each sets the spot that it reads.
class RotaryProbe {
 public:
  using Index = std::int64_t;
  static constexpr Index none = -1;

  RotaryProbe(const Case& a_case, const Kernel& kernel, const Plumb& seen)
      : p_(a_case.problem), seen_(seen), call_(a_case, kernel), scale_(effective_scale(p_)) {
    reference::inverse_frequencies(p_, call_.call.tensors(), frequency_);
    reference::Attention truth = reference::attend(p_, call_.call.tensors());
    query_ = truth.sequence.query_position;
    key_ = truth.sequence.key_position;
  }

 protected:
  double angle(double distance, Index r) const { return distance * frequency_(r) / p_.rotary.interpolation; }
  Index partner(Index a) const {
    const Index half = p_.rotary.dims / 2;
    if (a >= p_.rotary.dims) return none;
    if (p_.rotary.pairs == RotaryPairs::adjacent) return a ^ 1;
    return a < half ? a + half : a - half;
  }
  Index pair_of(Index a) const { return p_.rotary.pairs == RotaryPairs::adjacent ? a / 2 : a % (p_.rotary.dims / 2); }
  Index first_of(Index r) const { return p_.rotary.pairs == RotaryPairs::adjacent ? 2 * r : r; }

  // What q = size * e_a and k = size * (the entries in `set`) add to the log odds of the spot's column; nothing: it failed.
  std::optional<Moved> responds(Index a, double size, const std::vector<Index>& set) {
    call_.show(spot_.c);
    call_.call.write([&](ProbeInputs& in) {
      in.set_query(spot_.b, spot_.h, spot_.i, a, size);
      for (const Index e : set) in.set_key(spot_.c, e, size);
    });
    if (!call_.shoot(p_)) return std::nullopt;
    return moved(call_, seen_, spot_);
  }

  // cos from k on entry a, sin from k on b; where b is not the partner of a, what is right of the sine is asked of that one.
  std::optional<Turned> turned(Index a, Index b, double cosine_size, double sine_size) {
    const Moved still{0, 0, 0, false};
    const auto cosine = responds(a, cosine_size, {a}), sine = b == none ? still : responds(a, sine_size, {b});
    if (!cosine || !sine) return std::nullopt;
    Turned found{*cosine, *sine, cosine_size * cosine_size * scale_, sine_size * sine_size * scale_};
    if (b == partner(a)) return found;
    const auto right = responds(a, sine_size, {partner(a)});
    if (!right) return std::nullopt;
    found.sine.right = right->right, found.sine.departs = sine->departs || right->departs;
    return found;
  }

  // Two lists of numbers: as many digits as outputs of the type tell, or as it takes to tell them apart where they are.
  struct Pair {
    std::string got, right;
  };
  Pair written(const std::vector<double>& got, const std::vector<double>& right, bool apart) const {
    const auto listed = [&](const std::vector<double>& numbers, int digits) {
      std::string text;
      for (const double x : numbers)
        text += fmt::format("{}{:.{}g}", text.empty() ? "" : ", ", std::abs(x) < 1e-9 ? 0 : x, digits);
      return text;
    };
    int digits = p_.type == Type::f32 ? 4 : 2;
    while (apart && digits < 17 && listed(got, digits) == listed(right, digits)) ++digits;
    return {listed(got, digits), listed(right, digits)};
  }

  static Fact unmeasured(Fact fact, std::string why) {
    fact.unmeasured = std::move(why);
    return fact;
  }

  const Problem p_;
  const Plumb& seen_;
  FactCall call_;
  const double scale_;
  reference::Vector frequency_, query_, key_;
  Spot spot_{};
};

}  // namespace boresight::properties::probe
