#include "properties/probe/affine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "properties/prepared.h"
#include "properties/probe/region.h"
#include "reference/position_bias.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
constexpr double small_work = 2e8;  // multiplications: a second, for a diagnosis

// A number as a person would write it: without the digits of rounding errors.
std::string number(double x) { return fmt::format("{:.4g}", std::abs(x) < 1e-9 ? 0 : x); }

// What is known of one head's bias: every element that shows, also where the right one is hidden.
class Levels {
 public:
  Levels(const Problem& problem, const HeadPlumb& head) : problem_(problem), head_(head) {}

  // bias(i, c) gives all levels, up to a constant a row.
  template <class Bias>
  bool fit(Bias bias) const {
    for (Index i = 0; i < problem_.queries; ++i) {
      Common common;
      if (!head_.rest.empty()) common.add(rest_constant(i));
      for (Index c = 0; c < problem_.columns(); ++c)
        if (shows(i, c))
          common.add({level(i, c) + head_.low(i, c) - head_.offset(i, c) - bias(i, c),
                      level(i, c) + head_.high(i, c) - head_.offset(i, c) - bias(i, c)});
      if (common.empty()) return false;
    }
    return true;
  }

  bool shows(Index i, Index c) const { return head_.at(i, c) == Seen::visible; }
  double level(Index i, Index c) const { return head_.recovered(i, c); }

  // Slopes that lines of these levels may have: of the steepest neighbours, and of the longest fall to or from a row's peak,
  // which knows it better.
  std::vector<double> slopes(Index first) const {
    double steepest = 0, longest = 0;
    Index length = 1;
    for (Index i = 0; i < problem_.queries; ++i) {
      const Index peak = peak_of(i, first);
      for (Index c = first; c < problem_.columns() && peak >= 0; ++c) {
        if (!shows(i, c)) continue;
        if (c > first && shows(i, c - 1)) steepest = std::max(steepest, std::abs(level(i, c) - level(i, c - 1)));
        if (std::abs(peak - c) <= length) continue;
        length = std::abs(peak - c);
        longest = (level(i, peak) - level(i, c)) / double(length);
      }
    }
    return {longest, steepest};
  }

  Index peak_of(Index i, Index first) const {
    Index peak = -1;
    for (Index c = first; c < problem_.columns(); ++c)
      if (shows(i, c) && (peak < 0 || level(i, c) > level(i, peak))) peak = c;
    return peak;
  }

  // Where a kink may be, as the column that row 0 stands on.
  std::set<Index> origins(Index first, double slope) const {
    std::set<Index> found;
    for (Index i = 0; i < problem_.queries; ++i) {
      const Index peak = peak_of(i, first);
      if (peak >= 0) found.insert(peak - i);
      for (Index p = 0; p < first && slope > 0; ++p)  // where persistent columns show what 0 is
        for (Index c = first; c < std::min(problem_.columns(), first + 2); ++c)
          if (shows(i, p) && shows(i, c)) {
            const double away = std::round((level(i, p) - level(i, c)) / slope);
            if (std::abs(away) < 1e9) found.insert({c - i + Index(away), c - i - Index(away)});
          }
      if (found.size() > 64) break;
    }
    return found;
  }

 private:
  // What the zero key and the sink, which have no bias, say about the constant of row i.
  Interval rest_constant(Index i) const {
    const Interval& rest = head_.rest[std::size_t(i)];
    const double base = head_.right_base[std::size_t(i)];
    return {rest.low - base, rest.high - base};
  }
  const Problem& problem_;
  const HeadPlumb& head_;
};

struct Form {
  std::string words;
  bool persistent_too;  // its columns start at 0
};

// The recovered slopes, and the eighth powers of two next to them, which geometric slopes are.
std::vector<double> slopes_near(const std::vector<double>& recovered) {
  std::vector<double> found;
  for (const double slope : recovered)
    if (slope > 0) found.insert(found.end(), {std::exp2(std::round(std::log2(slope) * 8) / 8), slope});
  return found;
}

std::optional<std::string> line_form(const Problem& p, const Levels& levels, Index first, double right_slope,
                                     Index right_origin) {
  std::vector<double> slopes = slopes_near(levels.slopes(first));
  slopes.insert(slopes.begin(), right_slope);
  for (const double s : slopes) {
    if (!(s > 0)) continue;
    // The right one first: where no row reaches its kink, other origins fit as well.
    std::vector<Index> origins{right_origin, right_origin - p.mem_kv, right_origin - p.memories};
    for (const Index from : {p.mem_kv, Index{0}})
      for (const Index o : levels.origins(from, s)) origins.push_back(o);
    const auto fits = [&](double sign, bool absolute, Index o) {
      return levels.fit([&](Index i, Index c) {
        if (c < first) return 0.0;
        const double d = double(i + o - c);
        return sign * s * (absolute ? std::abs(d) : d);
      });
    };
    for (const Index o : origins)
      for (const double sign : {-1.0, 1.0})
        for (const bool absolute : {true, false})
          if (fits(sign, absolute, o))
            return fmt::format("{}{} * {}i{} - c{}", sign < 0 ? "-" : "", number(s), absolute ? "|" : "(", plus(o),
                               absolute ? "|" : ")");
  }
  return std::nullopt;
}

