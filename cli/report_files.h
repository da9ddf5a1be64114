// What a campaign's report goes out to: the terminal, and files by option. The same for a run and for the merge of its shards.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/output_file.h"
#include "problem/result.h"
#include "properties/report/report.h"

namespace boresight::cli {

struct ReportOptions {
  std::string json, junit, html;
  bool each = false, quiet = false;
};

// The options live as long as the command.
void add_report_options(CLI::App& command, ReportOptions& options);

// Opened before the work, so that a bad path is known then.
class ReportFiles {
 public:
  explicit ReportFiles(const ReportOptions& options) : options_(options) {}
  Status open();
  Status write(const properties::Report& report, const properties::Rerun& rerun);

 private:
  const ReportOptions& options_;
  OutputFile json_, junit_, html_;
};

// Prints the report, writes the files, and returns the exit code.
int give(const properties::Report& report, const ReportOptions& options, ReportFiles& files);

}  // namespace boresight::cli
