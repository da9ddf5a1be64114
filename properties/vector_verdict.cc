#include "properties/vector_verdict.h"

#include <cmath>

#include "properties/prepared.h"
#include "properties/readings/fit.h"
#include "properties/readings/misread_kernel.h"

namespace boresight::properties {

Arithmetic double_arithmetic(const Problem& problem) {
  constexpr double u = unit_roundoff(Type::f64);
  Arithmetic arithmetic;
  arithmetic.accumulator_roundoff = u;
  arithmetic.dot_chain = problem.head_dim;
  arithmetic.value_chain = problem.columns() + 2;
  arithmetic.accumulator = arithmetic.rotated = arithmetic.scaled_query = arithmetic.scores = arithmetic.weights = Type::f64;
  arithmetic.exp_error = arithmetic.tanh_error = arithmetic.log_error = 2 * u;
  const bool computed = problem.rotary.dims > 0 && !problem.rotary.frequencies_as_data;
  const double base = problem.rotary.base * problem.rotary.base_rescale * problem.rotary.base_rescale;
  arithmetic.angle_error = computed ? (4 + 2 * std::log(base)) * u : 2 * u;
  arithmetic.turn_error = problem.rotary.xpos.on ? 16 * u : 2 * u;
  return arithmetic;
}

Verdict judge_reference(const Vector& vector) {
  Certified certified;
  const Problem& p = vector.problem;
  reference::attend(p, vector.inputs.tensors, certified.truth);
  if (!certified.truth.out_of_domain.empty()) return skipped("out of the domain: " + certified.truth.out_of_domain);
  reference::error_bound(p, vector.inputs.tensors, certified.truth, double_arithmetic(p), certified.bound);
  return compare(Results{p.batch, p.heads, p.queries, p.value_dim, vector.expected, vector.expected_lse, ""}, certified);
}

Diagnosis diagnose_observed(const Vector& vector) {
  Certified certified;
  const Problem& p = vector.problem;
  const Call call{p, vector.inputs.tensors};
  const Arithmetic arithmetic = p.type == Type::f64 ? double_arithmetic(p) : readings::careful_arithmetic(p);
  reference::attend(p, call.tensors, certified.truth);
  if (!certified.truth.out_of_domain.empty()) return {"", "out of the domain: " + certified.truth.out_of_domain};
  reference::error_bound(p, call.tensors, certified.truth, arithmetic, certified.bound);
  const Results results{p.batch, p.heads, p.queries, p.value_dim, vector.observed, {}, ""};
  readings::BookProducts shared(p, call.tensors);
  return diagnose(readings::Observation{call, arithmetic, certified, results, &shared});
}

Verdict judge_vector(const Vector& vector, const Kernel& kernel) {
  const Call call{vector.problem, vector.inputs.tensors};
  if (auto refused = refusal(kernel, call)) return *refused;
  std::optional<Verdict> outside;
  const Certified& certified = certify(call, kernel, {}, 0, outside);
  if (outside) return *outside;
  const Results results = run(kernel, call, {}, Layout::bhnd);
  if (!results.broken.empty()) return failed(results.broken);
  return compare(results, certified);
}

}  // namespace boresight::properties
