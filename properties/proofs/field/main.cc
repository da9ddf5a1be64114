// boresight-field: attention over a finite field: the flash algorithm and its index arithmetic, judged by exact equality.
//   boresight-field [--cases N] [--seed S] [--law GLOB] [--fail-fast] [--case WORDS]
// Prints a Markdown table of the laws; of the first law that does not hold, the first wrong row, the smallest problem found that
// still shows it, and the command that runs it again. Exit codes: 0 all held, 1 a law failed, 2 bad usage, 3 a law compared
// nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "properties/glob.h"
#include "properties/proofs/field/laws.h"

namespace boresight::field {
namespace {

enum Exit { held = 0, wrong = 1, usage = 2, nothing = 3 };

struct Asked {
  std::int64_t cases = 1000;
  std::uint64_t seed = 1;
  std::string law = "*", words;
  bool fail_fast = false;
};

// One line of the table.
struct Row {
  std::int64_t cases = 0, rows = 0, left_out = 0;
  double seconds = 0;
  std::optional<FieldCase> failing;  // the first
};

Judgement judge(const Law& law, FieldCase c) {
  static const Subject subject = impl_subject();
  law.bend(c);
  return law.judge(subject, c);
}

Row run(const Law& law, const Asked& asked, const std::optional<FieldCase>& only) {
  Row row;
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t number = 1; number <= (only ? 1 : asked.cases) && !row.failing; ++number) {
    const FieldCase c = only ? *only : drawn_case(asked.seed, number);
    const Judgement judgement = judge(law, c);
    ++row.cases;
    row.rows += judgement.rows;
    row.left_out += judgement.left_out;
    if (judgement.failed()) row.failing = c;
  }
  row.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return row;
}

void tell(const Law& law, const FieldCase& failing, const char* program) {
  FieldCase small = smallest(failing, [&](const FieldCase& c) { return judge(law, c).failed(); });
  law.bend(small);
  fmt::print("\nFAILED {}: {}\n  case     {}\n  smallest {}\n  {}\n  again    {} --law {} --case {}\n", law.name, law.says,
             words_of(failing), words_of(small), judge(law, small).wrong, program, law.name, words_of(small));
}

int run_all(const std::vector<Law>& asked_for, const Asked& asked, const std::optional<FieldCase>& only, const char* program) {
  bool each_compared = true;
  const Law* failed = nullptr;
  FieldCase failing;
  fmt::print("| law | cases | rows compared | left out (denominator 0) | seconds | wrong |\n|---|---|---|---|---|---|\n");
  for (const Law& law : asked_for) {
    const Row row = run(law, asked, only);
    each_compared = each_compared && row.rows > 0;
    fmt::print("| {} | {} | {} | {} | {:.2f} | {} |\n", law.name, row.cases, row.rows, row.left_out, row.seconds,
               row.failing ? "WRONG" : "0");
    if (row.failing && failed == nullptr) failed = &law, failing = *row.failing;
    if (failed != nullptr && asked.fail_fast) break;
  }
  if (failed != nullptr) return tell(*failed, failing, program), wrong;
  return each_compared ? held : nothing;
}

}  // namespace
}  // namespace boresight::field

int main(int argc, char** argv) {
  using namespace boresight::field;
  CLI::App app{
      "Attention over a finite field, where it is exact: laws of the flash algorithm, judged without a tolerance.\n"
      "Exit codes: 0 all held, 1 a law failed, 2 bad usage, 3 a law that was asked for compared nothing."};
  Asked asked;
  app.add_option("--cases", asked.cases, "Cases for each law")->check(CLI::Range(std::int64_t{0}, std::int64_t{100'000'000}));
  app.add_option("--seed", asked.seed, "Seed of the cases");
  app.add_option("--law", asked.law, "Laws to judge, as a pattern: *, ?, and commas between several");
  app.add_flag("--fail-fast", asked.fail_fast, "Stop at the first law that does not hold");
  app.add_option("--case", asked.words, "One case alone, in the words of a failure: queries=1,segment=3");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return usage;
  }
  std::optional<FieldCase> only;
  if (!asked.words.empty()) {
    const boresight::Result<FieldCase> parsed = case_of(asked.words);
    if (!parsed) return fmt::print(stderr, "boresight-field: {}\n", parsed.error().text()), usage;
    only = *parsed;
  }
  std::vector<Law> asked_for;
  for (const Law& law : laws())
    if (boresight::properties::matches(asked.law, law.name)) asked_for.push_back(law);
  if (asked_for.empty()) return fmt::print(stderr, "boresight-field: no law is called '{}'\n", asked.law), usage;
  return run_all(asked_for, asked, only, argv[0]);
}
