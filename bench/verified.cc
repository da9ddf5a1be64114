#include "bench/verified.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "properties/compare.h"
#include "properties/laws/calls.h"
#include "properties/laws/power.h"
#include "properties/prepared.h"

namespace boresight::bench {
namespace {

using properties::Call;
using properties::Results;

// Rows [first, first + count) of a call, as a call of their own, and its truth.
struct Rows {
  std::int64_t first = 0, count = 0;
  Inputs store;
  Call call;
  reference::Attention truth;
};

std::unique_ptr<Rows> rows_of(const Call& call, std::int64_t first, std::int64_t count) {
  auto rows = std::make_unique<Rows>();
  rows->first = first;
  rows->count = count;
  const bool all = count == call.problem.queries;
  rows->call = all ? call : properties::chunk(call, first, first + count, properties::Handover::cache, rows->store);
  reference::attend(rows->call.problem, rows->call.tensors, rows->truth);
  return rows;
}

using Truths = std::vector<std::unique_ptr<Rows>>;

Truths truths_of(const Call& call) {
  const Problem& p = call.problem;
  const double scores_a_row = double(p.batch * p.heads) * double(p.columns());
  const std::int64_t count = std::clamp<std::int64_t>(std::int64_t(scores_seen_max / scores_a_row), 1, p.queries);
  const bool later_columns_are_hidden = p.causal || p.window.right == 0;
  Truths truths;
  if (count < p.queries && count >= 2 && later_columns_are_hidden) {
    truths.push_back(rows_of(call, 0, count / 2));
    truths.push_back(rows_of(call, p.queries - count / 2, count / 2));
  } else {
    truths.push_back(rows_of(call, p.queries - count, count));
  }
  return truths;
}

// These rows of all results.
Results cut(const Results& all, const Rows& rows) {
  Results part{all.batch, all.heads, rows.count, all.width, {}, {}, ""};
  for (std::int64_t head = 0; head < all.batch * all.heads; ++head) {
    const auto from = std::ptrdiff_t(head * all.rows + rows.first), to = from + rows.count;
    part.out.insert(part.out.end(), all.out.begin() + from * all.width, all.out.begin() + to * all.width);
    if (!all.lse.empty()) part.lse.insert(part.lse.end(), all.lse.begin() + from, all.lse.begin() + to);
  }
  return part;
}

Agreement judge(const Truths& truths, const Results& results, const Arithmetic& arithmetic) {
  Agreement agreed;
  bool some_shows = false;
  double rows_seen = 0;
  for (const auto& rows : truths) {
    if (!rows->truth.out_of_domain.empty()) return {"is out of the domain: " + rows->truth.out_of_domain};
    reference::ErrorBound bound;
    reference::error_bound(rows->call.problem, rows->call.tensors, rows->truth, arithmetic, bound);
    const properties::Certificate certificate(rows->truth, bound);
    const properties::Verdict verdict = properties::compare(cut(results, *rows), certificate);
    if (verdict.outcome != properties::Outcome::passed) return {verdict.why};
    some_shows |= properties::some_row_shows(certificate);
    agreed.largest = std::max(agreed.largest, verdict.largest);
    rows_seen += double(rows->count);
  }
  if (!some_shows) return {"could not be told from a wrong one: no row's weights show in its output"};
  agreed.rows_seen = rows_seen / double(results.rows);
  return agreed;
}

}  // namespace

Agreement judged(const std::string& name, const Call& call, Layout layout, const Kernel& kernel, const Options& options) {
  if (const auto why = properties::refusal(kernel, call)) return {"was " + why->why};
  static std::string held;
  static Truths truths;  // of the call held
  if (held != name) {
    truths = truths_of(call);
    held = name;
  }
  const Results results = properties::run(kernel, call, options, layout);
  if (!results.broken.empty()) return {results.broken};
  return judge(truths, results, kernel.arithmetic(call.problem, options));
}

}  // namespace boresight::bench
