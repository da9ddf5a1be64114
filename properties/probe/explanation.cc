#include "properties/probe/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "properties/probe/words.h"
#include "properties/probe/facts.h"
#include "properties/probe/plumb.h"
#include "properties/probe/probe_call.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
constexpr Index columns_max = 16;  // of one row in print
constexpr std::size_t width = 120;

// A departure that is finer than its number's digits says so: else it would read "1.609, right is 1.609".
std::string right_words(const Fact& fact) {
  if (!fact.departs) return "";
  const bool same = fact.got == fact.right || fact.got.starts_with(fact.right + " ");
  return ", right is " + fact.right + (same ? ", apart in the digits after" : "");
}

std::string fact_lines(const std::vector<Fact>& facts) {
  std::string text;
  for (const Fact& fact : facts) {
    if (!fact.unmeasured.empty())
      text += entry("  " + fact.name, "not measured: " + fact.unmeasured);
    else
      text += entry((fact.departs ? "* " : "  ") + fact.name, fact.got + right_words(fact));
  }
  return text;
}

const char* part(const Problem& p, Index c) { return c < p.mem_kv ? "mem_kv" : c < p.mem_kv + p.memories ? "memory" : "segment"; }

std::string number(double x) { return fmt::format("{:.6g}", std::abs(x) < 1e-12 ? 0 : x); }

struct Place {
  Index head, i;
};

// The columns of a row that are printed: those that depart and their neighbours first, then from the front.
std::vector<Index> chosen_columns(const RowReading& row) {
  const Index K = Index(row.columns.size());
  std::vector<Index> chosen;
  const auto add = [&](Index c) {
    if (c >= 0 && c < K && Index(chosen.size()) < columns_max && std::find(chosen.begin(), chosen.end(), c) == chosen.end())
      chosen.push_back(c);
  };
  add(row.anchor);
  for (Index c = 0; c < K; ++c)
    if (row.columns[std::size_t(c)] != Departure::none && row.columns[std::size_t(c)] != Departure::unknown)
      for (const Index near : {c, c - 1, c + 1}) add(near);
  for (Index c = 0; c < K; ++c) add(c);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

double known(const HeadPlumb& head, Index i, Index c) { return (head.high(i, c) - head.low(i, c)) / 2; }

// What a recovered level is known to, a power of ten: numbers are rounded to it, so that kernels of equal answers print
// equal ones.
double give_or_take(const HeadPlumb& head, Index i, Index c, Index anchor) {
  const double sum = known(head, i, c) + (anchor < 0 ? 0 : known(head, i, anchor));
  return std::isfinite(sum) && sum > 0 ? std::pow(10, std::ceil(std::log10(sum))) : 0;
}

std::string recovered_words(const HeadPlumb& head, Index i, Index c, Index anchor) {
  switch (head.at(i, c)) {
    case Seen::visible: {
      const double above = head.recovered(i, c) - (anchor < 0 ? 0 : head.recovered(i, anchor));
      const double step = give_or_take(head, i, c, anchor);
      if (c == anchor || step == 0) return fmt::format("{:>12}", number(above));
      return fmt::format("{:>12} ± {:.0e}", number(std::round(above / step) * step), step);
    }
    case Seen::hidden:
      return fmt::format("{:>12}", "hidden");
    case Seen::below_reach:
      return fmt::format("{:>12}", "below reach");
    case Seen::broken:
      return fmt::format("{:>12}", "NaN");
  }
  return "";
}

std::string row_lines(const Problem& p, const Plumb& seen, const Departures& found, const Place& at) {
  const HeadPlumb& head = seen.heads[std::size_t(at.head)];
  const RowReading& row = found.rows[std::size_t(at.head)][std::size_t(at.i)];
  std::string text = fmt::format("  b {}, h {}, i {}: ", at.head / p.heads, at.head % p.heads, at.i);
  text += row.anchor < 0 ? "no column that both sides see\n" : fmt::format("bias above that of column {}\n", row.anchor);
  text += fmt::format("    {:>8} {:<8} {:>12} {:>12}\n", "c", "part", "right", "recovered");
  const std::vector<Index> columns = chosen_columns(row);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const Index c = columns[k];
    if (k > 0 && c != columns[k - 1] + 1) text += "         ..\n";
    const Departure d = row.columns[std::size_t(c)];
    const double above = head.right(at.i, c) - (row.anchor < 0 ? 0 : head.right(at.i, row.anchor));
    text +=
        fmt::format("  {} {:>8} {:<8} {:>12} {}\n", d == Departure::none || d == Departure::unknown ? " " : "*", c, part(p, c),
                    head.right_visible(at.i, c) ? number(above) : "hidden", recovered_words(head, at.i, c, row.anchor));
  }
  Index left = 0, departing = 0;
  for (Index c = 0; c < p.columns(); ++c) {
    if (std::binary_search(columns.begin(), columns.end(), c)) continue;
    ++left;
    departing += row.columns[std::size_t(c)] != Departure::none && row.columns[std::size_t(c)] != Departure::unknown;
  }
  if (left > 0) text += fmt::format("    and {} columns that are not shown, {} of them departing\n", left, departing);
  return text;
}

