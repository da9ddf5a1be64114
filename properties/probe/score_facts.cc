#include "properties/probe/score_facts.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "properties/probe/fact_call.h"
#include "properties/probe/number.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;

// Whether a row's recovered levels are these scores, up to a constant.
template <class Scores>
bool row_fits(const HeadPlumb& head, Index i, Index first_column, const Scores& scores) {
  Common common;
  for (Index c = 0; c < head.right.cols(); ++c) {
    if (head.at(i, c) != Seen::visible || !head.right_visible(i, c)) continue;
    const double above = head.right(i, c) - scores(i, first_column + c);
    common.add({head.low(i, c) + above, head.high(i, c) + above});
  }
  return !common.empty();
}

// Whether all are those of another problem (another order of the softcap).
bool levels_fit(const FactSubject& s, const Problem& problem, const Tensors& tensors) {
  const reference::Attention truth = reference::attend(problem, tensors);
  for (std::size_t h = 0; h < s.seen.heads.size(); ++h)
    for (Index i = 0; i < s.p.queries; ++i)
      if (!row_fits(s.seen.heads[h], i, reference::first_column(s.p), truth.heads[h].scores)) return false;
  return true;
}

Problem with_other_order(Problem p) {
  const bool after = p.softcap_order == SoftcapOrder::after_bias;
  p.softcap_order = after ? SoftcapOrder::before_bias : SoftcapOrder::after_bias;
  return p;
}

const char* order_words(bool after) { return after ? "after the bias" : "before the bias"; }

// All of a row's levels may be the same.
bool is_flat(const HeadPlumb& head, Index i) {
  Common level;
  for (Index c = 0; c < head.right.cols(); ++c)
    if (head.at(i, c) == Seen::visible) level.add({head.low(i, c) + head.right(i, c), head.high(i, c) + head.right(i, c)});
  return !level.empty();
}

bool all_flat(const Plumb& seen) {
  for (const HeadPlumb& head : seen.heads)
    for (Index i = 0; i < head.right.rows(); ++i)
      if (!is_flat(head, i)) return false;
  return true;
}

// A row's levels may have moved by no more than a constant.
bool stayed(const HeadPlumb& before, const HeadPlumb& after, Index i) {
  Common moved;
  for (Index c = 0; c < before.right.cols(); ++c) {
    if (before.at(i, c) != Seen::visible || after.at(i, c) != Seen::visible) continue;
    moved.add({after.low(i, c) - before.high(i, c), after.high(i, c) - before.low(i, c)});
  }
  return !moved.empty();
}

bool all_stayed(const Plumb& before, const Plumb& after) {
  for (std::size_t h = 0; h < after.heads.size(); ++h)
    for (Index i = 0; i < after.heads[h].right.rows(); ++i)
      if (!stayed(before.heads[h], after.heads[h], i)) return false;
  return true;
}

// The first head's last row that can be read, at its last column.
std::optional<Spot> last_spot(const FactSubject& s) {
  for (Index b = 0; b < s.p.batch; ++b)
    for (Index h = 0; h < s.p.heads; ++h)
      for (Index i = s.p.queries - 1; i >= 0; --i)
        for (Index c = s.p.columns() - 1; c >= 0; --c)
          if (readable(s.seen, s.p, {b, h, i, c})) return Spot{b, h, i, c};
  return std::nullopt;
}

// q.k at this spot alone, by the last entry.
bool shoot_product(FactCall& call, const Problem& p, const Spot& spot, double product) {
  call.show(spot.c);
  call.call.write([&](ProbeInputs& in) {
    in.set_query(spot.b, spot.h, spot.i, p.head_dim - 1, 1);
    in.set_key(spot.c, p.head_dim - 1, product);
  });
  return call.shoot(p);
}

}  // namespace

// What q.k = 2 / scale on one column does to its log odds: the scale, and a softcap of products.
Fact scale_of_products(const FactSubject& s) {
  Fact fact{"scale of q.k", "", "", false, ""};
  if (s.p.rotary.dims == s.p.head_dim) return unmeasured(fact, "rotary turns every entry");
  const double scale = effective_scale(s.p);
  if (!(std::abs(scale) >= 0x1p-10 && std::abs(scale) <= 0x1p10)) return unmeasured(fact, "the scale is too far from 1");
  const auto spot = last_spot(s);
  if (!spot) return unmeasured(fact, "no row sees two columns of some weight");
  const double product = (s.p.softcap > 0 ? std::min(2 * s.p.softcap, 4.0) : 2) / scale;
  FactCall call(s.a_case, s.kernel);
  if (!shoot_product(call, s.p, *spot, product)) return unmeasured(fact, call.failed);
  const Moved answer = moved(call, s.seen, *spot);
  fact.got = fmt::format("q.k = {} lifts a score by {}", measured_number(product), measured_number(answer.got));
  fact.right = measured_number(answer.right);
  fact.departs = answer.departs;
  return fact;
}

// Two scales, q = k = 0: the scale multiplies q.k alone, so no weight moves.
Fact scale_on_bias(const FactSubject& s) {
  Fact fact{"scale", "", "leaves the bias alone", false, ""};
  if (all_flat(s.seen)) return unmeasured(fact, "the bias is too flat here to be seen stretched");
  Case doubled = s.a_case;
  doubled.problem.scale = 2 * effective_scale(s.p);
  if (const std::string why = s.kernel.unsupported(doubled.problem, make_inputs(doubled).tensors); !why.empty())
    return unmeasured(fact, "not supported: " + why);
  const Plumb again = plumb(doubled, s.kernel);
  if (!again.refused.empty()) return unmeasured(fact, again.refused);
  fact.departs = !all_stayed(s.seen, again);
  fact.got = fact.departs ? "stretches the bias too" : fact.right;
  return fact;
}

Fact softcap_order(const FactSubject& s) {
  const bool right_after = s.p.softcap_order == SoftcapOrder::after_bias;
  Fact fact{"softcap", "", order_words(right_after), false, ""};
  if (s.p.bias.kind == BiasKind::none) return unmeasured(fact, "no bias to be capped");
  const ProbeInputs inputs(s.a_case);
  const bool as_right = levels_fit(s, s.p, inputs.tensors());
  const bool as_other = levels_fit(s, with_other_order(s.p), inputs.tensors());
  if (as_right && as_other) return unmeasured(fact, "the bias is too small here for either order to show");
  fact.got = as_right ? order_words(right_after) : as_other ? order_words(!right_after) : "neither before nor after the bias";
  if (as_other && right_after) fact.got += ", or none";
  fact.departs = !as_right;
  return fact;
}

}  // namespace boresight::properties::probe