struct Context {
  const Problem& problem;
  const Tensors& tensors;
  const Plumb& plumb;
};

std::string right_form(const Context& x, Index b, Index h) {
  const Problem& p = x.problem;
  switch (p.bias.kind) {
    case BiasKind::none:
      return "0";
    case BiasKind::alibi:
      if (p.custom_positions) return fmt::format("-{} * |distance|", number(reference::slope(p, x.tensors, b, h)));
      return fmt::format("-{} * |i{} - c|", number(reference::slope(p, x.tensors, b, h)),
                         plus(p.mem_kv + p.memories + p.segment - p.queries));
    case BiasKind::relative_buckets:
      return "that of the bucket of the distance";
    case BiasKind::distance_table:
      return "that of the table at the distance";
    case BiasKind::dense:
      return "the given one";
    case BiasKind::forget:
      return "the difference of two entries of forget";
  }
  return "";
}

// The form that explains one head's recovered levels, as what stands after "bias(h, i, c) = ".
std::optional<std::string> form(const Context& x, Index b, Index h) {
  const Problem& p = x.problem;
  const HeadPlumb& head = x.plumb.heads[std::size_t(b * p.heads + h)];
  const Levels levels(p, head);
  if (p.bias.kind == BiasKind::none && p.softcap == 0) return std::nullopt;
  if (levels.fit([](Index, Index) { return 0.0; })) return "0";
  const auto right = [&](const HeadPlumb& of) { return [&of](Index i, Index c) { return of.right(i, c); }; };
  for (Index other = 0; other < p.heads; ++other)
    if (other != h && levels.fit(right(x.plumb.heads[std::size_t(b * p.heads + other)])))
      return fmt::format("that of head {}", other);
  for (const double factor : {-1.0, effective_scale(p), effective_scale(p) * effective_scale(p), 1 / p.bias.bias_scale}) {
    if (factor == 1) continue;
    if (levels.fit([&](Index i, Index c) { return factor * head.right(i, c); }))
      return fmt::format("{} * the right one", number(factor));
  }
  const double slope = p.bias.kind == BiasKind::alibi ? reference::slope(p, x.tensors, b, h) : 0;
  const Index origin = p.mem_kv + p.memories + p.segment - p.queries;
  if (auto found = line_form(p, levels, p.mem_kv, slope, origin)) return found;
  if (p.mem_kv > 0)
    if (auto found = line_form(p, levels, 0, slope, origin)) return *found + ", persistent columns too";
  return std::nullopt;
}

std::string largest(const HeadPlumb& head, const std::vector<RowReading>& rows) {
  Index i = -1, c = -1;
  double most = -1;
  for (Index row = 0; row < Index(rows.size()); ++row)
    for (Index column = 0; column < head.right.cols() && rows[std::size_t(row)].anchor >= 0; ++column) {
      if (rows[std::size_t(row)].columns[std::size_t(column)] != Departure::level) continue;
      const double away = std::abs(head.offset(row, column) - head.offset(row, rows[std::size_t(row)].anchor));
      if (away > most) most = away, i = row, c = column;
    }
  if (i < 0) return "";
  const Index a = rows[std::size_t(i)].anchor;
  return fmt::format("; most at i = {}, c = {}: {} above column {}, right is {}", i, c,
                     number(head.recovered(i, c) - head.recovered(i, a)), a, number(head.right(i, c) - head.right(i, a)));
}

