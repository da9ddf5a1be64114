// boresight vectors FILE.jsonl: kernels against the reference on recorded inputs, and the reference against the
// recorded outputs; a recorded wrong output is told by its reading.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "cli/choose.h"
#include "cli/command.h"
#include "problem/registry.h"
#include "properties/glob.h"
#include "properties/report/report.h"
#include "properties/vector_verdict.h"

namespace boresight::cli {
namespace {

struct Row {
  std::int64_t held = 0, judged = 0, skipped = 0;
  double largest = 0;
  std::string first_skip;
};

void count(Row& row, const std::string& name, const std::string& id, const properties::Verdict& verdict) {
  using properties::Outcome;
  if (verdict.outcome == Outcome::skipped) {
    if (row.skipped++ == 0) row.first_skip = id + ": " + verdict.why;
    return;
  }
  ++row.judged;
  if (verdict.outcome == Outcome::passed) {
    ++row.held;
    row.largest = std::max(row.largest, verdict.largest);
    return;
  }
  fmt::print("FAILED {} {}: it {}\n", name, id, verdict.why);
  if (verdict.mismatch) fmt::print("  where   {}\n", properties::words(*verdict.mismatch));
}

// Wrong outputs on record, a line each: "reading ID  RECORD: what it did". Those in double first, then type by type.
class Observed {
 public:
  void see(const properties::Vector& vector) {
    if (vector.observed.empty() && vector.observed_error.empty()) return;
    if (vector.observed_type != vector.problem.type) {
      others_.insert(vector.observed_type);
      return;
    }
    if (std::exchange(first_, false)) fmt::print("wrong outputs on record, by the reading that explains them:\n");
    if (!vector.observed_error.empty()) fmt::print("reading -  {}: no output, an error: {}\n", vector.id, vector.observed_error);
    if (vector.observed.empty()) return;
    const properties::Diagnosis diagnosis = properties::diagnose_observed(vector);
    fmt::print("reading {}  {}: {}\n", diagnosis.reading.empty() ? "-" : diagnosis.reading, vector.id, told(diagnosis));
  }

  // The types, other than those seen, that records were computed in.
  std::set<Type> others() { return std::exchange(others_, {}); }

 private:
  bool first_ = true;
  std::set<Type> others_;
};

int vectors(const std::string& path, const std::string& kernels, const std::string& type_names) {
  std::map<std::string, Row> rows;
  Result<std::vector<Kernel>> chosen = choose_kernels("--kernel", kernels, registered_kernels());
  if (!chosen) return complain(chosen.error().text());
  std::erase_if(*chosen, [](const Kernel& kernel) { return !kernel.unavailable.empty(); });
  if (chosen->empty())
    return complain(fmt::format("--kernel {}: none of them is available here; see boresight list kernels", kernels));
  bool any_type = false;
  for (const Type type : {Type::f32, Type::bf16, Type::f16}) any_type = any_type || properties::matches(type_names, name(type));
  if (!any_type) return complain(fmt::format("--type {}: no such type; allowed: f32, bf16, f16", type_names));
  Observed observed;
  const auto reference = properties::for_each_vector(path, Type::f64, [&](const properties::Vector& vector) {
    count(rows["reference f64"], "reference f64", vector.id, properties::judge_reference(vector));
    observed.see(vector);
  });
  if (!reference) return complain(reference.error().text());
  for (const Type type : observed.others()) {
    const auto read = properties::for_each_vector(path, type, [&](const properties::Vector& vector) {
      if (vector.observed_type == type) observed.see(vector);
    });
    if (!read) return complain(read.error().text());
  }
  for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
    if (!properties::matches(type_names, name(type))) continue;
    const auto read = properties::for_each_vector(path, type, [&](const properties::Vector& vector) {
      for (const Kernel& kernel : *chosen) {
        const std::string row = fmt::format("{} {}", kernel.name, name(type));
        count(rows[row], row, vector.id, properties::judge_vector(vector, kernel));
      }
    });
    if (!read) return complain(read.error().text());
  }
  bool all_held = true, any = false;
  for (const auto& [name, row] : rows) {
    if (row.skipped > 0) fmt::print("{}: {} skipped ({})\n", name, row.skipped, row.first_skip);
    const std::string largest = row.held < row.judged ? "FAILED" : fmt::format("largest error/bound {:.3f}", row.largest);
    fmt::print("{}: {} of {} within the bound, {}\n", name, row.held, row.judged, largest);
    all_held = all_held && row.held == row.judged;
    any = any || (row.judged > 0 && name != "reference f64");
  }
  fmt::print("{}\n", !all_held ? "FAILED" : any ? "PASSED" : "UNTESTED: no kernel was judged");
  if (!all_held) return Exit::failure;
  return any ? Exit::held : Exit::untested;
}

}  // namespace

void add_vectors(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("vectors", "Judge kernels on recorded vectors (JSON Lines; tests/data/README.md)");
  struct Options {
    std::string path, kernels = "*", types = "*";
  };
  auto options = std::make_shared<Options>();
  command->add_option("file", options->path, "FILE.jsonl")->required();
  command->add_option("--kernel", options->kernels, "Only kernels of this name (*, ? and commas)");
  command->add_option("--type", options->types, "Only these types: f32, bf16, f16 (commas)");
  command->callback([options, &exit] { exit = vectors(options->path, options->kernels, options->types); });
}

}  // namespace boresight::cli
