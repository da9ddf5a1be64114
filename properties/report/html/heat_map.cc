// A head's bias, right and recovered, and the difference: three drawings of one size, and the departing elements as numbers.
// Colours are classes of style.css, for light and dark. What differs is told without colour too: outlines, hatching, signs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "properties/report/html/parts.h"

namespace boresight::properties::page {
namespace {

using probe::Seen;

constexpr int steps = 8;
constexpr std::size_t numbers_max = 40;
constexpr double margin_left = 30, margin_top = 16;

struct Scale {
  double low = 0, high = 0, most_apart = 0;
};

bool both_seen(const HeatCell& cell) { return cell.right && cell.seen == Seen::visible; }

Scale scale_of(const HeatMap& map) {
  Scale scale{1e300, -1e300, 0};
  const auto take = [&](double level) { scale.low = std::min(scale.low, level), scale.high = std::max(scale.high, level); };
  for (const HeatRow& row : map.rows)
    for (const HeatCell& cell : row.cells) {
      if (cell.right) take(*cell.right);
      if (cell.seen == Seen::visible) take(cell.recovered);
      if (both_seen(cell) && cell.agrees == Agrees::no)
        scale.most_apart = std::max(scale.most_apart, std::abs(cell.recovered - *cell.right));
    }
  if (!(scale.low <= scale.high)) scale.low = scale.high = 0;
  return scale;
}

std::string level_class(double level, const Scale& scale) {
  const double part = scale.high > scale.low ? (level - scale.low) / (scale.high - scale.low) : 0.5;
  return fmt::format("s{}", std::clamp(int(std::lround(part * steps)), 0, steps));
}

const char* unseen_class(Seen seen) { return seen == Seen::hidden ? "hidden" : seen == Seen::below_reach ? "reach" : "broken"; }

std::string right_class(const HeatCell& cell, const Scale& scale) {
  return cell.right ? level_class(*cell.right, scale) : "hidden";
}

std::string recovered_class(const HeatCell& cell, const Scale& scale) {
  return cell.seen == Seen::visible ? level_class(cell.recovered, scale) : unseen_class(cell.seen);
}

// What the probe can't tell apart is no difference; what it can is at least one step.
std::string difference_class(const HeatCell& cell, const Scale& scale) {
  if (cell.agrees == Agrees::unknown) return "reach";
  if (cell.seen == Seen::broken) return "broken";
  if (!both_seen(cell)) return cell.agrees == Agrees::no ? "d4" : "hidden";
  if (cell.agrees == Agrees::yes || !(scale.most_apart > 0)) return "d4";
  const double part = (cell.recovered - *cell.right) / scale.most_apart;
  const int step = std::max(1, int(std::lround(std::abs(part) * steps / 2)));
  return fmt::format("d{}", steps / 2 + (part < 0 ? -step : step));
}

using ClassOf = std::string (*)(const HeatCell&, const Scale&);

class Drawing {
 public:
  Drawing(const HeatMap& map, const Problem& problem, const Scale& scale)
      : map_(map), problem_(problem), scale_(scale), rows_(std::int64_t(map.rows.size())), columns_(map.columns()) {
    size_ = std::clamp(std::floor(570.0 / double(std::max<std::int64_t>(columns_, 1))) / 2, 5.5, 24.0);
  }

  std::string panel(const char* title, ClassOf class_of, bool signs) const {
    const double width = margin_left + size_ * double(columns_) + 4, height = margin_top + size_ * double(rows_) + 4;
    return fmt::format(
        "<div class=\"panel\"><p>{0}</p><svg width=\"{1:g}\" height=\"{2:g}\" viewBox=\"0 0 {1:g} {2:g}\" role=\"img\" "
        "aria-label=\"{0}: {3} rows from {4}, {5} columns from {6}\">{7}{8}{9}{10}{11}</svg></div>\n",
        title, width, height, rows_, map_.first_row, columns_, map_.first_column, cells(class_of), frame(), parts(), outline(),
        signs ? all_signs() + ticks() : ticks());
  }

 private:
  double x(std::int64_t column) const { return margin_left + size_ * double(column); }
  double y(std::int64_t row) const { return margin_top + size_ * double(row); }
  const HeatCell& at(std::int64_t row, std::int64_t column) const {
    return map_.rows[std::size_t(row)].cells[std::size_t(column)];
  }
  bool departs(std::int64_t row, std::int64_t column) const {
    return 0 <= row && row < rows_ && 0 <= column && column < columns_ && at(row, column).agrees == Agrees::no;
  }

  // A rectangle for each run of one class.
  std::string cells(ClassOf class_of) const {
    std::string text;
    for (std::int64_t row = 0; row < rows_; ++row)
      for (std::int64_t from = 0, to = 0; from < columns_; from = to) {
        const std::string one = class_of(at(row, from), scale_);
        for (to = from + 1; to < columns_ && class_of(at(row, to), scale_) == one; ++to) {
        }
        text += fmt::format("<rect class=\"{}\" x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\"/>", one, x(from), y(row),
                            size_ * double(to - from), size_);
      }
    return text;
  }

