// Each finding: what happened, what it is, where, the map of bias and mask, and the lines that bring it back.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "problem/token.h"
#include "properties/report/html/parts.h"

namespace boresight::properties::page {
namespace {

constexpr std::size_t unfolded_max = 6;         // the others are folded away
constexpr std::size_t letters_max = 1'000'000;  // of findings in full; the others are rows of a table
constexpr std::size_t rows_max = 200;

std::string fact(const char* name, const std::string& html) {
  return html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html);
}

std::string codes(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += fmt::format("{}<code>{}</code>", text.empty() ? "" : ", ", cell(name));
  return text;
}

std::string reading(const Diagnosis& diagnosis) {
  if (diagnosis.reading.empty()) return "";
  std::string text = codes({diagnosis.reading});
  if (!diagnosis.coincide.empty()) text += "; also fits: " + codes(diagnosis.coincide);
  return text;
}

std::string heading(const Finding& f) {
  return fmt::format("<code>{}</code> breaks <code>{}</code>", cell(f.kernel), cell(f.law));
}

std::string body(const Finding& f, const Rerun& rerun) {
  const std::string smallest = token(f.smallest), drawn = token(f.drawn);
  std::string text =
      "<dl class=\"facts\">\n" + fact("what", shown(f.verdict.why)) + fact("every time?", shown(f.unsteady)) +
      fact("why", shown(f.diagnosis.words)) + fact("reading", reading(f.diagnosis)) +
      fact("beyond it", shown(f.diagnosis.beyond)) +
      fact("where", f.verdict.mismatch ? "<span class=\"number\">" + shown(words(*f.verdict.mismatch)) + "</span>" : "") +
      fact("first seen", fmt::format("case {}, then {}", f.case_number, counted(f.shrinks, "shrink", "shrinks"))) + "</dl>\n";
  text += copyable("smallest case", smallest);
  text += copyable("again", fmt::format("{} replay '{}'{}", rerun.program, smallest, rerun.library));
  text += heat_map(f);
  if (drawn != smallest)
    text += "<details><summary>The case as it was drawn</summary>\n" + copyable("drawn case", drawn) + "</details>\n";
  return text;
}

std::string in_full(const Finding& f, const Rerun& rerun, std::size_t number, bool folded) {
  const std::string id = fmt::format("finding-{}", number);
  if (folded)
    return fmt::format("<details class=\"finding\" id=\"{}\"><summary>{}. {}</summary>\n{}</details>\n", id, number, heading(f),
                       body(f, rerun));
  return fmt::format("<article id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h3 id=\"{0}-title\">{1}. {2}</h3>\n{3}</article>\n",
                     id, number, heading(f), body(f, rerun));
}

std::string link(const Finding& f, std::size_t number) {
  const std::string what = f.diagnosis.reading.empty() ? cell(f.verdict.why) : codes({f.diagnosis.reading});
  return fmt::format("<li><a href=\"#finding-{}\">{}</a> {}</li>\n", number, heading(f), what);
}

std::string row(const Finding& f, std::size_t number) {
  return fmt::format(
      "<tr><th scope=\"row\" class=\"n\">{}</th><td><code>{}</code></td><td><code>{}</code></td><td "
      "class=\"wide\"><code>{}</code></td></tr>\n",
      number, cell(f.kernel), cell(f.law), cell(token(f.smallest)));
}

std::string table(const std::string& rows) {
  constexpr const char* caption = "Findings that are shown by their smallest case alone";
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>\n<caption>{0}</caption>\n<thead><tr><th "
      "scope=\"col\" class=\"n\">no.</th><th scope=\"col\">kernel</th><th scope=\"col\">law</th><th scope=\"col\">smallest "
      "case</th></tr></thead>\n<tbody>\n{1}</tbody></table></div>\n",
      caption, rows);
}

}  // namespace

std::string findings(const Report& report, const Rerun& rerun) {
  if (report.findings.empty()) return "";
  std::string full, links, others;
  std::size_t shown_in_full = 0, left_out = 0;
  for (const Finding& f : report.findings) {
    const std::size_t number = std::size_t(&f - report.findings.data()) + 1;
    const std::string text = shown_in_full + 1 == number ? in_full(f, rerun, number, number > unfolded_max) : "";
    if (!text.empty() && full.size() + text.size() <= letters_max) {
      full += text, ++shown_in_full;
      links += link(f, number);
    } else if (number <= shown_in_full + rows_max) {
      others += row(f, number);
    } else {
      ++left_out;
    }
  }
  std::string text =
      "<section id=\"findings\" aria-labelledby=\"findings-title\">\n<h2 id=\"findings-title\">Findings</h2>\n"
      "<p>The first failing case of each kernel and law, shrunk to the smallest that still fails.</p>\n";
  if (report.findings.size() > 1) text += "<ol class=\"index\">\n" + links + "</ol>\n";
  text += full;
  if (!others.empty()) text += table(others);
  if (left_out > 0) text += fmt::format("<p>{} more are left out here: the JSON report has them all.</p>\n", left_out);
  return text + "</section>\n";
}

}  // namespace boresight::properties::page
