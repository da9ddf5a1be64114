#include "properties/probe/rotary_facts.h"

#include <algorithm>
#include <numbers>

#include "properties/probe/fact_call.h"
#include "properties/probe/turned.h"
#include "reference/rotary.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
constexpr double response = 3;            // nats that a response should move its column by
constexpr double work_max = 2e9;          // multiplications for all pairs
constexpr Index none = -1, unclear = -2;  // no entry answers; several do, or what came is no number

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
    for (Fact& fact : turns()) facts.push_back(std::move(fact));
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

  // What q = size * e_a and k = size * (the entries in `set`) add to the log odds of the spot's column; nothing: it failed.
  std::optional<Moved> responds(Index a, double size, const std::vector<Index>& set) {
    call_.show(spot_.c);
    call_.call.write([&](ProbeInputs& in) {
      in.set_query(spot_.b, spot_.h, spot_.i, a, size);
      for (const Index e : set) in.set_key(spot_.c, e, size);
    });
    if (!call_.shoot(p_)) return std::nullopt;
    const Moved answer = moved(call_, seen_, spot_);
    off_ = off_ || answer.departs;
    return answer;
  }

  static bool answers(const Moved& move) { return std::abs(move.got) > response / 4; }  // infinity answers, NaN does not

  // The one entry beside a that answers it, found bit by bit, and asked alone: the bits of several are those of none of them.
  std::optional<Index> measured_partner(Index a) {
    const double turn = a < p_.rotary.dims ? std::abs(std::sin(angle(distance_, pair_of(a)))) : 1;
    const double size = std::sqrt(response / (std::abs(scale_) * turn));
    std::vector<Index> others;
    for (Index e = 0; e < p_.head_dim; ++e)
      if (e != a) others.push_back(e);
    const auto all = responds(a, size, others);
    if (!all) return std::nullopt;
    if (std::isnan(all->got)) return unclear;
    if (!answers(*all)) return none;
    Index found = 0;
    for (Index bit = 1; bit < p_.head_dim; bit *= 2) {
      std::vector<Index> set;
      std::copy_if(others.begin(), others.end(), std::back_inserter(set), [&](Index e) { return (e & bit) != 0; });
      const auto part = responds(a, size, set);
      if (!part) return std::nullopt;
      if (answers(*part)) found += bit;
    }
    if (found == a || found >= p_.head_dim) return unclear;
    const auto alone = responds(a, size, {found});
    if (!alone) return std::nullopt;
    return answers(*alone) ? found : unclear;
  }

  // Which entries turn, and the first pairs, those that are not in `other` before those that are.
  std::string pairing(const std::vector<Index>& partners, const std::vector<Index>& other) const {
    std::vector<Index> turned, untold;
    for (Index a = 0; a < Index(partners.size()); ++a) {
      if (partners[std::size_t(a)] == unclear) untold.push_back(a);
      if (partners[std::size_t(a)] >= 0) turned.push_back(a);
    }
    std::string text = fmt::format("{} of {} entries turn:{}", turned.size(), p_.head_dim, turned.empty() ? " none" : "");
    std::stable_partition(turned.begin(), turned.end(),
                          [&](Index a) { return partners[std::size_t(a)] != other[std::size_t(a)]; });
    int shown = 0;
    for (const Index a : turned) {
      const Index b = partners[std::size_t(a)];
      if (b < a && partners[std::size_t(b)] == a) continue;  // told with b
      if (shown++ < 4) text += fmt::format(" ({}, {})", a, b);
    }
    if (shown > 4) text += " ..";
    if (!untold.empty())
      text += fmt::format("; {} of them, entry {} the first, answer to several or with NaN", untold.size(), untold[0]);
    return text;
  }

  Fact pairs() {
    Fact fact{"rotary pairs", "", "", false, ""};
    known_ = find_spot();
    if (!known_) return unmeasured(fact, "no row sees a token that is turned against it, beside another column");
    const double work = double(p_.head_dim) * (3 + std::log2(double(p_.head_dim))) * double(p_.batch * p_.heads * p_.queries) *
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
    fact.got = pairing(partners_, right);
    fact.right = pairing(right, partners_);
    fact.departs = off_ && partners_ != right;
    return fact;
  }

  static Fact unmeasured(Fact fact, std::string why) {
    fact.unmeasured = std::move(why);
    return fact;
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

  // Angles, and beside them the factors, which XPOS alone has: without it they are told where they depart.
  std::vector<Fact> turns() {
    Fact angles{"rotary angles", "", "", false, ""},
        factors{p_.rotary.xpos.on ? "XPOS factors" : "rotary factors", "", "", false, ""};
    const auto untold = [&](const std::string& why) {
      std::vector<Fact> facts{unmeasured(angles, why)};
      if (p_.rotary.xpos.on) facts.push_back(unmeasured(factors, why));
      return facts;
    };
    if (!known_ || partners_.empty()) return untold("the pairs are not known");
    std::vector<double> angle_got, angle_right, factor_got, factor_right;
    for (Index r = 0; r < std::min<Index>(p_.rotary.dims / 2, 6); ++r) {
      const Index a = first_of(r), b = partners_[std::size_t(a)];
      if (b == unclear) return untold(fmt::format("entry {} has no one partner", a));
      const double right = angle(distance_, r);
      const auto found = turned(a, b, std::sqrt(1 / std::abs(scale_)), std::sqrt(1 / std::abs(scale_ * std::sin(right))));
      if (!found) return untold(call_.failed);
      const double around = 2 * std::numbers::pi;
      const double lost = std::abs(right) < std::numbers::pi ? 0 : around * std::round((right - found->angle()) / around);
      angle_got.push_back((found->angle() + lost) / distance_), angle_right.push_back(right / distance_);
      factor_got.push_back(found->factor()), factor_right.push_back(found->right_factor());
      const Apart apart = found->apart(b == partner(a));
      angles.departs = angles.departs || apart.angle, factors.departs = factors.departs || apart.factor;
    }
    const std::string more = p_.rotary.dims / 2 > Index(angle_got.size()) ? ", .." : "";
    const Pair turn = written(angle_got, angle_right, angles.departs),
               factor = written(factor_got, factor_right, factors.departs);
    angles.got = turn.got + more + " a position", angles.right = turn.right + more + " a position";
    factors.got = factor.got + more + fmt::format(" on q.k of row {} and column {}", spot_.i, spot_.c);
    factors.right = factor.right + more;
    if (!p_.rotary.xpos.on && !factors.departs) return {angles};
    return {angles, factors};
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

  // Every pair between row i and persistent column c.
  std::optional<std::vector<Turned>> turned_at(const Spot& spot) {
    spot_ = spot;
    std::vector<Turned> found;
    const double size = std::sqrt(1 / std::abs(scale_));
    for (Index r = 0; r < p_.rotary.dims / 2; ++r) {
      const auto pair = turned(first_of(r), partner(first_of(r)), size, size);
      if (!pair) return std::nullopt;
      found.push_back(*pair);
    }
    return found;
  }

  // One place of the fact below: the position, and of what departs beside it the pair that is furthest off.
  void tell(Fact& fact, const Spot& at, const std::vector<Turned>& pairs) const {
    std::vector<double> angles;
    const auto bent = [](const Turned& t) { return std::abs(std::remainder(t.angle() - t.right_angle(), 2 * std::numbers::pi)); };
    const auto stretched = [](const Turned& t) { return std::abs(t.factor() - t.right_factor()); };
    Index angle_off = none, factor_off = none;
    for (Index r = 0; r < Index(pairs.size()); ++r) {
      const Turned& pair = pairs[std::size_t(r)];
      const Apart apart = pair.apart(true);
      angles.push_back(pair.angle());
      if (apart.angle && (angle_off == none || bent(pair) > bent(pairs[std::size_t(angle_off)]))) angle_off = r;
      if (apart.factor && (factor_off == none || stretched(pair) > stretched(pairs[std::size_t(factor_off)]))) factor_off = r;
    }
    const auto t = position(angles);
    const std::string text = fmt::format("{}row {} against column {} turns by t = ", fact.got.empty() ? "" : ", ", at.i, at.c);
    const std::string right = fmt::format("{:.0f}", query_(at.i)), got = t ? fmt::format("{}", *t) : "no one position";
    fact.got += text + got, fact.right += text + right;
    const auto add = [&](Index r, const char* what, double is, double should_be) {
      const Pair numbers = written({is}, {should_be}, true);
      fact.got += fmt::format(" and {} {} by {}", what, r, numbers.got);
      fact.right += fmt::format(" and {} {} by {}", what, r, numbers.right);
    };
    fact.departs = fact.departs || angle_off != none || factor_off != none;
    if (angle_off != none && got == right) {
      const Turned& pair = pairs[std::size_t(angle_off)];
      add(angle_off, "pair", pair.angle(), pair.right_angle());
    }
    if (factor_off != none) {
      const Turned& pair = pairs[std::size_t(factor_off)];
      add(factor_off, "stretches pair", pair.factor(), pair.right_factor());
    }
  }

  Fact persistent() {
    Fact fact{"persistent keys", "", "", false, ""};
    const Index b = p_.batch - 1;
    for (const Index c : {Index{0}, p_.mem_kv - 1})
      for (Index h = 0; h < p_.heads; ++h) {
        Index i = p_.queries - 1;
        while (i >= 0 && !readable(seen_, p_, {b, h, i, c})) --i;
        if (i < 0 || (!fact.got.empty() && c == 0)) continue;
        const auto pairs = turned_at({b, h, i, c});
        if (!pairs) return unmeasured(fact, call_.failed);
        tell(fact, {b, h, i, c}, *pairs);
        break;
      }
    if (fact.got.empty()) return unmeasured(fact, "no row sees a persistent column beside another one");
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
