#include "properties/exhaustive/judge.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <utility>

#include "properties/compare.h"
#include "properties/laws/law.h"

namespace boresight::properties::exhaustive {
namespace {

constexpr std::string_view untouched = "inputs_unchanged_outputs_fenced";
constexpr std::size_t alone_max = 16;  // failing sequences that are tried alone before the whole call is told

// The largest error / bound of `count` elements; infinity where any is not shown to be within.
double largest_ratio(const double* got, const double* truth, const double* bound, std::int64_t count, double largest) {
  for (std::int64_t k = 0; k < count; ++k)
    if (!(got[k] == truth[k])) largest = std::max(largest, error_over_bound(got[k], truth[k], bound[k]));
  return largest;
}

// Of one sequence, out and lse.
double largest_ratio(const Results& got, const Certificate& certificate, std::int64_t b) {
  double largest = 0;
  for (std::int64_t h = 0; h < got.heads; ++h) {
    const std::size_t at = std::size_t(b * got.heads + h);
    const reference::Head& truth = certificate.truth.heads[at];
    const reference::HeadBound& bound = certificate.bound.heads[at];
    const double* const out = got.out.data() + std::ptrdiff_t(at) * got.rows * got.width;
    const double* const lse = got.lse.data() + std::ptrdiff_t(at) * got.rows;
    largest = largest_ratio(out, truth.out.data(), bound.out.data(), got.rows * got.width, largest);
    largest = largest_ratio(lse, truth.lse.data(), bound.lse.data(), got.rows, largest);
  }
  return largest;
}

// A failing sequence as a case of its own, the one that hides least if it can be; the call itself where none fails alone.
Case smallest(const Case& call, const Kernel& kernel, std::string_view law, std::vector<std::int64_t> failing) {
  Case whole = call;
  whole.law = law;
  whole.kernel = kernel.name;
  std::ranges::sort(failing, {}, [](std::int64_t b) { return std::pair(std::popcount(std::uint64_t(b)), b); });
  failing.resize(std::min(failing.size(), alone_max));
  for (const std::int64_t b : failing)
    if (const Case one = alone(whole, b); find_law(law)->judge(one, kernel).outcome == Outcome::failed) return one;
  return whole;
}

}  // namespace

void Judge::judge(const Layouts& layouts, const std::vector<const Kernel*>& kernels, const std::vector<bool>& judged,
                  Judged* outcomes) {
  bool renewed = false;
  const auto take_up = [&](const Case& call) {
    Case truth_case = call;
    truth_case.options = {};
    if (!renewed || !(truth_case == case_)) renew(truth_case);
    renewed = true;
  };
  for (const Way& way : ways()) {
    std::optional<Case> call = case_of(layouts, way);
    if (!call) continue;
    take_up(*call);
    std::vector<std::size_t> for_narrow;  // kernels that are for 16-bit types alone
    for (std::size_t k = 0; k < kernels.size(); ++k) {
      if (!judged[k] || outcomes[k].failed > 0) continue;
      if (kernels[k]->unsupported(call_.problem, call_.tensors).empty())
        judge(*call, *kernels[k], outcomes[k]);
      else
        for_narrow.push_back(k);
    }
    if (for_narrow.empty()) continue;
    call->problem.type = Type::bf16;
    take_up(*call);
    for (const std::size_t k : for_narrow) judge(*call, *kernels[k], outcomes[k]);
  }
}

void Judge::renew(const Case& call) {
  case_ = call;
  inputs_ = make_inputs(call);
  inputs_hash_ = hash(inputs_.tensors);
  call_ = {call.problem, inputs_.tensors};
  truth_.renew(call.problem);
}

// Why the kernel can't be judged on the call; empty: it can.
std::string Judge::refusal(const Kernel& kernel) {
  if (const std::string& why = truth_.invalid(call_); !why.empty()) return why;
  if (const std::string why = kernel.unsupported(call_.problem, call_.tensors); !why.empty()) return "not supported: " + why;
  if (const std::string& why = truth_.attention(call_).out_of_domain; !why.empty()) return "out of the domain: " + why;
  return "";
}

void Judge::judge(const Case& call, const Kernel& kernel, Judged& outcome) {
  const std::int64_t sequences = call.problem.batch;
  if (const std::string why = refusal(kernel); !why.empty()) {
    outcome.skipped[kind_of(why)] += sequences;
    return;
  }
  const Truth::Bound& bound = truth_.bound(call_, kernel.arithmetic(call.problem, call.options));
  if (!bound.finite) {
    outcome.skipped["the declared arithmetic has no finite bound here"] += sequences;
    return;
  }
  const Certificate certificate(truth_.attention(call_), bound.values);
  const Results results = run(kernel, call_, call.options, call.layout);
  outcome.runs += sequences;
  const bool scribbled = hash(inputs_.tensors) != inputs_hash_;
  if (scribbled) {  // the next kernel must not see it
    inputs_ = make_inputs(case_);
    call_.tensors = inputs_.tensors;
  }
  failing_.clear();
  double largest = 0;
  for (std::int64_t b = 0; b < sequences; ++b) {
    const bool broken = scribbled || !results.broken.empty();
    const double ratio = broken ? std::numeric_limits<double>::infinity() : largest_ratio(results, certificate, b);
    if (ratio <= 1)
      largest = std::max(largest, ratio);
    else
      failing_.push_back(b);
  }
  outcome.largest = std::max(outcome.largest, largest);
  if (failing_.empty()) return;
  outcome.failed = std::int64_t(failing_.size());
  outcome.finding = smallest(call, kernel, scribbled && results.broken.empty() ? untouched : agreement_name, failing_);
}

}  // namespace boresight::properties::exhaustive
