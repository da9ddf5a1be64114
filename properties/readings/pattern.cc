#include "properties/readings/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace boresight::properties::readings {
namespace {

// One row of the results that is not right.
struct WrongRow {
  std::int64_t b, h, i;
  bool out = false, lse = false;  // which of them is wrong
};

struct Wrongs {
  std::vector<WrongRow> rows;
  std::vector<bool> places;  // [width], output entries that are wrong in some row
  bool all_nan = true;       // every wrong element is NaN
  bool all_zero = true;      // every element of a row with a wrong output is 0
  bool all_empty = true;     // every wrong row is an empty one
  std::int64_t empty_rows = 0;
};

bool is_wrong(double got, double expected, double bound) { return !(error_over_bound(got, expected, bound) <= 1); }

bool is_empty(const reference::Head& truth, std::int64_t i) { return !truth.visible.row(i).any(); }

void look_at_row(const Observation& seen, WrongRow row, Wrongs& wrongs) {
  const Results& got = seen.results;
  const std::size_t head = std::size_t(row.b * got.heads + row.h), at = head * std::size_t(got.rows) + std::size_t(row.i);
  const reference::Head& truth = seen.certified.truth.heads[head];
  const reference::HeadBound& bound = seen.certified.bound.heads[head];
  bool zero = true;
  for (std::int64_t d = 0; d < got.width; ++d) {
    const double out = got.out[at * std::size_t(got.width) + std::size_t(d)];
    zero = zero && out == 0;
    if (!is_wrong(out, truth.out(row.i, d), bound.out(row.i, d))) continue;
    row.out = wrongs.places[std::size_t(d)] = true;
    wrongs.all_nan = wrongs.all_nan && std::isnan(out);
  }
  if (!got.lse.empty() && is_wrong(got.lse[at], truth.lse(row.i), bound.lse(row.i))) {
    row.lse = true;
    wrongs.all_nan = wrongs.all_nan && std::isnan(got.lse[at]);
  }
  if (is_empty(truth, row.i)) ++wrongs.empty_rows;
  if (!row.out && !row.lse) return;
  wrongs.all_empty = wrongs.all_empty && is_empty(truth, row.i);
  if (row.out) wrongs.all_zero = wrongs.all_zero && zero;
  wrongs.rows.push_back(row);
}

Wrongs look(const Observation& seen) {
  Wrongs wrongs;
  wrongs.places.assign(std::size_t(seen.results.width), false);
  for (std::int64_t b = 0; b < seen.results.batch; ++b)
    for (std::int64_t h = 0; h < seen.results.heads; ++h)
      for (std::int64_t i = 0; i < seen.results.rows; ++i) look_at_row(seen, {b, h, i}, wrongs);
  return wrongs;
}

// "i >= 3", "i <= 2", "i = 4", "i = 2 .. 5", "i in {0, 2}"; empty where every index is there.
std::string indices(const char* name, const std::vector<bool>& there) {
  std::vector<std::size_t> found;
  for (std::size_t k = 0; k < there.size(); ++k)
    if (there[k]) found.push_back(k);
  if (found.size() == there.size() || found.empty()) return "";
  const bool run = found.back() - found.front() + 1 == found.size();
  if (found.size() == 1) return fmt::format("{} = {}", name, found[0]);
  if (run && found.front() == 0) return fmt::format("{} <= {}", name, found.back());
  if (run && found.back() + 1 == there.size()) return fmt::format("{} >= {}", name, found.front());
  if (run) return fmt::format("{} = {} .. {}", name, found.front(), found.back());
  return found.size() <= 4 ? fmt::format("{} in {{{}}}", name, fmt::join(found, ", ")) : "";
}

std::size_t count(const std::vector<bool>& there) { return std::size_t(std::count(there.begin(), there.end(), true)); }

std::string which_rows(const Results& got, const Wrongs& wrongs) {
  const std::size_t all = std::size_t(got.batch * got.heads * got.rows);
  if (wrongs.rows.size() == all) return "every row";
  if (wrongs.all_empty && std::int64_t(wrongs.rows.size()) == wrongs.empty_rows) return "exactly the empty rows";
  std::vector<bool> b(static_cast<std::size_t>(got.batch)), h(static_cast<std::size_t>(got.heads)),
      i(static_cast<std::size_t>(got.rows));
  for (const WrongRow& row : wrongs.rows) b[std::size_t(row.b)] = h[std::size_t(row.h)] = i[std::size_t(row.i)] = true;
  std::string where;
  for (const std::string& part : {indices("b", b), indices("h", h), indices("i", i)})
    if (!part.empty()) where += (where.empty() ? "" : ", ") + part;
  const bool block = count(b) * count(h) * count(i) == wrongs.rows.size();
  const bool told = (count(i) == i.size()) || !indices("i", i).empty();
  if (block && told && !where.empty()) return "exactly the rows with " + where;
  return fmt::format("{} of {} rows{}{}", wrongs.rows.size(), all, where.empty() ? "" : ", all with ", where);
}

std::string number(double x) { return std::isnan(x) ? "NaN" : fmt::format("{:.9g}", x); }

std::string first_element(const Mismatch& wrong) {
  const std::string place = wrong.lse ? fmt::format("lse(b {}, h {}, i {})", wrong.b, wrong.h, wrong.i)
                                      : fmt::format("out(b {}, h {}, i {}, d {})", wrong.b, wrong.h, wrong.i, wrong.d);
  return fmt::format("first wrong is {} = {}, right is {} within {:.3g}", place, number(wrong.got), number(wrong.expected),
                     wrong.bound);
}

}  // namespace

std::string pattern(const Observation& seen, const Mismatch& wrong) {
  const Wrongs wrongs = look(seen);
  const auto any = [&](bool WrongRow::* part) {
    return std::any_of(wrongs.rows.begin(), wrongs.rows.end(), [&](const WrongRow& r) { return r.*part; });
  };
  const std::string rows = which_rows(seen.results, wrongs), places = indices("d", wrongs.places);
  std::string text = first_element(wrong) + "; ";
  if (!any(&WrongRow::out))
    return text + fmt::format("every output is right, lse alone is {} in {}", wrongs.all_nan ? "NaN" : "wrong", rows);
  text += fmt::format("{} in {}", wrongs.all_nan ? "NaN" : "wrong", rows);
  if (!places.empty()) text += fmt::format(", at {} only", places);
  if (wrongs.all_zero) text += ", where the output is 0";
  if (!any(&WrongRow::lse) && !seen.results.lse.empty()) text += "; every lse is right";
  return text;
}

}  // namespace boresight::properties::readings
