#include "properties/probe/probing.h"

#include <algorithm>
#include <cmath>

#include "reference/visibility.h"

namespace boresight::properties::probe {
namespace {

using reference::Head;
using reference::Matrix;

// An f16 output of a weight reaches down to 2^-24 only, so values of 2^15 widen the range by ten nats where sums are in f32
// (weights kept in f16 vanish at 17 nats whatever the values are; the bound of the declared arithmetic knows).
double one_hot_value(const Problem& problem, const Arithmetic& arithmetic) {
  return problem.type == Type::f16 && arithmetic.accumulator == Type::f32 ? 0x1p15 : 1;
}

// The right side of a head, and nothing known of the kernel's yet.
HeadPlumb unread(const Head& head, Index rows, Index columns) {
  HeadPlumb plumb;
  plumb.right_visible = head.visible.rightCols(columns);
  plumb.right = head.scores.rightCols(columns);
  for (Index i = 0; i < rows; ++i) plumb.right_base.push_back(base(head, i));
  for (Index i = 0; i < rows; ++i) plumb.right.row(i).array() -= plumb.right_base[std::size_t(i)];
  plumb.seen.assign(std::size_t(rows * columns), Seen::below_reach);
  plumb.low = Matrix::Constant(rows, columns, -infinity);
  plumb.high = -plumb.low;
  plumb.offset = Matrix::Zero(rows, columns);
  return plumb;
}

std::size_t place(const Results& results, std::size_t head, Index i) { return head * std::size_t(results.rows) + std::size_t(i); }

}  // namespace

Probing::Probing(const Case& a_case, const Kernel& kernel)
    : problem(a_case.problem),
      columns(problem.columns()),
      rows(problem.queries),
      width(problem.value_dim),
      zero(reference::first_column(problem)),
      call(a_case, kernel) {}

bool start(Probing& probing) {
  const Problem& problem = probing.problem;
  if (probing.columns == 0 || probing.rows == 0) return refuse(probing, "no row or no column to probe");
  probing.call.write([&](ProbeInputs& in) { in.set_one_hot(0, std::min(probing.width, probing.columns), 1); });
  const Tensors& tensors = probing.call.tensors();
  if (const auto refusal = properties::refusal(probing.call.kernel(), {problem, tensors})) return refuse(probing, refusal->why);
  probing.value = one_hot_value(problem, probing.call.arithmetic(problem));
  probing.truth = reference::attend(problem, tensors);
  if (!probing.truth.out_of_domain.empty()) return refuse(probing, "out of the domain: " + probing.truth.out_of_domain);
  for (const Head& head : probing.truth.heads) probing.result.heads.push_back(unread(head, probing.rows, probing.columns));
  return true;
}

bool refuse(Probing& probing, std::string why) {
  probing.result.refused = std::move(why);
  return false;
}

bool shoot(Probing& probing, const Problem& problem, Results& results) {
  results = probing.call.run(problem);
  ++probing.result.calls;
  return results.broken.empty() || refuse(probing, "the kernel " + results.broken);
}

void bound_one_hot(Probing& probing, const Problem& problem, reference::Attention& truth, Columns shown) {
  for (Head& head : truth.heads) {
    head.value.setZero(head.value.rows(), probing.width);
    head.out.setZero(probing.rows, probing.width);
    for (Index k = 0; k < shown.count; ++k) {
      const Index column = probing.zero + shown.first + k;
      head.value(column, k) = probing.value;
      head.out.col(k) = head.weights.col(column) * probing.value;
    }
  }
  const ProbeCall& call = probing.call;
  reference::error_bound(problem, tensors_for(problem, call.tensors()), truth, call.arithmetic(problem), probing.bounds);
}

double weight_shown(const Probing& probing, const Results& got, std::size_t head, Index i, Index k) {
  return got.out[place(got, head, i) * std::size_t(probing.width) + std::size_t(k)] / probing.value;
}

double bound_shown(const Probing& probing, std::size_t head, Index i, Index k) {
  return probing.bounds.heads[head].out(i, k) / probing.value;
}

std::vector<Columns> windows(const Probing& probing, Index step) {
  std::vector<Columns> all;
  for (Index first = 0; first < probing.columns; first += step) all.push_back({first, std::min(step, probing.columns - first)});
  return all;
}

double base(const Head& head, Index i) { return std::isfinite(head.lse(i)) ? head.lse(i) : 0; }

}  // namespace boresight::properties::probe
