#include "properties/documented.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cassert>
#include <cmath>
#include <optional>
#include <vector>

#include "problem/nearest.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"
#include "properties/prepared.h"
#include "properties/readings/evaluator.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/table.h"

namespace boresight::properties {
namespace {

using readings::Decisions;
using readings::Evaluation;

Decisions documented_decisions(const Kernel& kernel, const Problem& problem) {
  Decisions decisions = readings::by_the_book(problem);
  for (const std::string& id : kernel.documented) {
    const readings::Reading* const reading = readings::find_reading(id);
    assert(reading != nullptr);  // known_readings() comes before
    reading->apply(decisions);
  }
  return decisions;
}

// What the documented readings make of one head, with the bound around it.
struct Right {
  Evaluation evaluation;
  reference::HeadBound bound;
};

bool finite(const Right& right) { return right.bound.out.allFinite() && right.bound.lse.allFinite(); }

Verdict agrees_as_documented(const Case& a_case, const Kernel& kernel) {
  const Problem& p = a_case.problem;
  Trial trial(agreement_name, a_case, kernel);
  const Certificate by_the_book = trial.certify(trial.call());
  if (!trial.going()) return trial.verdict();
  const bool shows = some_row_shows(by_the_book);
  const Decisions decisions = documented_decisions(kernel, p);
  const Arithmetic arithmetic = kernel.arithmetic(p, a_case.options);
  std::vector<Right> rights;
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      Right right{evaluate(decisions, trial.call().tensors, b, h, 0, p.queries), {}};
      right.bound = readings::bound(right.evaluation, decisions, trial.call().tensors, arithmetic);
      if (!finite(right)) return skipped("the documented readings have no finite bound here");
      rights.push_back(std::move(right));
    }
  const Results results = trial.run(trial.call());
  const auto is_nan_as_documented = [&](const Element& e, double right) {
    return std::isnan(right) && std::isnan(at(results, e));
  };
  const auto expect = [&](const Element& e) -> std::optional<Expected> {
    const Right& right = rights[std::size_t(e.b * p.heads + e.h)];
    const double value = e.lse ? right.evaluation.head.lse(e.i) : right.evaluation.head.out(e.i, e.d);
    if (is_nan_as_documented(e, value) || (e.lse && right.evaluation.lse_is_open[std::size_t(e.i)])) return std::nullopt;
    return Expected{value, e.lse ? right.bound.lse(e.i) : right.bound.out(e.i, e.d)};
  };
  trial.hold(results, expect, "held to the readings that it documents");
  trial.needs(shows, "no row's weights show in its output");
  return trial.verdict();
}

// A kernel of just the documented readings.
Kernel as_documented(const Kernel& kernel) {
  return readings::misread_kernel("documented",
                                  [&kernel](const Problem& problem) { return documented_decisions(kernel, problem); });
}

// A row that sees nothing by the book is bounded by 0 around the book's 0, whatever the kernel documents of it.
bool in_an_empty_row(const Case& a_case, const Mismatch& wrong) {
  const Problem& p = a_case.problem;
  if (wrong.b >= p.batch || wrong.h >= p.heads || wrong.i >= p.queries) return false;
  const Prepared prepared = prepare(a_case);
  const reference::Attention truth = reference::attend(p, prepared.call.tensors);
  return !truth.heads[std::size_t(wrong.b * p.heads + wrong.h)].visible.row(wrong.i).any();
}

constexpr std::string_view excuse_begins = "what it documents ";

std::string excuse(const char* does, const Kernel& kernel) {
  return fmt::format("{}{} here: {}", excuse_begins, does, fmt::join(kernel.documented, ", "));
}

}  // namespace

bool excused(const Verdict& verdict) { return verdict.outcome == Outcome::skipped && verdict.why.starts_with(excuse_begins); }

Verdict judge(const Law& law, const Case& a_case, const Kernel& kernel) {
  if (kernel.documented.empty()) return law.judge(a_case, kernel);
  if (law.name == agreement_name) return agrees_as_documented(a_case, kernel);
  Verdict verdict = law.judge(a_case, kernel);
  if (verdict.outcome != Outcome::failed || verdict.hung) return verdict;
  const Kernel documented = as_documented(kernel);
  // A bound around what the book says.
  const bool by_bound = verdict.mismatch && (verdict.mismatch->bound > 0 || in_an_empty_row(a_case, *verdict.mismatch));
  if (by_bound && agreement().judge(a_case, documented).outcome == Outcome::failed)
    return skipped(excuse("leaves the bounds of this law", kernel));
  if (law.judge(a_case, documented).outcome != Outcome::failed) return verdict;
  return skipped(excuse("does not keep this law", kernel));
}

Status known_readings(std::span<const std::string> names) {
  for (const std::string& name : names) {
    if (readings::find_reading(name) != nullptr) continue;
    std::vector<std::string_view> ids;
    for (const readings::Reading& reading : readings::all_readings()) ids.emplace_back(reading.id);
    const std::string_view near = nearest(name, ids);
    return Error{fmt::format("no reading has the name '{}'", name), "",
                 fmt::format("{}see boresight list readings", near.empty() ? "" : fmt::format("did you mean {}? ", near))};
  }
  return ok();
}

}  // namespace boresight::properties