// Whether some row shows two columns, or one beside what no column gets: a level alone has nothing to be held against.
bool compares(const Plumb& seen) {
  for (const HeadPlumb& head : seen.heads)
    for (Index i = 0; i < head.right.rows(); ++i) {
      Index members = head.rest.empty() ? 0 : 1;
      for (Index c = 0; c < head.right.cols(); ++c)
        members += head.at(i, c) == Seen::visible && head.right_visible(i, c) && std::isfinite(known(head, i, c));
      if (members > 1) return true;
    }
  return false;
}

// The rows that depart, in order, then the others.
std::vector<Place> chosen_rows(const Problem& p, const Departures& found, const RowChoice& choice) {
  if (choice.one) return {{choice.one->b * p.heads + choice.one->h, choice.one->i}};
  std::vector<Place> rows;
  for (const bool departing : {true, false})
    for (Index head = 0; head < Index(found.rows.size()); ++head)
      for (Index i = 0; i < p.queries && Index(rows.size()) < choice.rows_max; ++i)
        if (found.rows[std::size_t(head)][std::size_t(i)].departs() == departing) rows.push_back({head, i});
  return rows;
}

}  // namespace

std::string entry(const std::string& label, const std::string& text) {
  constexpr std::size_t indent = 24;
  std::string lines, line = fmt::format("  {:<{}}", label, indent - 2);
  bool fresh = true;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;  // of a word; |i + 3 - c| is one
    for (bool inside = false; end < text.size() && (inside || text[end] != ' '); ++end) inside ^= text[end] == '|';
    const std::string word = text.substr(at, end - at);
    if (!fresh && line.size() + 1 + word.size() > width) {
      lines += line + "\n";
      line = std::string(indent, ' ');
      fresh = true;
    }
    line += (fresh ? "" : " ") + word;
    fresh = false;
    at = end + 1;
  }
  return lines + line + "\n";
}

Explanation explain(const Case& a_case, const Kernel& kernel, const RowChoice& choice) {
  const Problem& p = a_case.problem;
  const Plumb seen = plumb(a_case, kernel);
  if (!seen.refused.empty()) return {false, false, entry("not probed", seen.refused), false, {}};
  const Departures found = departures(seen);
  const std::vector<Fact> measured = facts(a_case, kernel, seen);
  const ProbeInputs inputs(a_case);
  const std::vector<std::string> sentences = words(p, inputs.tensors(), seen, found);
  Explanation result{true, found.any(), "", compares(seen), sentences};
  for (const Fact& fact : measured) result.departs = result.departs || fact.departs;
  result.text =
      entry("probed", fmt::format("{} weights in {} calls: {} visible ({} by lifting their keys), {} hidden, {} below reach{}",
                                  seen.elements, seen.calls, seen.visible, seen.lifted, seen.hidden, seen.below_reach,
                                  seen.broken > 0 ? fmt::format(", {} no number", seen.broken) : ""));
  for (const std::string& note : seen.notes) result.text += entry("", note);
  if (sentences.empty())
    result.text +=
        entry("bias and visibility", result.compared ? "as they should be; " + gauge(p) : "no row shows two columns to compare");
  for (std::size_t k = 0; k < std::min<std::size_t>(sentences.size(), 6); ++k)
    result.text += entry(k == 0 ? "departs" : "", sentences[k]);
  if (sentences.size() > 6) result.text += entry("", fmt::format("and {} more", sentences.size() - 6));
  result.text += "\n" + fact_lines(measured);
  const std::vector<Place> rows = chosen_rows(p, found, choice);
  for (const Place& at : rows) result.text += "\n" + row_lines(p, seen, found, at);
  const Index all = Index(found.rows.size()) * p.queries, left = all - Index(rows.size());
  Index shown_departing = 0;
  for (const Place& at : rows) shown_departing += found.rows[std::size_t(at.head)][std::size_t(at.i)].departs();
  if (left > 0)
    result.text +=
        fmt::format("\n  {} of {} rows are shown; departing among the others: {}{}\n", rows.size(), all,
                    found.rows_departing - shown_departing, choice.one ? "" : " (--rows N shows more, --row b,h,i any)");
  return result;
}

}  // namespace boresight::properties::probe
