// boresight explain TOKEN: what a kernel really adds to its scores and lets its rows see, read off its outputs, beside what is
// right. Kernels with the same answer share one.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/case_of.h"
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/library.h"
#include "properties/diagnosis.h"
#include "properties/documented.h"
#include "properties/glob.h"
#include "properties/laws/law.h"
#include "properties/probe/explanation.h"
#include "properties/probe/plumb.h"

namespace boresight::cli {
namespace {

using properties::Outcome;
using properties::probe::entry;
using properties::probe::RowChoice;

constexpr double work_max = 5e10;  // multiplications: some minutes a kernel

struct Answer {
  int code;
  const char* header;
  std::string text;
  std::vector<std::string> kernels;
};

// The case by its law; where the probe departs though the law does not fail, which of the two shows it.
std::string judged(const properties::Verdict& verdict, const properties::Law& law, bool departs) {
  constexpr const char* words[] = {"PASSED", "FAILED", "SKIPPED", "MISTRUSTED"};
  std::string text = fmt::format("{} · {}", words[int(verdict.outcome)], law.name);
  if (!verdict.why.empty()) text += " · " + verdict.why;
  if (!departs || verdict.outcome == Outcome::failed) return text;
  const bool passed = verdict.outcome == Outcome::passed, agrees = passed && law.name == properties::agreement_name;
  return text + " · the probe's own calls show what departs, " +
         (agrees   ? "the case itself is within its bound"
          : passed ? "the case itself keeps this law"
                   : "the case itself was not judged");
}

// What is wrong, by the case's own inputs; what the probe has said already is not said again.
std::string why(const Case& a_case, const Kernel& kernel, const properties::probe::Explanation& probe) {
  properties::Diagnosis diagnosis = properties::diagnose(a_case, kernel);
  if (!probe.sentences.empty() && diagnosis.beyond.starts_with("probed: ")) diagnosis.beyond.clear();
  return entry("why", properties::told(diagnosis)) + (diagnosis.reading.empty() ? "" : entry("reading", diagnosis.reading));
}

Answer explain_on(const Case& a_case, const properties::Law& law, const Kernel& kernel, const RowChoice& choice) {
  if (!kernel.unavailable.empty()) return {Exit::untested, "NOT PROBED", entry("not probed", kernel.unavailable), {kernel.name}};
  const properties::Verdict verdict = properties::judge(law, a_case, kernel);
  const properties::probe::Explanation probe = properties::probe::explain(a_case, kernel, choice);
  const bool passed = verdict.outcome == Outcome::passed, failed = verdict.outcome == Outcome::failed;
  std::string text = entry("judged", judged(verdict, law, probe.departs)) + probe.text;
  if (failed && probe.probed && !probe.departs)
    text += "\n" + entry("not seen", probe.compared ? "the probe sees nothing: what is wrong is not the bias or the mask"
                                                    : "the probe has nothing to compare here");
  if (failed) text += (probe.probed && !probe.departs ? "" : "\n") + why(a_case, kernel, probe);
  if (probe.departs) return {Exit::failure, "DEPARTS", text, {kernel.name}};
  if (failed) return {Exit::failure, "FAILED", text, {kernel.name}};
  if (!probe.probed) return {Exit::untested, "NOT PROBED", text, {kernel.name}};
  if (passed || probe.compared) return {Exit::held, "NOTHING DEPARTS", text, {kernel.name}};
  text += "\n" + entry("untested", "the law did not pass, and no row shows two columns whose levels could be compared");
  return {Exit::untested, "NOTHING TO COMPARE", text, {kernel.name}};
}

// "b,h,i", inside the case.
Result<RowChoice::One> row_of(const std::string& text, const Problem& p) {
  const std::int64_t sizes[] = {p.batch, p.heads, p.queries};
  std::int64_t at[3] = {};
  const char *from = text.data(), *const end = from + text.size();
  bool good = true;
  for (int k = 0; k < 3 && good; ++k) {
    const auto [next, error] = std::from_chars(from, end, at[k]);
    good = error == std::errc() && at[k] >= 0 && at[k] < sizes[k] && (k == 2 ? next == end : next != end && *next == ',');
    from = next + 1;
  }
  if (!good)
    return Error{fmt::format("--row {}", text), "", fmt::format("allowed: b,h,i below {},{},{}", p.batch, p.heads, p.queries)};
  return RowChoice::One{at[0], at[1], at[2]};
}

struct Options {
  std::vector<std::string> token;
  std::string kernel, row;
  std::int64_t rows = 8;
  std::shared_ptr<LibraryOptions> library;
};

// The kernels of one answer, some by name.
std::string heading(const std::vector<std::string>& kernels) {
  constexpr std::size_t named_max = 6, width = 120;
  std::string lines, line;
  for (std::size_t k = 0; k < std::min(kernels.size(), named_max); ++k) {
    if (!line.empty() && line.size() + 2 + kernels[k].size() + 1 > width) lines += line + ",\n", line.clear();
    line += (line.empty() ? "" : ", ") + kernels[k];
  }
  if (kernels.size() > named_max)
    line += fmt::format("{}and {} more", line.size() > 100 ? "\n" : " ", kernels.size() - named_max);
  return lines + line;
}

void print(const std::vector<Answer>& answers) {
  bool first = true;
  for (const Answer& answer : answers) {
    fmt::print("{}{}\n{}\n{}", first ? "" : "\n", heading(answer.kernels), answer.header, answer.text);
    first = false;
  }
}

int explain(const Options& options) {
  Result<Case> parsed = case_of(options.token);
  if (!parsed) return complain(parsed.error().text());
  if (const double work = properties::probe::plumb_work(parsed->problem); !(work <= work_max))
    return complain(
        fmt::format("probing this case takes {:.3g} multiplications a kernel; allowed: up to {:.3g}", work, work_max));
  const Result<properties::Law> law = choose_law(*parsed);
  if (!law) return complain(law.error().text());
  RowChoice choice{options.rows, std::nullopt};
  if (!options.row.empty()) {
    const Result<RowChoice::One> row = row_of(options.row, parsed->problem);
    if (!row) return complain(row.error().text());
    choice.one = *row;
  }
  const std::string pattern = options.kernel.empty() ? parsed->kernel : options.kernel;
  std::vector<Answer> answers;
  const Result<std::vector<Kernel>> there = kernels_of(*options.library);
  if (!there) return complain(there.error().text());
  const Result<std::vector<Kernel>> kernels =
      choose_kernels(options.kernel.empty() ? "kernel=" : "--kernel", pattern.empty() ? "*" : pattern, *there);
  if (!kernels) return complain(kernels.error().text());
  for (const Kernel& kernel : *kernels) {
    Answer answer = explain_on(*parsed, *law, kernel, choice);
    const auto same = std::find_if(answers.begin(), answers.end(), [&](const Answer& a) { return a.text == answer.text; });
    if (same != answers.end())
      same->kernels.push_back(kernel.name);
    else
      answers.push_back(std::move(answer));
  }
  print(answers);
  const auto any = [&](int code) {
    return std::any_of(answers.begin(), answers.end(), [&](const Answer& a) { return a.code == code; });
  };
  return any(Exit::failure) ? Exit::failure : any(Exit::held) ? Exit::held : Exit::untested;
}

}  // namespace

void add_explain(CLI::App& app, int& exit) {
  auto* command =
      app.add_subcommand("explain", "Show the bias and visibility that a kernel really computes, beside the right ones");
  auto options = std::make_shared<Options>();
  command->add_option("token", options->token, "bs1 ...")->required();
  command->add_option("--kernel", options->kernel, "kernels to probe, * and ? allowed (default: the token's, or all)");
  auto* row = command->add_option("--row", options->row, "b,h,i: show this row alone");
  command->add_option("--rows", options->rows, "how many rows to show, those that depart first")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 31))
      ->capture_default_str()
      ->excludes(row);
  options->library = add_library_options(*command);
  command->callback([options, &exit] { exit = explain(*options); });
}

}  // namespace boresight::cli
