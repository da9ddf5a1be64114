#include "properties/probe/row_facts.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "properties/probe/fact_call.h"
#include "properties/probe/number.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;

// A row that the right kernel leaves empty, as this one has it.
struct EmptyRow {
  bool zero = true, nan = false, even = true;  // even: all columns weigh the same
  std::optional<double> lse;
  bool departs() const { return !zero || (lse && !(std::isinf(*lse) && *lse < 0)); }
};

bool holds(const HeadPlumb& head, Index i, Index c, double level) {
  return head.at(i, c) == Seen::visible && head.low(i, c) + head.right(i, c) <= level &&
         level <= head.high(i, c) + head.right(i, c);
}

EmptyRow read_empty(const HeadPlumb& head, Index i) {
  EmptyRow row;
  const Index columns = head.right.cols();
  for (Index c = 0; c < columns; ++c) {
    const Seen seen = head.at(i, c);
    row.zero = row.zero && (seen == Seen::hidden || seen == Seen::below_reach);
    row.nan = row.nan || seen == Seen::broken;
    row.even = row.even && holds(head, i, c, -std::log(double(columns)));
  }
  if (!head.lse.empty()) row.lse = head.lse[std::size_t(i)];
  return row;
}

std::string in_words(const EmptyRow& row) {
  const char* output = row.nan ? "NaN" : row.zero ? "0" : row.even ? "the mean of all values" : "of some columns";
  return row.lse ? fmt::format("{}, lse {}", output, measured_number(*row.lse)) : output;
}

const char* missing_name(const Problem& p) { return p.sink && p.zero_kv ? "zero key and sink" : p.sink ? "sink" : "zero key"; }

}  // namespace

Fact empty_rows(const FactSubject& s) {
  Fact fact{"empty rows", "", s.kernel.without_lse ? "0" : "0, lse -inf", false, ""};
  if (s.p.zero_kv || s.p.sink) return unmeasured(fact, "no row is empty beside a zero key or a sink");
  for (const HeadPlumb& head : s.seen.heads)
    for (Index i = 0; i < s.p.queries; ++i) {
      if (head.right_visible.row(i).any()) continue;
      const EmptyRow row = read_empty(head, i);
      if (fact.got.empty() || (row.departs() && !fact.departs)) fact.got = in_words(row);
      fact.departs = fact.departs || row.departs();
    }
  if (fact.got.empty()) return unmeasured(fact, "no row is empty here");
  return fact;
}

// Of the row that shows the most, of those that depart if any does.
Fact missing_weight(const FactSubject& s) {
  Fact fact{missing_name(s.p), "", "", false, ""};
  double most = 0x1p-20;
  for (const HeadPlumb& head : s.seen.heads)
    for (Index i = 0; i < s.p.queries; ++i) {
      const bool departs = read_row(head, i).rest;
      const double right = head.rest_right[std::size_t(i)], got = std::max(0.0, right * std::exp(head.rest[std::size_t(i)].high));
      if ((fact.departs && !departs) || (departs == fact.departs && !(std::max(right, got) > most))) continue;
      fact.departs = departs, most = std::max(right, got);
      fact.got = fmt::format("{} of row {}", measured_number(got), i), fact.right = measured_number(right);
    }
  if (fact.got.empty()) return unmeasured(fact, "it weighs next to nothing here");
  return fact;
}

// Of the first row that departs, else of the first.
Fact lse(const FactSubject& s) {
  Fact fact{"lse", "", "", false, ""};
  if (s.kernel.without_lse) return unmeasured(fact, "it gives none");
  FactCall call(s.a_case, s.kernel);
  call.show(0);
  if (!call.shoot(s.p)) return unmeasured(fact, call.failed);
  for (Index b = 0; b < s.p.batch; ++b)
    for (Index h = 0; h < s.p.heads; ++h)
      for (Index i = 0; i < s.p.queries; ++i) {
        const Element e{true, b, h, i, 0};
        const double got = at(call.got, e), right = at(call.truth.truth, call.got, e);
        const bool departs = !(error_over_bound(got, right, at(call.truth.bound, call.got, e)) <= 1);
        if (!fact.got.empty() && (fact.departs || !departs)) continue;
        fact.got = fmt::format("{} at row {}", measured_number(got), i), fact.right = measured_number(right);
        fact.departs = departs;
      }
  return fact;
}

}  // namespace boresight::properties::probe
