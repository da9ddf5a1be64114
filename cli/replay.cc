// boresight replay TOKEN: one case again, on the kernel and law it names, or on all kernels by agreement.
#include <fmt/format.h>

#include "cli/case_of.h"
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/library.h"
#include "properties/campaign.h"
#include "properties/documented.h"
#include "properties/glob.h"
#include "properties/report/report.h"

namespace boresight::cli {
namespace {

int replay_on(const Case& a_case, const properties::Law& law, const Kernel& kernel, const properties::Rerun& rerun) {
  if (!kernel.unavailable.empty()) {
    fmt::print("UNAVAILABLE {}: {}\n", kernel.name, kernel.unavailable);
    return Exit::untested;
  }
  const properties::Verdict verdict = properties::judge(law, a_case, kernel);
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
  fmt::print("{}", properties::words(finding, rerun));
  return Exit::failure;
}

int replay(const std::vector<std::string>& token_words, const std::string& kernel_option, const LibraryOptions& library) {
  const Result<Case> parsed = case_of(token_words);
  if (!parsed) return complain(parsed.error().text());
  const Result<properties::Law> law = choose_law(*parsed);
  if (!law) return complain(law.error().text());
  const Result<std::vector<Kernel>> there = kernels_of(library);
  if (!there) return complain(there.error().text());
  const std::string patterns = kernel_option.empty() ? parsed->kernel : kernel_option;
  const Result<std::vector<Kernel>> kernels =
      choose_kernels(kernel_option.empty() ? "kernel=" : "--kernel", patterns.empty() ? "*" : patterns, *there);
  if (!kernels) return complain(kernels.error().text());
  int worst = -1;
  for (const Kernel& kernel : *kernels) {
    const int code = replay_on(*parsed, *law, kernel, {program(), behind(library)});
    if (code == Exit::failure || worst < 0 || (worst != Exit::failure && code == Exit::held)) worst = code;
  }
  return worst;
}

}  // namespace

void add_replay(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("replay", "Judge one case again, from its token (quoted or not)");
  auto words = std::make_shared<std::vector<std::string>>();
  auto kernel = std::make_shared<std::string>();
  command->add_option("token", *words, "bs1 ... (boresight list words)")->required();
  command->add_option("--kernel", *kernel, "Only kernels of this name (*, ? and commas; default: the token's, or all)");
  auto library = add_library_options(*command);
  command->callback([words, kernel, library, &exit] { exit = replay(*words, *kernel, *library); });
}

}  // namespace boresight::cli
