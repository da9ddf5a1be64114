#include "properties/proofs/field/judgement.h"

#include <fmt/format.h>

namespace boresight::field {
namespace {

std::string text(Weight weight) { return weight == undefined ? "undefined" : fmt::format("{}", weight.residue); }

std::string of(const char* what, Weight found, Weight right) {
  return found == right ? "" : fmt::format("{} is {}, not {}", what, text(found), text(right));
}

// The first value that differs; empty: none.
std::string of_values(const char* what, const std::vector<Weight>& found, const std::vector<Weight>& right) {
  if (found.size() < right.size()) return fmt::format("{} of a row of {} are missing", right.size() - found.size(), right.size());
  for (std::size_t e = 0; e < right.size(); ++e)
    if (!(found[e] == right[e])) return of(fmt::format("{} {}", what, e).c_str(), found[e], right[e]);
  return "";
}

std::string emptiness(bool found, bool right) {
  return found == right ? "" : fmt::format("the row is {}, and should {}be", found ? "empty" : "not empty", found ? "not " : "");
}

}  // namespace

void Judgement::holds(bool it, std::int64_t head, std::int64_t row, const std::string& else_what) {
  ++rows;
  if (!it && wrong.empty()) wrong = fmt::format("head {}, row {}: {}", head, row, else_what);
}

void Judgement::same(const Sums& found, const Sums& right, std::int64_t head, std::int64_t row, const char* law) {
  std::string what = emptiness(found.empty, right.empty);
  if (what.empty()) what = of("the sum of weights", found.weights, right.weights);
  if (what.empty()) what = of_values("the sum of weighted values", found.values, right.values);
  holds(what.empty(), head, row, fmt::format("{}: {}", what, law));
}

void Judgement::same(const Output& found, const Output& right, std::int64_t head, std::int64_t row, const char* law) {
  std::string what = emptiness(found.log_sum.empty, right.log_sum.empty);
  if (what.empty()) what = of("the exponential of lse", found.log_sum.sum, right.log_sum.sum);
  const bool divided = right.log_sum.empty || !(right.log_sum.sum == Weight{});
  left_out += !divided;
  if (what.empty() && divided) what = of_values("output", found.values, right.values);
  holds(what.empty(), head, row, fmt::format("{}: {}", what, law));
}

}  // namespace boresight::field
