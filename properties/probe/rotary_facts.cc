#include "properties/probe/rotary_facts.h"

#include <algorithm>
#include <numbers>

#include "properties/probe/fact_call.h"
#include "reference/rotary.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
constexpr double response = 3;    // nats that a response should move its column by
constexpr double work_max = 2e9;  // multiplications for all pairs
constexpr Index none = -1;

class RotaryProbe {
 public:
  RotaryProbe(const Case& a_case, const Kernel& kernel, const Plumb& seen)
      : p_(a_case.problem), seen_(seen), call_(a_case, kernel), scale_(effective_scale(p_)) {
    reference::inverse_frequencies(p_, call_.call.tensors(), frequency_);
    reference::Attention truth = reference::attend(p_, call_.call.tensors());
    query_ = truth.sequence.query_position;
    key_ = truth.sequence.key_position;
  }

  std::vector<Fact> take() {
    std::vector<Fact> facts;
    if (p_.softcap > 0 && p_.softcap < 2 * response) {
      facts.push_back(unmeasured({"rotary", "", "", false, ""}, "the softcap flattens what would tell"));
      return facts;
    }
    facts.push_back(pairs());
    facts.push_back(angles());
    if (p_.mem_kv > 0) facts.push_back(persistent());
    return facts;
  }

 private:
  double angle(double distance, Index r) const { return distance * frequency_(r) / p_.rotary.interpolation; }
  Index partner(Index a) const {
    const Index half = p_.rotary.dims / 2;
    if (a >= p_.rotary.dims) return none;
    if (p_.rotary.pairs == RotaryPairs::adjacent) return a ^ 1;
    return a < half ? a + half : a - half;
  }
  Index pair_of(Index a) const { return p_.rotary.pairs == RotaryPairs::adjacent ? a / 2 : a % (p_.rotary.dims / 2); }
  Index first_of(Index r) const { return p_.rotary.pairs == RotaryPairs::adjacent ? 2 * r : r; }

  // A place, in the last sequence, where the slowest pair turns the most without the fastest standing still.
  bool find_spot() {
    double best = 0;
    const Index b = p_.batch - 1;
    for (Index h = 0; h < p_.heads; ++h)
      for (Index i = 0; i < p_.queries; ++i)
        for (Index c = p_.mem_kv; c < p_.columns(); ++c) {
          if (!readable(seen_, p_, {b, h, i, c})) continue;
          const double t = query_(i) - key_(c - p_.mem_kv);
          double least = 1;
          for (Index r = 0; r < p_.rotary.dims / 2; ++r) {
            least = std::min(least, std::abs(std::sin(angle(t, r))));
            if (!(std::abs(angle(t, r)) < std::numbers::pi)) least *= 1e-3;  // a turn may have been lost
          }
          if (least > best) best = least, spot_ = {b, h, i, c}, distance_ = t;
        }
    return best > 1e-9;
  }

  // The log odds that q = size * e_a and k = size * (the entries in `set`) add to the spot's column; nothing: it failed.
  std::optional<double> responds(Index a, double size, const std::vector<Index>& set) {
    call_.show(spot_.c);
    call_.call.write([&](ProbeInputs& in) {
      in.set_query(spot_.b, spot_.h, spot_.i, a, size);
      for (const Index e : set) in.set_key(spot_.c, e, size);
    });
    if (!call_.shoot(p_)) return std::nullopt;
    const Moved answer = moved(call_, seen_, spot_);
    off_ = off_ || answer.departs;
    return answer.got;
  }

  static bool answers(double moved) { return !(std::abs(moved) <= response / 4); }  // infinity and NaN are answers

  // The one entry beside a that answers it, found bit by bit.
  std::optional<Index> measured_partner(Index a) {
    const double turn = a < p_.rotary.dims ? std::abs(std::sin(angle(distance_, pair_of(a)))) : 1;
    const double size = std::sqrt(response / (std::abs(scale_) * turn));
    std::vector<Index> others;
    for (Index e = 0; e < p_.head_dim; ++e)
      if (e != a) others.push_back(e);
    const auto all = responds(a, size, others);
    if (!all) return std::nullopt;
    if (!answers(*all)) return none;
    Index found = 0;
    for (Index bit = 1; bit < p_.head_dim; bit *= 2) {
      std::vector<Index> set;
      std::copy_if(others.begin(), others.end(), std::back_inserter(set), [&](Index e) { return (e & bit) != 0; });
      const auto moved = responds(a, size, set);
      if (!moved) return std::nullopt;
      if (answers(*moved)) found += bit;
    }
    return found;
  }

  std::string pairing(const std::vector<Index>& partners) const {
    Index turned = 0;
    std::string text;
    for (Index a = 0; a < Index(partners.size()); ++a) {
      if (partners[std::size_t(a)] == none) continue;
      ++turned;
      if (partners[std::size_t(a)] > a && turned <= 8)
        text += fmt::format(" ({}, {})", a, partners[std::size_t(a)]);
      else if (partners[std::size_t(a)] > a && text.back() != '.')
        text += " ..";
    }
    return fmt::format("{} of {} entries turn:{}", turned, p_.head_dim, text.empty() ? " none" : text);
  }

