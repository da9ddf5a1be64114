// The evidence as tables, one a kernel: a row each law, with how near its errors came to the bound.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "properties/report/html/parts.h"

namespace boresight::properties::page {
namespace {

constexpr std::int64_t rows_max = 600;
constexpr std::size_t kernels_open_max = 2, kernels_max = 300, lines_max = 100;

std::string power_of_two(std::size_t bin) {
  return bin == 0                    ? "0 exactly"
         : bin + 1 == histogram_bins ? "up to 1"
                                     : fmt::format("up to 2^{}", int(bin) + 1 - int(histogram_bins));
}

// A bar each bin; the bound is the line at the right. In words for who can't see it.
std::string bars(const Histogram& histogram) {
  constexpr double step = 8, height = 24;
  const std::int64_t most = *std::max_element(histogram.begin(), histogram.end());
  if (most == 0) return "<span class=\"quiet\">none</span>";
  std::string rects, words;
  for (std::size_t bin = 0; bin < histogram_bins; ++bin) {
    if (histogram[bin] == 0) continue;
    const double tall = std::max(1.5, height * double(histogram[bin]) / double(most));
    rects += fmt::format("<rect x=\"{}\" y=\"{:.1f}\" width=\"{}\" height=\"{:.1f}\" fill=\"currentColor\"/>",
                         step * double(bin) + 1, height - tall, step - 2, tall);
    words += fmt::format("{}{}: {}", words.empty() ? "" : ", ", power_of_two(bin), histogram[bin]);
  }
  const double right = step * double(histogram_bins);
  return fmt::format(
      "<svg class=\"bars\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\"><title>{2}</title><path class=\"base\" "
      "d=\"M0 {1}H{0}\"/><path class=\"bound\" d=\"M{0} 0V{1}\"/>{3}</svg>",
      right, height, words, rects);
}

// As the terminal has it: a law about what the kernel does not support is left out; agreement never is.
bool left_out(const std::string& law, const Evidence& e) { return law != agreement_name && e.not_supported(); }

std::string verdict_of(const std::string& law, const Evidence& e) {
  if (e.failed > 0) return fmt::format("<span class=\"failed\">✕ failed in {}</span>", counted(e.failed, "case", "cases"));
  if (left_out(law, e)) return "<span class=\"quiet\">– not supported</span>";
  if (e.judged() == 0) return "<span class=\"open\">– not judged</span>";
  return "<span class=\"held\">✓ held</span>";
}

std::string row(const std::string& law, const Evidence& e) {
  return fmt::format(
      "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
      "class=\"n\">{}</td><td "
      "class=\"n\">{}</td><td>{}</td></tr>\n",
      cell(law), verdict_of(law, e), e.judged(), e.skipped, e.mistrusted, e.largest > 0 ? fmt::format("{:.3f}", e.largest) : "0",
      bars(e.histogram));
}

std::string table(const std::string& of, const std::map<std::string, Evidence>& by_law, std::int64_t& rows_left) {
  std::string rows;
  for (const bool failing : {true, false})
    for (const auto& [law, e] : by_law)
      if ((e.failed > 0) == failing && rows_left-- > 0) rows += row(law, e);
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Evidence of {0}\"><table>\n<caption>Evidence of "
      "{0}</caption>\n<thead><tr><th scope=\"col\">law</th><th scope=\"col\">verdict</th><th scope=\"col\" "
      "class=\"n\">judged</th><th scope=\"col\" class=\"n\">skipped</th><th scope=\"col\" class=\"n\">mistrusted</th><th "
      "scope=\"col\" "
      "class=\"n\">largest</th><th scope=\"col\">error / bound, 0 to "
      "1</th></tr></thead>\n<tbody>\n{1}</tbody></table></div>\n",
      cell(of), rows);
}

std::string together(const Report& report, std::int64_t& rows_left) {
  std::map<std::string, Evidence> sums;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law) add(sums[law], e);
  return table(fmt::format("all {} kernels together", report.evidence.size()), sums, rows_left);
}

