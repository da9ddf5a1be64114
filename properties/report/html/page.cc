// The page: the verdict first, then findings, evidence, power, and what the run was made by. It holds all that it needs.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "properties/report/html/parts.h"
#include "properties/report/text.h"

namespace boresight::properties {
namespace page {

std::string shown(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return escaped(text);
  return escaped(text.substr(0, bytes_max)) + fmt::format(" … and {} more bytes", text.size() - bytes_max);
}

std::string counted(std::int64_t number, const char* one, const char* many) {
  std::string digits = std::to_string(number);
  for (std::ptrdiff_t at = std::ptrdiff_t(digits.size()) - 3; at > 0; at -= 3) digits.insert(std::size_t(at), ",");
  return fmt::format("{} {}", digits, number == 1 ? one : many);
}

// The button finds its line by an id that is made of the text, so that equal reports are equal pages.
std::string copyable(const std::string& label, const std::string& text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char letter : label + text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211u;
  return fmt::format(
      "<div class=\"copy\"><span class=\"label\">{0}</span><div class=\"line\"><code id=\"c{1:x}\">{2}</code><button "
      "type=\"button\" "
      "data-copy=\"c{1:x}\" aria-label=\"Copy {0}\" hidden>Copy</button></div></div>\n",
      label, hash, shown(text));
}

namespace {

constexpr std::size_t readings_max = 4, machines_max = 16;

struct Verdict {
  const char *mark, *word, *kind, *words;
};

Verdict verdict(const Report& report) {
  const std::string word = outcome(report);
  if (word == "PASSED") return {"✓", "Passed", "held", "All that was judged held, for every kernel and law."};
  if (word == "FAILED") return {"✕", "Failed", "failed", "At least one kernel broke a law."};
  if (word == "INTERRUPTED") return {"–", "Interrupted", "open", "No failure was seen before the run was interrupted."};
  return {"–", "Untested", "open", "Not every kernel was judged by every law: this is no evidence yet."};
}

// The mistakes that were named, the most frequent first: "Named: bias-built-over-persistent-kv (8)."
std::string named(const Report& report) {
  std::map<std::string, std::int64_t> findings;
  for (const Finding& finding : report.findings) ++findings[finding.diagnosis.reading];
  std::vector<std::pair<std::int64_t, std::string>> by_number;
  for (const auto& [reading, count] : findings)
    if (!reading.empty()) by_number.emplace_back(-count, reading);
  if (by_number.empty()) return "";
  std::sort(by_number.begin(), by_number.end());
  std::string text = "<p>What was misread: ";
  for (std::size_t k = 0; k < std::min(by_number.size(), readings_max); ++k)
    text += fmt::format("{}<code>{}</code>{}", k > 0 ? ", " : "", shown(by_number[k].second),
                        by_number[k].first == -std::int64_t(report.findings.size())
                            ? ", in every finding"
                            : fmt::format(" in {}", counted(-by_number[k].first, "finding", "findings")));
  if (by_number.size() > readings_max) text += fmt::format(" and {} more", by_number.size() - readings_max);
  return text + ".</p>\n";
}

std::string header(const Report& report) {
  const Evidence sum = totals(report).evidence;
  const Verdict v = verdict(report);
  std::string counts = counted(report.share, "case", "cases");
  if (!report.shard.whole())
    counts = fmt::format("shard {}/{}, {} of {} cases", report.shard.index, report.shard.count, report.share, report.cases);
  const std::string found =
      report.findings.empty() ? "" : counted(std::int64_t(report.findings.size()), "finding", "findings") + " in ";
  return fmt::format(
      "<header>\n<p class=\"brand\">Boresight {}: does this attention kernel’s positional bias line up?</p>\n"
      "<div class=\"verdict {}\">\n<h1><span aria-hidden=\"true\">{}</span> {}</h1>\n<p>{}</p>\n{}<p>{}{}. {}, {}: {} judged, {} "
      "of these failed, {} skipped, {} mistrusted.</p>\n</div>\n",
      shown(report.version), v.kind, v.mark, v.word, v.words, named(report), found, counts,
      counted(std::int64_t(report.evidence.size()), "kernel", "kernels"),
      counted(std::int64_t(report.laws.size()), "law", "laws"), sum.judged(), sum.failed, sum.skipped, sum.mistrusted);
}

std::string navigation(const Report& report) {
  std::string links;
  const auto add = [&](const char* id, const char* name) { links += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, name); };
  if (!report.findings.empty()) add("findings", "Findings");
  add("evidence", "Evidence");
  add("reasons", "What was not judged");
  if (report.power) add("power", "Power");
  add("run", "The run");
  return "<nav aria-label=\"Contents\"><ul>" + links + "</ul></nav>\n</header>\n";
}

std::string ids(const Power& power, bool shown_in_none) {
  std::string items;
  for (const auto& [reading, cases] : power.cases)
    if ((cases == 0) == shown_in_none)
      items += fmt::format("<li><code>{}</code>{}</li>\n", cell(reading),
                           cases == 0 ? "" : fmt::format(" {}{}", cases, cases < power_enough ? "" : " or more"));
  return "<ul class=\"ids\">\n" + items + "</ul>\n";
}

std::string power(const Report& report) {
  if (!report.power) return "";
  std::int64_t never = 0;
  for (const auto& [reading, cases] : report.power->cases) never += cases == 0;
  const std::int64_t all = std::int64_t(report.power->cases.size());
  std::string text = fmt::format(
      "<section id=\"power\" aria-labelledby=\"power-title\">\n<h2 id=\"power-title\">Power</h2>\n<p>{} of {} readings, ways to "
      "misread the specification that public bugs took, could have shown in <code>{}</code>’s cases of agreement.</p>\n",
      all - never, all, shown(report.power->kernel));
  if (never > 0)
    text += fmt::format("<p>These {} could not: more cases would be needed to tell, or a kernel that supports what they need.</p>\n", never) + ids(*report.power, true);
  return text + "<details><summary>The others, and in how many cases</summary>\n" + ids(*report.power, false) +
         "</details>\n</section>\n";
}

std::string fact(const char* name, const std::string& value) {
  return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, shown(value));
}

std::string the_run(const Report& report) {
  std::string text =
      "<section id=\"run\" aria-labelledby=\"run-title\">\n<h2 id=\"run-title\">The run</h2>\n" +
      copyable("again, with these options", again(report)) +
      "<p>The same seed and number of cases give the same report, on any number of threads.</p>\n<dl class=\"facts\">\n" +
      fact("Boresight", report.version) + fact("seed", std::to_string(report.seed)) + fact("kernels from", report.source) +
      "</dl>\n";
  std::size_t machines = 0;
  for (const Machine& machine : report.machines) {
    if (++machines > machines_max) continue;
    text += "<dl class=\"facts\">\n" + fact("processor", machine.processor) +
            fact("instruction sets", fmt::format("{}", fmt::join(machine.instruction_sets, ", "))) +
            fact("operating system", machine.operating_system) + fact("compiler", machine.compiler) +
            fact("commit", machine.commit) + "</dl>\n";
  }
  if (machines > machines_max) text += fmt::format("<p>{} more kinds of machine.</p>\n", machines - machines_max);
  return text + "</section>\n";
}

// What the drawings are hatched with, once a page.
constexpr const char* patterns =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><defs>"
    "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"hatch-ground\" width=\"6\" "
    "height=\"6\"/><path "
    "class=\"hatch-line\" d=\"M-1 1l2-2M0 6l6-6M5 7l2-2\"/></pattern>"
    "<pattern id=\"dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect class=\"hatch-ground\" width=\"6\" "
    "height=\"6\"/><circle "
    "class=\"hatch-dot\" cx=\"3\" cy=\"3\" r=\"1.2\"/></pattern>"
    "<pattern id=\"cross\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\"><rect class=\"hatch-ground\" width=\"7\" "
    "height=\"7\"/><path "
    "class=\"hatch-line\" d=\"M0 0l7 7M7 0l-7 7\"/></pattern></defs></svg>\n";

std::string title(const Report& report) {
  std::string kernels;
  for (const auto& [kernel, by_law] : report.evidence)
    if (kernels.size() < 60) kernels += (kernels.empty() ? "" : ", ") + kernel;
  return fmt::format("{}: {} · Boresight", verdict(report).word, kernels.empty() ? "no kernel" : kernels);
}

}  // namespace
}  // namespace page

std::string html(const Report& report, const Rerun& rerun) {
  using namespace page;
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
         "content=\"width=device-width, "
         "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         shown(title(report)) + "</title>\n<style>\n" + style +
         "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n" + patterns + header(report) +
         navigation(report) + "<main id=\"main\" tabindex=\"-1\">\n" + findings(report, rerun) + evidence(report) +
         power(report) + the_run(report) + "</main>\n<footer><p>Written by Boresight " + shown(report.version) +
         ". A bound that is certified, never a tolerance.</p></footer>\n<script>\n" + script + "</script>\n</body>\n</html>\n";
}

}  // namespace boresight::properties