  std::string frame() const {
    return fmt::format("<rect class=\"frame\" x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\"/>", x(0), y(0),
                       size_ * double(columns_), size_ * double(rows_));
  }

  // Where mem_kv ends, and where memories end.
  std::string parts() const {
    std::string text;
    for (const std::int64_t end : {problem_.mem_kv, problem_.mem_kv + problem_.memories}) {
      const std::int64_t column = end - map_.first_column;
      if (0 < column && column < columns_)
        text += fmt::format("<path class=\"part\" d=\"M{:g} {:g}V{:g}\"/>", x(column), y(0), y(rows_));
    }
    return text;
  }

  // The edges between what departs and what does not, and a bar beside rows whose rest departs.
  std::string outline() const {
    std::string path;
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t column = 0; column < columns_; ++column) {
        if (!departs(row, column)) continue;
        if (!departs(row - 1, column)) path += fmt::format("M{:g} {:g}h{:g}", x(column), y(row), size_);
        if (!departs(row + 1, column)) path += fmt::format("M{:g} {:g}h{:g}", x(column), y(row + 1), size_);
        if (!departs(row, column - 1)) path += fmt::format("M{:g} {:g}v{:g}", x(column), y(row), size_);
        if (!departs(row, column + 1)) path += fmt::format("M{:g} {:g}v{:g}", x(column + 1), y(row), size_);
      }
      if (map_.rows[std::size_t(row)].rest_departs) path += fmt::format("M{:g} {:g}v{:g}", x(0) - 4, y(row) + 1, size_ - 2);
    }
    return path.empty() ? "" : fmt::format("<path class=\"halo\" d=\"{0}\"/><path class=\"departs\" d=\"{0}\"/>", path);
  }

  // + where it is seen and should be hidden, - where it is hidden and should be seen.
  std::string all_signs() const {
    std::string path;
    for (std::int64_t row = 0; row < rows_; ++row)
      for (std::int64_t column = 0; column < columns_; ++column) {
        const HeatCell& cell = at(row, column);
        if (cell.agrees != Agrees::no || both_seen(cell) || cell.seen == Seen::broken) continue;
        const double reach = size_ * 0.25, cx = x(column) + size_ / 2, cy = y(row) + size_ / 2;
        path += fmt::format("M{:g} {:g}h{:g}", cx - reach, cy, 2 * reach);
        if (cell.seen == Seen::visible) path += fmt::format("M{:g} {:g}v{:g}", cx, cy - reach, 2 * reach);
      }
    return path.empty() ? "" : fmt::format("<path class=\"sign\" d=\"{}\"/>", path);
  }

  // The numbers of the first and the last row and column, and of some between where there is room.
  std::string ticks() const {
    std::string text;
    const std::int64_t each_row = std::int64_t(std::ceil(14 / size_)), each_column = std::int64_t(std::ceil(26 / size_));
    for (std::int64_t row = 0; row < rows_; row += each_row)
      text += fmt::format("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"end\">{}</text>", margin_left - 7, y(row) + size_ / 2 + 4,
                          map_.first_row + row);
    for (std::int64_t column = 0; column < columns_; column += each_column)
      text += fmt::format("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>", x(column) + size_ / 2, margin_top - 5,
                          map_.first_column + column);
    return text;
  }

  const HeatMap& map_;
  const Problem& problem_;
  const Scale& scale_;
  std::int64_t rows_, columns_;
  double size_;
};

std::string key(const std::string& drawing, const std::string& words) {
  return fmt::format("<li><svg width=\"22\" height=\"16\" aria-hidden=\"true\">{}</svg>{}</li>\n", drawing, words);
}

std::string swatch(const char* name) { return fmt::format("<rect class=\"{}\" width=\"22\" height=\"16\"/>", name); }

std::string gradient(char letter, double low, double high, const char* what) {
  std::string rects;
  for (int step = 0; step <= steps; ++step)
    rects += fmt::format("<rect class=\"{}{}\" x=\"{}\" width=\"12\" height=\"16\"/>", letter, step, 12 * step);
  return fmt::format(
      "<li><span class=\"number\">{:.4g}</span><svg width=\"108\" height=\"16\" aria-hidden=\"true\">{}</svg><span "
      "class=\"number\">{:.4g}</span> {}</li>\n",
      low, rects, high, what);
}

