#include "cli/case_of.h"

#include <fmt/format.h>

#include "problem/inputs.h"
#include "problem/token.h"

namespace boresight::cli {

// Inputs, and the truth with its bound: about ten doubles for every score, and every query, key and value row.
double bytes_needed(const Case& a_case) {
  const Problem& p = a_case.problem;
  const double columns = double(p.columns() + 1), heads = double(p.batch * p.heads), rows = double(p.queries);
  const double width = double(p.head_dim + p.value_dim);
  return double(input_bytes(a_case)) + 8 * heads * (10 * rows * columns + 3 * (rows + columns) * width);
}

Result<Case> case_of(const std::vector<std::string>& token_words) {
  std::string text;
  for (const std::string& word : token_words) text += (text.empty() ? "" : " ") + word;
  Result<Case> parsed = parse_token(text);
  if (!parsed) return parsed;
  if (const double needed = bytes_needed(*parsed); !(needed <= bytes_max))
    return Error{fmt::format("this case needs {:.3g} bytes with its truth", needed), "",
                 fmt::format("allowed: up to {:.3g}", bytes_max)};
  return parsed;
}

}  // namespace boresight::cli
