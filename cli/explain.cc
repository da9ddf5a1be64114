// boresight explain TOKEN: what a kernel really adds to its scores and lets its rows see, read off its outputs, beside what is
// right. Kernels with the same answer share one.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/case_of.h"
#include "cli/choose.h"
#include "cli/command.h"
#include "problem/registry.h"
#include "properties/diagnosis.h"
#include "properties/glob.h"
#include "properties/laws/law.h"
#include "properties/probe/explanation.h"
#include "properties/probe/plumb.h"

namespace boresight::cli {
namespace {

using properties::probe::entry;
using properties::probe::RowChoice;

constexpr double work_max = 5e10;  // multiplications: some minutes a kernel

struct Answer {
  int code;
  std::string text;
  std::vector<std::string> kernels;
};

// What the case's own inputs say, by its law.
struct Judged {
  std::string line;
  bool failed = false;
};

Judged judge(const Case& a_case, const properties::Law& law, const Kernel& kernel) {
  const properties::Verdict verdict = law.judge(a_case, kernel);
  const auto said = [&](const char* word) {
    return fmt::format("{} · {}{}{}", word, law.name, verdict.why.empty() ? "" : " · ", verdict.why);
  };
  switch (verdict.outcome) {
    case properties::Outcome::passed:
      return {said("PASSED")};
    case properties::Outcome::failed:
      return {said("FAILED"), true};
    case properties::Outcome::skipped:
      return {said("SKIPPED")};
    case properties::Outcome::mistrusted:
      return {said("MISTRUSTED")};
  }
  return {};
}

Answer explain_on(const Case& a_case, const properties::Law& law, const Kernel& kernel, const RowChoice& choice) {
  if (!kernel.unavailable.empty()) return {Exit::untested, entry("not probed", kernel.unavailable), {kernel.name}};
  const Judged judged = judge(a_case, law, kernel);
  const properties::probe::Explanation explanation = properties::probe::explain(a_case, kernel, choice);
  std::string text = entry("judged", judged.line) + explanation.text;
  if (judged.failed) {
    const properties::Diagnosis diagnosis = properties::diagnose(a_case, kernel);
    text += "\n" + entry("why", diagnosis.words);
    if (!diagnosis.reading.empty()) text += entry("reading", diagnosis.reading);
  }
  if (judged.failed || explanation.departs) return {Exit::failure, text, {kernel.name}};
  return {explanation.probed ? Exit::held : Exit::untested, text, {kernel.name}};
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
};

void print(const std::vector<Answer>& answers) {
  bool first = true;
  for (const Answer& answer : answers) {
    std::string names, line;
    for (const std::string& name : answer.kernels) {
      if (!line.empty() && line.size() + name.size() > 118) names += line + ",\n", line.clear();
      line += (line.empty() ? "" : ", ") + name;
    }
    fmt::print("{}{}{}\n{}{}", first ? "" : "\n", names, line,
               answer.code == Exit::failure ? "DEPARTS\n"
               : answer.code == Exit::held  ? "NOTHING DEPARTS\n"
                                            : "NOT PROBED\n",
               answer.text);
    first = false;
  }
}

int explain(const Options& options) {
  Result<Case> parsed = case_of(options.token);
  if (!parsed) return complain(parsed.error().text());
  if (const double work = properties::probe::plumb_work(parsed->problem); !(work <= work_max))
    return complain(
        fmt::format("probing this case takes {:.3g} multiplications a kernel; allowed: up to {:.3g}", work, work_max));
  const std::string law_name = parsed->law.empty() ? "agrees_with_reference" : parsed->law;
  const properties::Law* law = properties::find_law(law_name);
  if (law == nullptr) return complain(fmt::format("law={}: no such law; see boresight list laws", law_name));
  RowChoice choice{options.rows, std::nullopt};
  if (!options.row.empty()) {
    const Result<RowChoice::One> row = row_of(options.row, parsed->problem);
    if (!row) return complain(row.error().text());
    choice.one = *row;
  }
  const std::string pattern = options.kernel.empty() ? parsed->kernel : options.kernel;
  std::vector<Answer> answers;
  const Result<std::vector<Kernel>> kernels =
      choose_kernels(options.kernel.empty() ? "kernel=" : "--kernel", pattern.empty() ? "*" : pattern);
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
  command->add_option("--row", options->row, "b,h,i: show this row alone");
  command->add_option("--rows", options->rows, "how many rows to show, those that depart first")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 31))
      ->capture_default_str();
  command->callback([options, &exit] { exit = explain(*options); });
}

}  // namespace boresight::cli
