// What all ways to print a report need of it as a whole.
#include <algorithm>

#include "properties/report/report.h"

namespace boresight::properties {

void add(Evidence& sum, const Evidence& part) {
  sum.passed += part.passed;
  sum.failed += part.failed;
  sum.skipped += part.skipped;
  sum.mistrusted += part.mistrusted;
  sum.largest = std::max(sum.largest, part.largest);
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) sum.histogram[bin] += part.histogram[bin];
  for (const auto& [reason, count] : part.reasons) sum.reasons[reason] += count;
}

Totals totals(const Report& report) {
  Totals all;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) {
      add(all.evidence, e);
      ++all.rows;
      const bool left_out = law != agreement_name && e.not_supported();
      all.rows_not_supported += left_out;
      all.rows_not_judged += e.judged() == 0 && !left_out;
    }
  return all;
}

const char* outcome(const Report& report) {
  if (!report.findings.empty()) return "FAILED";
  if (report.interrupted) return "INTERRUPTED";
  const Totals all = totals(report);
  return all.evidence.judged() > 0 && all.rows_not_judged == 0 ? "PASSED" : "UNTESTED";
}

}  // namespace boresight::properties
