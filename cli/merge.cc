// boresight merge: the JSON reports of a run's shards, made into the report of the run. No kernel is needed.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/report_files.h"
#include "problem/printable.h"
#include "properties/report/merge.h"

namespace boresight::cli {
namespace {

struct MergeOptions : ReportOptions {
  std::vector<std::string> reports;
};

Result<properties::NamedReport> read(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return Error{"is a directory", path, "give a report's file"};
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Error{std::string("can't be read: ") + std::strerror(errno), path, ""};
  Result<properties::Report> report = properties::parse_report({std::istreambuf_iterator<char>(stream), {}});
  if (!report) return Error{report.error().what, path, report.error().right};
  return properties::NamedReport{path, std::move(*report)};
}

int merge(const MergeOptions& options) {
  std::vector<properties::NamedReport> shards;
  for (const std::string& path : options.reports) {
    Result<properties::NamedReport> shard = read(path);
    if (!shard) return complain(printable(shard.error().text()));
    shards.push_back(std::move(*shard));
  }
  const Result<properties::Report> merged = properties::merge(std::move(shards));
  if (!merged) return complain(printable(merged.error().text()));
  ReportFiles files(options);
  if (const Status opened = files.open(); !opened) return complain(opened.error().text());
  return give(*merged, options, files);
}

}  // namespace

void add_merge(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("merge", "Make the JSON reports of a run's shards into the report of the run");
  auto options = std::make_shared<MergeOptions>();
  command->add_option("reports", options->reports, "What verify --shard K/N --json FILE wrote, for each K")->required();
  add_report_options(*command, *options);
  command->callback([options, &exit] { exit = merge(*options); });
}

}  // namespace boresight::cli