std::string summary(const std::string& kernel, const std::map<std::string, Evidence>& by_law) {
  std::int64_t failed = 0, not_judged = 0, judged = 0;
  for (const auto& [law, e] : by_law) {
    failed += e.failed > 0;
    not_judged += e.judged() == 0 && !left_out(law, e);
    judged += e.judged();
  }
  std::string text = failed > 0 ? fmt::format("<span class=\"failed\">✕ {} failed</span>", counted(failed, "law", "laws"))
                                : std::string("<span class=\"held\">✓ no failure</span>");
  if (not_judged > 0) text += fmt::format(", <span class=\"open\">– {} not judged</span>", counted(not_judged, "law", "laws"));
  return fmt::format("<code>{}</code>: {}, {} judged", cell(kernel), text, counted(judged, "case", "cases"));
}

// Reasons by law, of all kernels together.
std::string reasons_table(const Report& report) {
  std::map<std::pair<std::string, std::string>, std::int64_t> sums;
  for (const auto& [kernel, by_law] : report.evidence)
    for (const auto& [law, e] : by_law)
      for (const auto& [reason, cases] : e.reasons) sums[{law, reason}] += cases;
  if (sums.empty()) return "<p>No case was skipped or mistrusted.</p>\n";
  std::string rows;
  std::size_t count = 0;
  for (const auto& [of, cases] : sums)
    if (++count <= lines_max)
      rows += fmt::format("<tr><th scope=\"row\"><code>{}</code></th><td class=\"n\">{}</td><td class=\"wide\">{}</td></tr>\n",
                          cell(of.first), cases, cell(of.second));
  const std::string left = count > lines_max ? fmt::format("<p>{} more are in the JSON report.</p>\n", count - lines_max) : "";
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Reasons\"><table>\n<caption>Cases that were skipped "
      "(not "
      "supported, or a law's precondition fails) or mistrusted (too weak to tell), of all kernels together. They are no "
      "evidence.</caption>\n<thead><tr><th scope=\"col\">law</th><th scope=\"col\" class=\"n\">cases</th><th "
      "scope=\"col\">reason</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n{}",
      rows, left);
}

}  // namespace

std::string evidence(const Report& report) {
  std::string text =
      "<section id=\"evidence\" aria-labelledby=\"evidence-title\">\n<h2 id=\"evidence-title\">Evidence</h2>\n"
      "<p>A case is judged where it could have failed. Each bar counts cases by their largest error, as a fraction of the "
      "certified "
      "bound: the first bar is 0 exactly, then powers of two from 2<sup>−16</sup> up to 1, the bound, at the dashed line.</p>\n";
  if (report.evidence.empty()) text += "<p>No kernel could run here.</p>\n";
  std::int64_t rows_left = rows_max;
  if (report.evidence.size() > kernels_open_max) text += together(report, rows_left);
  std::size_t kernels = 0;
  for (const auto& [kernel, by_law] : report.evidence) {
    if (++kernels > kernels_max) continue;
    if (rows_left > 0)
      text += fmt::format("<details{}><summary>{}</summary>\n{}</details>\n",
                          report.evidence.size() <= kernels_open_max ? " open" : "", summary(kernel, by_law),
                          table(kernel, by_law, rows_left));
    else
      text += fmt::format("<p>{}</p>\n", summary(kernel, by_law));
  }
  if (rows_left <= 0) text += "<p>Rows of some kernels are left out here: the JSON report has them all.</p>\n";
  if (kernels > kernels_max) text += fmt::format("<p>{} more kernels are in the JSON report.</p>\n", kernels - kernels_max);
  text +=
      "</section>\n<section id=\"reasons\" aria-labelledby=\"reasons-title\">\n<h2 id=\"reasons-title\">What was not "
      "judged</h2>\n";
  std::vector<std::string> lines;
  for (const GivenUp& row : report.given_up)
    lines.push_back(fmt::format("<p><span class=\"failed\">✕ Given up:</span> {}</p>\n", cell(words(row))));
  for (const Unavailable& row : report.unavailable)
    lines.push_back(fmt::format("<p><span class=\"open\">– Unavailable:</span> {}</p>\n", cell(words(row))));
  if (lines.size() > lines_max) {
    const std::size_t left = lines.size() - lines_max;
    lines.resize(lines_max);
    lines.push_back(fmt::format("<p>{} more are in the JSON report.</p>\n", left));
  }
  text += fmt::format("{}", fmt::join(lines, ""));
  return text + reasons_table(report) + "</section>\n";
}

}  // namespace boresight::properties::page
