#include "cli/report_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>
#include <utility>

namespace boresight::cli {
namespace {

// A kernel that could run and a law that judged it by not a single case are no success.
int exit_code(const properties::Report& report) {
  std::fflush(stdout);  // so that a log of both streams has them in order
  if (report.interrupted) return Exit::interrupted;
  const std::string_view word = properties::outcome(report);
  if (word == "FAILED") return Exit::failure;
  if (word == "PASSED") return Exit::held;
  const properties::Totals all = properties::totals(report);
  if (all.rows_not_judged == 0) {
    fmt::print(stderr, "boresight: nothing was judged: these laws are about what the kernel does not support\n");
    return Exit::untested;
  }
  fmt::print(stderr,
             "boresight: {} of {} pairs of kernel and law were not judged: more cases are needed, or a kernel that takes them\n",
             all.rows_not_judged, all.rows);
  return Exit::untested;
}

}  // namespace

void add_report_options(CLI::App& command, ReportOptions& options) {
  command.add_option("--json", options.json, "Write the report to this file as JSON");
  command.add_option("--junit", options.junit, "Write the report to this file as JUnit XML");
  command.add_option("--html", options.html, "Write the report to this file as one page of HTML, complete in itself");
  command.add_flag("--each", options.each, "A row of evidence for each kernel and law, not only their sums");
  command.add_flag("--quiet", options.quiet, "Print findings only");
}

Status ReportFiles::open() {
  const std::string* const paths[] = {&options_.json, &options_.junit, &options_.html};
  for (const std::string* path : paths)
    if (!path->empty() &&
        std::count_if(std::begin(paths), std::end(paths), [&](const auto* other) { return *other == *path; }) > 1)
      return Error{"two reports would be written to it", *path, "give each a path of its own"};
  for (auto [file, path] :
       {std::pair(&json_, &options_.json), std::pair(&junit_, &options_.junit), std::pair(&html_, &options_.html)})
    if (!path->empty())
      if (const Status opened = file->open(*path); !opened) return opened;
  return ok();
}

Status ReportFiles::write(const properties::Report& report, const properties::Rerun& rerun) {
  if (!options_.json.empty())
    if (const Status written = json_.finish(properties::json(report)); !written) return written;
  if (!options_.junit.empty())
    if (const Status written = junit_.finish(properties::junit(report, rerun)); !written) return written;
  if (!options_.html.empty())
    if (const Status written = html_.finish(properties::html(report, rerun)); !written) return written;
  return ok();
}

int give(const properties::Report& report, const ReportOptions& options, ReportFiles& files) {
  const properties::Rerun rerun{program(), report.source};
  if (!options.quiet)
    fmt::print("{}", properties::words(report, rerun, options.each ? properties::Rows::each : properties::Rows::summed));
  else
    for (const properties::Finding& finding : report.findings) fmt::print("{}\n", properties::words(finding, rerun));
  if (const Status written = files.write(report, rerun); !written) return complain(written.error().text());
  return exit_code(report);
}

}  // namespace boresight::cli