// The sentence about one kind of departure of one head; empty where there is none.
std::string sentence(const Context& x, Index b, Index h, const std::vector<RowReading>& rows, Departure kind) {
  const HeadPlumb& head = x.plumb.heads[std::size_t(b * x.problem.heads + h)];
  const Index n = Index(rows.size()), K = head.right.cols();
  const auto in = [&](Index i, Index c) { return rows[std::size_t(i)].columns[std::size_t(c)] == kind; };
  bool any = false;
  for (Index i = 0; i < n && !any; ++i)
    for (Index c = 0; c < K && !any; ++c) any = in(i, c);
  if (!any) return "";
  const auto both = [&](Index i, Index c) { return head.at(i, c) == Seen::visible && head.right_visible(i, c); };
  const auto right_visible = [&](Index i, Index c) { return head.right_visible(i, c); };
  const auto right_hidden = [&](Index i, Index c) { return !head.right_visible(i, c); };
  const auto all = [](Index, Index) { return true; };
  switch (kind) {
    case Departure::level: {
      const auto found = form(x, b, h);
      const std::string place = where(n, K, in, both);
      if (found) return fmt::format("bias(i, c) = {}, right is {}: departs for {}", *found, right_form(x, b, h), place);
      return fmt::format("bias(i, c) departs from {} for {}{}", right_form(x, b, h), place, largest(head, rows));
    }
    case Departure::hidden:
      return fmt::format("hidden for {}, right is visible", where(n, K, in, right_visible));
    case Departure::visible:
      return fmt::format("visible for {}, right is hidden", where(n, K, in, right_hidden));
    case Departure::broken:
      return fmt::format("the weight is no number for {}", where(n, K, in, all));
    default:
      return "";
  }
}

std::string rest_sentence(const HeadPlumb& head, const std::vector<RowReading>& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].rest) {
      const double right = head.rest_right[i], got = right * std::exp(head.rest[i].high);
      return fmt::format("zero key and sink weigh {} of row {}, right is {}, beside the other columns", number(got), i,
                         number(right));
    }
  return "";
}

std::string named(const Problem& p, const std::vector<Index>& heads) {
  const Index b = heads[0] / p.heads, h = heads[0] % p.heads;
  std::string text = p.batch > 1 ? fmt::format("b {} h {}", b, h) : fmt::format("h {}", h);
  if (Index(heads.size()) == p.batch * p.heads && heads.size() > 1) return "every head";
  if (heads.size() > 1) text += fmt::format(" and {} more", heads.size() - 1);
  return text;
}

}  // namespace

Departures departures(const Plumb& plumb) {
  Departures found;
  for (const HeadPlumb& head : plumb.heads) {
    std::vector<RowReading>& rows = found.rows.emplace_back();
    for (Index i = 0; i < head.right.rows(); ++i) {
      rows.push_back(read_row(head, i));
      for (const Departure d : rows.back().columns) {
        found.levels += d == Departure::level, found.hidden += d == Departure::hidden, found.visible += d == Departure::visible;
        found.broken += d == Departure::broken, found.unknown += d == Departure::unknown;
      }
      found.rests += rows.back().rest;
      found.rows_departing += rows.back().departs();
    }
  }
  return found;
}

std::vector<std::string> words(const Problem& problem, const Tensors& tensors, const Plumb& plumb, const Departures& found) {
  const Context x{problem, tensors, plumb};
  std::vector<std::string> order;
  std::map<std::string, std::vector<Index>> heads;
  const auto add = [&](const std::string& text, Index head) {
    if (text.empty()) return;
    if (!heads.contains(text)) order.push_back(text);
    heads[text].push_back(head);
  };
  for (const Departure kind : {Departure::broken, Departure::hidden, Departure::visible, Departure::level})
    for (Index head = 0; head < Index(plumb.heads.size()); ++head)
      add(sentence(x, head / problem.heads, head % problem.heads, found.rows[std::size_t(head)], kind), head);
  for (Index head = 0; head < Index(plumb.heads.size()); ++head)
    add(rest_sentence(plumb.heads[std::size_t(head)], found.rows[std::size_t(head)]), head);
  std::vector<std::string> sentences;
  for (const std::string& text : order) sentences.push_back(named(problem, heads[text]) + ": " + text);
  return sentences;
}

std::string gauge(const Problem& p) {
  if (p.mem_kv > 0 || p.zero_kv || p.sink || (p.softcap > 0 && p.softcap_order == SoftcapOrder::after_bias))
    return "a constant added to the bias of a whole row would show here";
  return "a constant added to a whole row cancels in softmax: outputs can't show it, only lse can";
}

std::string probed(const Case& a_case, const Kernel& kernel) {
  if (!(plumb_work(a_case.problem) <= small_work)) return "";
  const Plumb seen = plumb(a_case, kernel);
  if (!seen.refused.empty()) return "";
  const Prepared prepared = prepare(a_case);
  std::string text;
  const std::vector<std::string> all = words(a_case.problem, prepared.call.tensors, seen, departures(seen));
  for (std::size_t k = 0; k < std::min<std::size_t>(all.size(), 2); ++k) text += (k > 0 ? "; " : "") + all[k];
  if (all.size() > 2) text += fmt::format("; and {} more", all.size() - 2);
  return text;
}

}  // namespace boresight::properties::probe
