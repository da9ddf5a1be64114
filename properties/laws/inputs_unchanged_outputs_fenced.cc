// A call reads its inputs and writes its outputs, and nothing else.
//
//   every element of the inputs keeps its value; every element of out and lse is written; no byte around or between them is;
//   a call that does not ask for lse gives the same out          holds: always
#include "properties/laws/bench.h"
#include "properties/laws/laws.h"

namespace boresight::properties {

void prepare_inputs_unchanged_outputs_fenced(Case& c, Choices& choices) {
  c.layout = choices.one_of({Layout::bhnd, Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed});
}

Verdict judge_inputs_unchanged_outputs_fenced(const Case& a_case, const Kernel& kernel) {
  const Prepared prepared = prepare(a_case);
  if (auto refused = refusal(kernel, prepared.call)) return *refused;
  const std::uint64_t before = hash(prepared.inputs.tensors);
  const Results results = run(kernel, prepared.call, a_case.options, a_case.layout);
  if (!results.broken.empty()) return failed(results.broken);
  if (hash(prepared.inputs.tensors) != before) return failed("changed its inputs");
  const Results without_lse = run(kernel, prepared.call, a_case.options, a_case.layout, false);
  if (!without_lse.broken.empty()) return failed(without_lse.broken + " (without lse)");
  const auto every_row = [](std::int64_t, std::int64_t, std::int64_t) { return true; };
  if (hash(prepared.inputs.tensors) != before) return failed("changed its inputs (without lse)");
  if (auto changed = first_changed_bit(without_lse, results, every_row)) return failed("out changes where lse is not asked for", changed);
  return a_case.problem.queries > 0 ? Verdict{} : mistrusted("no rows");
}

}  // namespace boresight::properties