std::string legend(const HeatMap& map, const Scale& scale) {
  bool hidden = false, reach = false, broken = false, rest = false, sign = false;
  for (const HeatRow& row : map.rows) {
    rest = rest || row.rest_departs;
    for (const HeatCell& cell : row.cells) {
      hidden = hidden || !cell.right || cell.seen == Seen::hidden;
      reach = reach || cell.seen == Seen::below_reach;
      broken = broken || cell.seen == Seen::broken;
      sign = sign || (cell.agrees == Agrees::no && !both_seen(cell) && cell.seen != Seen::broken);
    }
  }
  std::string text = "<ul class=\"legend\">\n" + gradient('s', scale.low, scale.high, "bias, right and recovered");
  if (scale.most_apart > 0) text += gradient('d', -scale.most_apart, scale.most_apart, "recovered − right");
  text +=
      key("<rect class=\"d4\" width=\"22\" height=\"16\"/><rect class=\"departs\" x=\"2\" y=\"2\" width=\"18\" height=\"12\"/>",
          "departs");
  if (hidden) text += key(swatch("hidden"), "hidden");
  if (reach) text += key(swatch("reach"), "below the probe's reach");
  if (broken) text += key(swatch("broken"), "no number");
  if (sign)
    text += key("<path class=\"sign\" d=\"M2 8h8M6 4v8M13 8h8\"/>", "seen and should be hidden; hidden and should be seen");
  if (rest)
    text +=
        key("<path class=\"departs\" d=\"M11 2v12\"/>", "the weight that no column gets (zero key, sink) departs in this row");
  return text + "</ul>\n";
}

std::string level_words(const HeatCell& cell) {
  switch (cell.seen) {
    case Seen::visible:
      return fmt::format("{:.6g}", cell.recovered);
    case Seen::hidden:
      return "hidden";
    case Seen::below_reach:
      return "below reach";
    case Seen::broken:
      return "no number";
  }
  return "";
}

const char* part_of(const Problem& p, std::int64_t c) {
  return c < p.mem_kv ? "mem_kv" : c < p.mem_kv + p.memories ? "memory" : "segment";
}

std::string numbers(const HeatMap& map, const Problem& problem) {
  std::string rows;
  std::size_t count = 0;
  for (std::size_t row = 0; row < map.rows.size(); ++row)
    for (std::size_t column = 0; column < map.rows[row].cells.size(); ++column) {
      const HeatCell& cell = map.rows[row].cells[column];
      if (cell.agrees != Agrees::no || ++count > numbers_max) continue;
      const std::int64_t c = map.first_column + std::int64_t(column);
      rows += fmt::format(
          "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
          map.first_row + std::int64_t(row), c, part_of(problem, c), cell.right ? fmt::format("{:.6g}", *cell.right) : "hidden",
          level_words(cell));
    }
  if (rows.empty()) return "";
  const std::string left = count > numbers_max ? fmt::format("<p>And {} more.</p>\n", count - numbers_max) : "";
  return fmt::format(
      "<details><summary>Departing elements as numbers</summary>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"Departing elements\"><table>\n<caption>Bias above that of a column of the same row that agrees: a constant a "
      "row "
      "shows in no output.</caption>\n<thead><tr><th scope=\"col\" class=\"n\">row i</th><th scope=\"col\" class=\"n\">column "
      "c</th><th "
      "scope=\"col\">part</th><th scope=\"col\" class=\"n\">right</th><th scope=\"col\" "
      "class=\"n\">recovered</th></tr></thead>\n<tbody>\n{}</tbody></table></div>\n{}</details>\n",
      rows, left);
}

std::string caption(const HeatMap& map, const Problem& p) {
  std::string text = fmt::format(
      "Bias and mask read off the kernel's outputs on the {} case: sequence {}, head {}, rows i {}–{}, columns c {}–{}",
      map.of_drawn ? "drawn" : "smallest", map.b, map.h, map.first_row, map.first_row + std::int64_t(map.rows.size()) - 1,
      map.first_column, map.first_column + map.columns() - 1);
  if (std::int64_t(map.rows.size()) < map.head_rows || map.columns() < map.head_columns)
    text += fmt::format(" of {} × {}", map.head_rows, map.head_columns);
  text += fmt::format("; {} depart here", map.departing);
  if (map.departing_all > map.departing) text += fmt::format(", {} in all heads", map.departing_all);
  std::string parts;
  if (p.mem_kv > 0) parts += fmt::format("{} mem_kv, ", p.mem_kv);
  if (p.memories > 0) parts += fmt::format("{} memories, ", p.memories);
  return text + (parts.empty() ? "." : fmt::format(". Columns: {}then the segment.", parts));
}

}  // namespace

std::string heat_map(const Finding& finding) {
  if (!finding.map) return "";
  const HeatMap& map = *finding.map;
  if (!map.none.empty() || map.rows.empty() || map.columns() == 0)
    return fmt::format("<p class=\"quiet\">No map of bias and mask: {}.</p>\n",
                       shown(map.none.empty() ? "it has no element" : map.none));
  const Problem& problem = (map.of_drawn ? finding.drawn : finding.smallest).problem;
  const Scale scale = scale_of(map);
  const Drawing drawing(map, problem, scale);
  return "<figure class=\"maps\">\n<figcaption>" + caption(map, problem) + "</figcaption>\n<div class=\"panels\">\n" +
         drawing.panel("right", right_class, false) + drawing.panel("recovered", recovered_class, false) +
         drawing.panel("difference", difference_class, true) + "</div>\n" + legend(map, scale) + numbers(map, problem) +
         "</figure>\n";
}

}  // namespace boresight::properties::page
