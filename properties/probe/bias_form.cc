#include "properties/probe/bias_form.h"

#include <cmath>
#include <vector>

#include "properties/probe/bias_levels.h"
#include "properties/probe/number.h"
#include "properties/probe/region.h"
#include "properties/readings/plus.h"
#include "reference/position_bias.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;

// The column that row 0 stands on.
Index right_origin(const Problem& p) { return p.mem_kv + p.memories + p.segment - p.queries; }

// sign * slope * (i + origin - c), or of its absolute value; 0 before column `first`.
struct Line {
  Index first;
  double slope;
  Index origin;
  double sign;
  bool absolute;
  double operator()(Index i, Index c) const {
    if (c < first) return 0;
    const double distance = double(i + origin - c);
    return sign * slope * (absolute ? std::abs(distance) : distance);
  }
};

std::string in_words(const Line& line) {
  return fmt::format("{}{} * {}i{} - c{}", line.sign < 0 ? "-" : "", number(line.slope), line.absolute ? "|" : "(",
                     plus(line.origin), line.absolute ? "|" : ")");
}

// The right slope; the recovered ones, and the eighth powers of two next to them, which geometric slopes are.
std::vector<double> possible_slopes(const BiasLevels& levels, Index first, double right) {
  std::vector<double> found{right};
  for (const double slope : levels.slopes(first))
    if (slope > 0) found.insert(found.end(), {std::exp2(std::round(std::log2(slope) * 8) / 8), slope});
  return found;
}

// The right one first: where no row reaches its kink, other origins fit as well.
std::vector<Index> possible_origins(const Problem& p, const BiasLevels& levels, double slope) {
  const Index right = right_origin(p);
  std::vector<Index> found{right, right - p.mem_kv, right - p.memories};
  for (const Index from : {p.mem_kv, Index{0}})
    for (const Index origin : levels.origins(from, slope)) found.push_back(origin);
  return found;
}

std::optional<std::string> line_of_slope(const Problem& p, const BiasLevels& levels, Index first, double slope) {
  for (const Index origin : possible_origins(p, levels, slope))
    for (const double sign : {-1.0, 1.0})
      for (const bool absolute : {true, false})
        if (const Line line{first, slope, origin, sign, absolute}; levels.fit(line)) return in_words(line);
  return std::nullopt;
}

std::optional<std::string> line_from(const Problem& p, const BiasLevels& levels, Index first, double right_slope) {
  for (const double slope : possible_slopes(levels, first, right_slope))
    if (slope > 0)
      if (auto found = line_of_slope(p, levels, first, slope)) return found;
  return std::nullopt;
}

std::optional<std::string> line(const Recovered& recovered, const BiasLevels& levels, Index b, Index h) {
  const Problem& p = recovered.problem;
  const double slope = p.bias.kind == BiasKind::alibi ? reference::slope(p, recovered.tensors, b, h) : 0;
  if (auto found = line_from(p, levels, p.mem_kv, slope)) return found;
  if (p.mem_kv == 0) return std::nullopt;
  if (auto found = line_from(p, levels, 0, slope)) return *found + ", persistent columns too";
  return std::nullopt;
}

std::optional<std::string> another_head(const Recovered& recovered, const BiasLevels& levels, Index b, Index h) {
  for (Index other = 0; other < recovered.problem.heads; ++other) {
    const HeadPlumb& head = recovered.head(b, other);
    if (other != h && levels.fit([&](Index i, Index c) { return head.right(i, c); }))
      return fmt::format("that of head {}", other);
  }
  return std::nullopt;
}

std::optional<std::string> multiple(const Problem& p, const HeadPlumb& head, const BiasLevels& levels) {
  const double scale = effective_scale(p);
  for (const double factor : {-1.0, scale, scale * scale, 1 / p.bias.bias_scale})
    if (factor != 1 && levels.fit([&](Index i, Index c) { return factor * head.right(i, c); }))
      return fmt::format("{} * the right one", number(factor));
  return std::nullopt;
}

std::string alibi_form(const Problem& p, double slope) {
  if (p.custom_positions) return fmt::format("-{} * |distance|", number(slope));
  return fmt::format("-{} * |i{} - c|", number(slope), plus(right_origin(p)));
}

}  // namespace

std::optional<std::string> recovered_form(const Recovered& recovered, Index b, Index h) {
  const Problem& p = recovered.problem;
  if (p.bias.kind == BiasKind::none && p.softcap == 0) return std::nullopt;
  const HeadPlumb& head = recovered.head(b, h);
  const BiasLevels levels(p, head);
  if (levels.fit([](Index, Index) { return 0.0; })) return "0";
  if (auto found = another_head(recovered, levels, b, h)) return found;
  if (auto found = multiple(p, head, levels)) return found;
  return line(recovered, levels, b, h);
}

std::string right_form(const Recovered& recovered, Index b, Index h) {
  const Problem& p = recovered.problem;
  switch (p.bias.kind) {
    case BiasKind::none:
      return "0";
    case BiasKind::alibi:
      return alibi_form(p, reference::slope(p, recovered.tensors, b, h));
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

}  // namespace boresight::properties::probe
