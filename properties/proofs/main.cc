// boresight-prove: the index arithmetic of impl/geometry.h, proved. `boresight prove` runs it, and gives it its own name.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <thread>

#include "problem/nearest.h"
#include "problem/token.h"
#include "properties/glob.h"
#include "properties/proofs/report.h"
#include "properties/proofs/run.h"
#include "properties/proofs/smt_lib.h"

namespace boresight::proofs {
namespace {

enum Exit : int { held = 0, failure = 1, usage = 2, untested = 3 };

struct Options {
  std::string claim = "*", tile, solver = "z3", smt2;
  std::vector<std::string> at;
  double timeout = 30;
  int threads = int(std::max(1u, std::thread::hardware_concurrency()));
  bool list = false;
};

Result<TileShape> parse_tile(const std::string& text) {
  TileShape shape;
  const char* const end = text.data() + text.size();
  const auto [by, wrong_height] = std::from_chars(text.data(), end, shape.height);
  const bool has_width = wrong_height == std::errc() && by < end && *by == 'x';
  const auto [rest, wrong_width] =
      has_width ? std::from_chars(by + 1, end, shape.width) : std::from_chars_result{end, std::errc::invalid_argument};
  if (wrong_width == std::errc() && rest == end && std::min(shape.height, shape.width) >= 1 &&
      std::max(shape.height, shape.width) <= size_limit)
    return shape;
  return Error{fmt::format("{} is no shape of a tile", text), "--tile", "give rows x columns, such as 16x32"};
}

// Each of the patterns must be some claim's.
Result<std::vector<Claim>> choose(const std::string& patterns) {
  std::vector<Claim> chosen;
  std::vector<std::string_view> names;
  for (const Claim& claim : claims()) {
    names.push_back(claim.name);
    if (properties::matches(patterns, claim.name)) chosen.push_back(claim);
  }
  std::string_view unmet;
  const bool some = properties::any_pattern(patterns, [&](std::string_view pattern) {
    unmet = pattern;
    return std::ranges::none_of(names, [&](std::string_view name) { return properties::matches(pattern, name); });
  });
  if (!some) return chosen;
  const std::string_view near = nearest(unmet, names);
  return Error{fmt::format("no claim has the name '{}'", unmet), "--claim",
               fmt::format("{}see boresight prove --list", near.empty() ? "" : fmt::format("did you mean {}? ", near))};
}

Result<Asked> asked_by(const Options& options) {
  Asked asked;
  asked.limit = std::chrono::milliseconds(std::int64_t(1000 * options.timeout));
  if (!options.at.empty()) {
    const Result<Case> at = parse_token(fmt::format("{}", fmt::join(options.at, " ")));
    if (!at) return at.error();
    asked.scope.layout = at->problem;
    if (at->options.tile_queries > 0 && at->options.tile_keys > 0)
      asked.scope.shape = TileShape{at->options.tile_queries, at->options.tile_keys};
  }
  if (options.tile.empty()) return asked;
  const Result<TileShape> shape = parse_tile(options.tile);
  if (!shape) return shape.error();
  asked.scope.shape = *shape;
  return asked;
}

// The same solver, which leaves each query as DIRECTORY/CLAIM.NUMBER.smt2.
Solver leaving_queries(const Solver& solver, const std::string& directory, const Claim& claim) {
  auto number = std::make_shared<int>(0);
  return
      [=, name = std::string(claim.name), words = std::string(claim.words)](const Query& query, std::chrono::milliseconds limit) {
        std::ofstream(fmt::format("{}/{}.{}.smt2", directory, name, ++*number))
            << fmt::format("; {}: {}\n", name, words) << smt_lib(query);
        return solver(query, limit);
      };
}

std::string summary(const std::map<Verdict, int>& counts, double seconds) {
  const auto count = [&](Verdict verdict) { return counts.contains(verdict) ? counts.at(verdict) : 0; };
  std::string text = fmt::format("{} proved, {} refuted, {} undecided", count(Verdict::proved), count(Verdict::refuted),
                                 count(Verdict::undecided));
  if (count(Verdict::silent) > 0) text += fmt::format(", {} say nothing here", count(Verdict::silent));
  return text + fmt::format("; {:.2f} s\n", seconds);
}

int code_of(const std::map<Verdict, int>& counts) {
  if (counts.contains(Verdict::refuted)) return Exit::failure;
  return counts.contains(Verdict::undecided) || !counts.contains(Verdict::proved) ? Exit::untested : Exit::held;
}

int prove(const Options& options, const std::vector<Claim>& chosen, const Asked& asked, const Solver& solver,
          const std::string& command) {
  std::size_t width = 0;
  for (const Claim& claim : chosen) width = std::max(width, claim.name.size());
  std::map<Verdict, int> counts;
  const auto begin = std::chrono::steady_clock::now();
  prove_all(
      chosen, asked, options.threads,
      [&](const Claim& claim) { return options.smt2.empty() ? solver : leaving_queries(solver, options.smt2, claim); },
      [&](std::size_t number, const Proved& proved) {
        ++counts[proved.proof.verdict];
        fmt::print("{}", words(chosen[number], proved.proof, proved.seconds, width, command));
        std::fflush(stdout);
      });
  fmt::print("{}", summary(counts, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()));
  return code_of(counts);
}

int list(const std::vector<Claim>& chosen) {
  std::size_t width = 0;
  for (const Claim& claim : chosen) width = std::max(width, claim.name.size());
  for (const Claim& claim : chosen)
    fmt::print("{:{}}  {}{}\n", claim.name, width, claim.words, claim.kind == Kind::shaped ? " (each shape)" : "");
  return Exit::held;
}

int complain(const std::string& text) {
  fmt::print(stderr, "boresight: {}\n", text);
  return Exit::usage;
}

int run(const Options& options, const std::string& command) {
  const Result<std::vector<Claim>> chosen = choose(options.claim);
  if (!chosen) return complain(chosen.error().text());
  if (options.list) return list(*chosen);
  const Result<Asked> asked = asked_by(options);
  if (!asked) return complain(asked.error().text());
  const Result<Solver> solver =
      options.solver == "z3" ? Result<Solver>(limited(z3_solver(), std::chrono::seconds(2))) : program_solver(options.solver);
  if (!solver) return complain(solver.error().text());
  if (std::error_code wrong; !options.smt2.empty())
    if (std::filesystem::create_directories(options.smt2, wrong); wrong)
      return complain(fmt::format("--smt2 {}: {}", options.smt2, wrong.message()));
  return prove(options, *chosen, *asked, *solver, command);
}

// How the main program is called: this one's name, unless it was called by its own.
std::string main_program(std::string name) {
  constexpr std::string_view ending = "-prove";
  if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

}  // namespace
}  // namespace boresight::proofs

int main(int argc, char** argv) {
  using namespace boresight::proofs;
  CLI::App app{
      "Prove the index arithmetic of the kernels: every claim of impl/geometry.h, for all sizes at once.\n"
      "Exit codes: 0 all proved, 1 a claim is refuted, 2 bad usage or input, 3 a claim is undecided."};
  app.name("boresight prove");
  Options options;
  app.add_option("--claim", options.claim, "Only claims of this name (*, ? and commas)");
  app.add_option("--tile", options.tile, "HxW: tiles of this shape alone (default: any range, and the shapes that kernels take)");
  app.add_option("--at", options.at, "A token (quoted or not): its sizes, window, causality and tile alone");
  app.add_option("--solver", options.solver, "z3, which is linked in, or a program that reads SMT-LIB 2")->capture_default_str();
  app.add_option("--smt2", options.smt2, "A directory to leave every query in, as SMT-LIB 2");
  app.add_option("--timeout", options.timeout, "Seconds that a solver has for one query")
      ->check(CLI::Range(0.001, 86'400.0))
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Claims at once")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_flag("--list", options.list, "The claims, and what each says");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return 2;
  }
  const int exit = run(options, main_program(argv[0]));
  std::fflush(nullptr);
  std::_Exit(exit);  // a solver may be left running
}
