#include "properties/probe/persistent_keys.h"

#include <numbers>

#include "properties/probe/rotary_probe.h"

namespace boresight::properties::probe {
namespace {

class PersistentKeys : RotaryProbe {
 public:
  using RotaryProbe::RotaryProbe;

  Fact take() {
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

 private:
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
};

}  // namespace

Fact persistent_keys(const Case& a_case, const Kernel& kernel, const Plumb& seen) {
  return PersistentKeys(a_case, kernel, seen).take();
}

}  // namespace boresight::properties::probe
