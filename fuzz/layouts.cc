// Layouts: sizes, masks, windows, biases and tiles on drawn values, each available kernel within its certified bound, and its
// inputs as they were.
#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/finding.h"
#include "problem/inputs.h"
#include "problem/token.h"
#include "properties/laws/law.h"
#include "properties/prepared.h"
#include "properties/report/report.h"
#include "properties/shrink.h"

namespace boresight::fuzz {
namespace {

std::string finding_in_words(const Case& drawn, const properties::Law& law, const Kernel& kernel) {
  properties::Finding finding;
  finding.kernel = kernel.name;
  finding.law = law.name;
  finding.smallest = properties::shrunk(drawn, law, kernel);
  finding.verdict = law.judge(finding.smallest, kernel);
  if (finding.verdict.outcome != properties::Outcome::failed)
    finding.verdict = properties::failed("failed once, and not again on the same case: something is remembered between cases");
  finding.diagnosis = properties::diagnose(finding.smallest, kernel);
  finding.smallest.kernel = finding.kernel;
  finding.smallest.law = finding.law;
  return properties::words(finding, {"build/release/boresight"});
}

}  // namespace

std::string judge_layouts(std::string_view input, const Kernels& kernels) {
  static const properties::Law& unchanged = *properties::find_law("inputs_unchanged_outputs_fenced");
  const Case a_case = case_of(input);
  const properties::Prepared prepared = properties::prepare(a_case);
  const std::uint64_t inputs = hash(prepared.call.tensors);
  HeldCall held(prepared.call);
  for (const Kernel& kernel : kernels) {
    if (!kernel.unavailable.empty()) continue;
    const bool wrong = fault_of(kernel.name, held.judge(kernel, a_case.options, a_case.layout)).has_value();
    if (wrong) return finding_in_words(a_case, properties::agreement(), kernel);
    if (hash(prepared.call.tensors) != inputs) return finding_in_words(a_case, unchanged, kernel);
  }
  return {};
}

std::string mutate_layouts(std::string_view input, Choices& choices) { return token(mutated(case_of(input), choices)); }

std::string cross_layouts(std::string_view one, std::string_view other, Choices& choices) {
  return token(crossed(case_of(one), case_of(other), choices));
}

}  // namespace boresight::fuzz