  Fact pairs() {
    Fact fact{"rotary pairs", "", "", false, ""};
    known_ = find_spot();
    if (!known_) return unmeasured(fact, "no row sees a token that is turned against it, beside another column");
    const double work = double(p_.head_dim) * (2 + std::log2(double(p_.head_dim))) * double(p_.batch * p_.heads * p_.queries) *
                        double(p_.columns() + 1) * double(p_.head_dim + p_.value_dim);
    if (!(work <= work_max)) return unmeasured(fact, "too many calls for a case of this size");
    off_ = false;
    std::vector<Index> right;
    for (Index a = 0; a < p_.head_dim; ++a) {
      const auto found = measured_partner(a);
      if (!found) return unmeasured(fact, call_.failed);
      partners_.push_back(*found);
      right.push_back(partner(a));
    }
    fact.got = pairing(partners_);
    fact.right = pairing(right);
    fact.departs = off_ && partners_ != right;
    return fact;
  }

  // As many digits as outputs of the type tell.
  std::string digits(double x) const { return fmt::format("{:.{}g}", std::abs(x) < 1e-9 ? 0 : x, p_.type == Type::f32 ? 4 : 2); }

  static Fact unmeasured(Fact fact, std::string why) {
    fact.unmeasured = std::move(why);
    return fact;
  }

  // Angles by the tangent, so that a factor on both (XPOS) is of no effect: cos from k = e_a, sin from k = its partner.
  Fact angles() {
    Fact fact{"rotary angles", "", "", false, ""};
    if (!known_ || partners_.empty()) return unmeasured(fact, "the pairs are not known");
    off_ = false;
    const Index shown = std::min<Index>(p_.rotary.dims / 2, 6);
    for (Index r = 0; r < shown; ++r) {
      const Index a = first_of(r), b = partners_[std::size_t(a)];
      const double right = angle(distance_, r);
      const double cos_size = std::sqrt(1 / std::abs(scale_)), sin_size = std::sqrt(1 / std::abs(scale_ * std::sin(right)));
      const auto cosine = responds(a, cos_size, {a}), sine = b == none ? std::optional<double>(0) : responds(a, sin_size, {b});
      if (!cosine || !sine) return unmeasured(fact, call_.failed);
      const double turned = std::atan2(*sine / (sin_size * sin_size * scale_), *cosine / (cos_size * cos_size * scale_));
      const double around = 2 * std::numbers::pi;
      const double lost = std::abs(right) < std::numbers::pi ? 0 : around * std::round((right - turned) / around);
      fact.got += (r > 0 ? ", " : "") + digits((turned + lost) / distance_);
      fact.right += (r > 0 ? ", " : "") + digits(right / distance_);
    }
    const std::string rest = (shown < p_.rotary.dims / 2 ? ", .." : "") + std::string(" a position");
    fact.got += rest, fact.right += rest;
    fact.departs = off_;
    return fact;
  }

  // The position that fits the angles of a query against a key best, among those that a row could be given.
  std::optional<Index> position(const std::vector<double>& turned) const {
    const Index reach = 2 * (p_.queries + p_.columns()) + Index(query_.cwiseAbs().maxCoeff()) + 1;
    double least = 1e300, second = 1e300;
    Index best = 0;
    for (Index t = -reach; t <= reach; ++t) {
      double away = 0;
      for (std::size_t r = 0; r < turned.size(); ++r)
        away = std::max(away, std::abs(std::remainder(angle(double(t), Index(r)) - turned[r], 2 * std::numbers::pi)));
      if (away < least)
        second = least, least = away, best = t;
      else
        second = std::min(second, away);
    }
    return least < 0.1 && second > 2 * least ? std::optional(best) : std::nullopt;
  }

  // Angles of every pair between row i and persistent column c.
  std::optional<std::vector<double>> angles_at(const Spot& spot) {
    spot_ = spot;
    std::vector<double> turned;
    const double size = std::sqrt(1 / std::abs(scale_));
    for (Index r = 0; r < p_.rotary.dims / 2; ++r) {
      const Index a = first_of(r), b = partner(a);
      const auto cosine = responds(a, size, {a}), sine = responds(a, size, {b});
      if (!cosine || !sine) return std::nullopt;
      turned.push_back(std::atan2(*sine * scale_, *cosine * scale_));
    }
    return turned;
  }

  Fact persistent() {
    Fact fact{"persistent keys", "", "", false, ""};
    off_ = false;
    const Index b = p_.batch - 1;
    int seen = 0;
    for (const Index c : {Index{0}, p_.mem_kv - 1})
      for (Index h = 0; h < p_.heads; ++h) {
        Index i = p_.queries - 1;
        while (i >= 0 && !readable(seen_, p_, {b, h, i, c})) --i;
        if (i < 0 || (seen > 0 && c == 0)) continue;
        const auto turned = angles_at({b, h, i, c});
        if (!turned) return unmeasured(fact, call_.failed);
        const auto t = position(*turned);
        const std::string text = fmt::format("{}row {} against column {} turns by t = ", seen > 0 ? ", " : "", i, c);
        fact.got += text + (t ? fmt::format("{}", *t) : "no one position");
        fact.right += text + fmt::format("{:.0f}", query_(i));
        ++seen;
        break;
      }
    if (seen == 0) return unmeasured(fact, "no row sees a persistent column beside another one");
    fact.departs = off_;
    return fact;
  }

  const Problem p_;
  const Plumb& seen_;
  FactCall call_;
  const double scale_;
  reference::Vector frequency_, query_, key_;
  Spot spot_{};
  double distance_ = 0;
  bool known_ = false, off_ = false;
  std::vector<Index> partners_;
};

}  // namespace

std::vector<Fact> rotary_facts(const Case& a_case, const Kernel& kernel, const Plumb& seen) {
  return RotaryProbe(a_case, kernel, seen).take();
}

}  // namespace boresight::properties::probe
