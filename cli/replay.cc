// boresight replay TOKEN: one case again, on the kernel and law it names, or on all kernels by agreement.
#include <fmt/format.h>

#include "cli/command.h"
#include "problem/inputs.h"
#include "problem/registry.h"
#include "problem/token.h"
#include "properties/campaign.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::cli {
namespace {

constexpr double bytes_max = 4e9;  // a larger case is refused before anything is allocated

// Inputs, and the truth with its bound: about ten doubles for every score, and every query, key and value row.
double bytes_needed(const Case& a_case) {
  const Problem& p = a_case.problem;
  const double columns = double(p.columns() + 1), heads = double(p.batch * p.heads), rows = double(p.queries);
  const double width = double(p.head_dim + p.value_dim);
  return double(input_bytes(a_case)) + 8 * heads * (10 * rows * columns + 3 * (rows + columns) * width);
}

int replay_on(const Case& a_case, const properties::Law& law, const Kernel& kernel) {
  if (!kernel.unavailable.empty()) {
    fmt::print("UNAVAILABLE {}: {}\n", kernel.name, kernel.unavailable);
    return Exit::untested;
  }
  const properties::Verdict verdict = law.judge(a_case, kernel);
  switch (verdict.outcome) {
    case properties::Outcome::passed:
      fmt::print("PASSED {} · {} · largest error/bound {:.3g}\n", kernel.name, law.name, verdict.largest);
      return Exit::held;
    case properties::Outcome::skipped:
      fmt::print("SKIPPED {} · {} · {}\n", kernel.name, law.name, verdict.why);
      return Exit::untested;
    case properties::Outcome::mistrusted:
      fmt::print("MISTRUSTED {} · {} · {}\n", kernel.name, law.name, verdict.why);
      return Exit::untested;
    case properties::Outcome::failed:
      break;
  }
  properties::Finding finding;
  finding.kernel = kernel.name;
  finding.law = law.name;
  finding.drawn = finding.smallest = a_case;
  finding.smallest.kernel = kernel.name;
  finding.smallest.law = law.name;
  finding.verdict = verdict;
  finding.diagnosis = properties::diagnose(a_case, kernel);
  fmt::print("{}", properties::words(finding, program()));
  return Exit::failure;
}

int replay(const std::vector<std::string>& token_words) {
  std::string text;
  for (const std::string& word : token_words) text += (text.empty() ? "" : " ") + word;
  const Result<Case> parsed = parse_token(text);
  if (!parsed) return complain(parsed.error().text());
  if (const double needed = bytes_needed(*parsed); !(needed <= bytes_max))
    return complain(fmt::format("this case needs {:.3g} bytes with its truth; allowed: up to {:.3g}", needed, bytes_max));
  const std::string law_name = parsed->law.empty() ? "agrees_with_reference" : parsed->law;
  const properties::Law* law = properties::find_law(law_name);
  if (law == nullptr) return complain(fmt::format("law={}: no such law; see boresight list laws", law_name));
  int worst = -1;
  for (const Kernel& kernel : registered_kernels()) {
    if (!parsed->kernel.empty() && !properties::matches_kernel(parsed->kernel, kernel.name)) continue;
    const int code = replay_on(*parsed, *law, kernel);
    if (code == Exit::failure || worst < 0 || (worst != Exit::failure && code == Exit::held)) worst = code;
  }
  if (worst < 0) return complain(fmt::format("kernel={}: no such kernel; see boresight list kernels", parsed->kernel));
  return worst;
}

}  // namespace

void add_replay(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("replay", "Judge one case again, from its token (quoted or not)");
  auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("token", *words, "bs1 ...")->required();
  command->callback([words, &exit] { exit = replay(*words); });
}

}  // namespace boresight::cli
