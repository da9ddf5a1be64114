#include "properties/identify/hidden_values.h"

#include <fmt/format.h>

#include <bit>
#include <cassert>
#include <limits>
#include <optional>

#include "problem/token.h"
#include "problem/values.h"
#include "properties/prepared.h"

namespace boresight::properties::identify {
namespace {

using Index = std::int64_t;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

struct Fill {
  const char* words;
  bool keys;  // else values
  double value;
};
constexpr Fill fills[] = {{"NaN in keys", true, nan_value},
                          {"NaN in values", false, nan_value},
                          {"infinity in keys", true, infinite},
                          {"infinity in values", false, infinite}};

Case parsed(const char* token, const Fitting& fitting, std::uint64_t seed) {
  const Result<Case> result = parse_token(token);
  assert(result);
  Case c = fitted(*result, fitting);
  c.seed = seed;
  return c;
}

void fill_row(const Tensor& rows, Index b, Index at, double value) {
  if (!rows) return;
  for (Index g = 0; g < rows.shape[1]; ++g)
    for (Index d = 0; d < rows.shape[3]; ++d) store(rows.data, rows.type, rows.offset(b, g, at, d), value);
}

void fill_hidden(const Tensor& mask, const Tensor& keys, const Tensor& values, bool of_keys, double value) {
  if (!mask) return;
  for (Index b = 0; b < mask.shape[0]; ++b)
    for (Index k = 0; k < mask.shape[1]; ++k)
      if (mask.at<std::uint8_t>(b, k) == 0) fill_row(of_keys ? keys : values, b, k, value);
}

// With what key and memory mask hide filled; or, where neither is there, the newest key, which some rows may not see.
Results run_filled(const Kernel& kernel, const Case& c, bool keys, std::optional<double> value) {
  const Prepared used = prepare(c);
  const Tensors& t = used.call.tensors;
  if (value) {
    fill_hidden(t.key_mask, t.segment_k, t.segment_v, keys, *value);
    fill_hidden(t.memory_mask, t.memory_k, t.memory_v, keys, *value);
    if (!t.key_mask && !t.memory_mask)
      for (Index b = 0; b < c.problem.batch; ++b) fill_row(keys ? t.segment_k : t.segment_v, b, c.problem.segment - 1, *value);
  }
  return run(kernel, used.call, c.options, c.layout);
}

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

// The first element that differs, among the rows before `rows`; nothing: all are the same.
std::optional<std::string> first_change(const Results& got, const Results& plain, Index rows) {
  for (Index head = 0; head < got.batch * got.heads; ++head)
    for (Index i = 0; i < rows; ++i) {
      const std::size_t row = std::size_t(head * got.rows + i);
      for (Index d = 0; d < got.width; ++d)
        if (const std::size_t e = row * std::size_t(got.width) + std::size_t(d); !same(got.out[e], plain.out[e]))
          return fmt::format("out[b={} h={} i={} d={}], which becomes {:.6g}", head / got.heads, head % got.heads, i, d,
                             got.out[e]);
      if (!got.lse.empty() && !same(got.lse[row], plain.lse[row]))
        return fmt::format("lse[b={} h={} i={}], which becomes {:.6g}", head / got.heads, head % got.heads, i, got.lse[row]);
    }
  return std::nullopt;
}

// One masked case: nothing where it tells nothing.
void ask(const Kernel& kernel, const Case& c, Row& row) {
  const Results plain = run_filled(kernel, c, true, std::nullopt);
  if (!plain.broken.empty()) {
    row.answer = Answer::broken, row.words = plain.broken, row.token = token(c);
    return;
  }
  for (const bool keys : {true, false})
    if (first_change(run_filled(kernel, c, keys, 3.0), plain, plain.rows)) {
      row.words = "finite values that the masks hide are seen already: see masks";
      return;
    }
  for (const Fill& fill : fills) {
    const Results got = run_filled(kernel, c, fill.keys, fill.value);
    const auto change = got.broken.empty() ? first_change(got, plain, plain.rows) : std::optional(got.broken);
    if (!change) continue;
    row.answer = Answer::departs;
    row.departures.push_back({{},
                              fmt::format("{} that a {} mask hides reaches {}; right is: not a bit moves", fill.words,
                                          c.key_mask.kind != Mask::Kind::absent ? "key" : "memory", *change),
                              "",
                              token(c),
                              "",
                              false});
    return;
  }
  if (row.answer == Answer::untold) row.answer = Answer::as_specified;
  ++row.cases;
}

// Rows that causality keeps from the newest key; NaN there may reach them, or not.
void tell_behind_causality(const Kernel& kernel, const Case& c, Row& row) {
  const Results plain = run_filled(kernel, c, true, std::nullopt);
  const Results got = run_filled(kernel, c, false, nan_value);
  if (!plain.broken.empty() || !got.broken.empty()) return;
  const bool reaches = bool(first_change(got, plain, plain.rows - 1));
  row.measured.push_back(fmt::format("NaN in a value that causality hides {} (either is allowed)",
                                     reaches ? "reaches rows that do not see it" : "reaches no row that does not see it"));
}

}  // namespace

Row hidden_values(const Kernel& kernel, const Fitting& fitting, std::uint64_t seed) {
  Row row;
  row.name = "hidden NaN";
  row.convention = "whatever the keys and values hold that key and memory mask hide, the output keeps its bits";
  const auto takes = [&](const Case& c) {
    const auto refused = validate(c) ? refusal(kernel, prepare(c).call) : std::optional(skipped("no valid case"));
    if (refused && row.words.empty()) row.words = refused->why;
    return !refused;
  };
  bool asked = false;
  for (const char* const token :
       {"bs1 b1 h2 d8 n4 s6 key_mask=prefix:4", "bs1 b1 h2 d8 n4 s6 causal bias=alibi key_mask=suffix:4",
        "bs1 b1 h2 d8 n4 s4 M4 memory_mask=suffix:2", "bs1 b1 h2 d8 n4 s6 M4 P2 key_mask=0.5 memory_mask=0.5"}) {
    const Case c = parsed(token, fitting, seed);
    if (!takes(c)) continue;
    asked = true;
    ask(kernel, c, row);
    if (row.answer == Answer::departs || row.answer == Answer::broken) break;
  }
  if (!asked) row.answer = Answer::unasked;
  if (row.answer == Answer::as_specified) row.words.clear();
  if (const Case c = parsed("bs1 b1 h2 d8 n4 s6 causal", fitting, seed); row.answer != Answer::broken && takes(c))
    tell_behind_causality(kernel, c, row);
  if (row.answer == Answer::as_specified) row.words.clear();
  return row;
}

}  // namespace boresight::properties::identify
