#include "properties/probe/rotary_facts.h"

#include <algorithm>
#include <numbers>

#include "properties/probe/persistent_keys.h"
#include "properties/probe/rotary_probe.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
constexpr double response = 3;    // nats that a response should move its column by
constexpr double work_max = 2e9;  // multiplications for all pairs
constexpr Index unclear = -2;     // beside RotaryProbe::none: several entries answer, or what came is no number

class PairFacts : RotaryProbe {
 public:
  using RotaryProbe::RotaryProbe;

  std::vector<Fact> take() {
    std::vector<Fact> facts{pairs()};
    for (Fact& fact : turns()) facts.push_back(std::move(fact));
    return facts;
  }

 private:
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

  static bool answers(const Moved& move) { return std::abs(move.got) > response / 4; }  // infinity answers, NaN does not

  std::optional<Moved> asks(Index a, double size, const std::vector<Index>& set) {
    const auto answer = responds(a, size, set);
    off_ = off_ || (answer && answer->departs);
    return answer;
  }

  // The one entry beside a that answers it, found bit by bit, and asked alone: the bits of several are those of none of them.
  std::optional<Index> measured_partner(Index a) {
    const double turn = a < p_.rotary.dims ? std::abs(std::sin(angle(distance_, pair_of(a)))) : 1;
    const double size = std::sqrt(response / (std::abs(scale_) * turn));
    std::vector<Index> others;
    for (Index e = 0; e < p_.head_dim; ++e)
      if (e != a) others.push_back(e);
    const auto all = asks(a, size, others);
    if (!all) return std::nullopt;
    if (std::isnan(all->got)) return unclear;
    if (!answers(*all)) return none;
    Index found = 0;
    for (Index bit = 1; bit < p_.head_dim; bit *= 2) {
      std::vector<Index> set;
      std::copy_if(others.begin(), others.end(), std::back_inserter(set), [&](Index e) { return (e & bit) != 0; });
      const auto part = asks(a, size, set);
      if (!part) return std::nullopt;
      if (answers(*part)) found += bit;
    }
    if (found == a || found >= p_.head_dim) return unclear;
    const auto alone = asks(a, size, {found});
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
    const auto departs = [&](Index a) { return partners[std::size_t(a)] != other[std::size_t(a)]; };
    std::sort(turned.begin(), turned.end(), [&](Index a, Index b) {  // those first that depart, each in order
      return departs(a) != departs(b) ? departs(a) : a < b;
    });
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

  double distance_ = 0;
  bool known_ = false, off_ = false;
  std::vector<Index> partners_;
};

}  // namespace

std::vector<Fact> rotary_facts(const Case& a_case, const Kernel& kernel, const Plumb& seen) {
  const Problem& p = a_case.problem;
  if (p.softcap > 0 && p.softcap < 2 * response) {
    Fact fact{"rotary", "", "", false, "the softcap flattens what would tell"};
    return {fact};
  }
  std::vector<Fact> facts = PairFacts(a_case, kernel, seen).take();
  if (p.mem_kv > 0) facts.push_back(persistent_keys(a_case, kernel, seen));
  return facts;
}

}  // namespace boresight::properties::probe
