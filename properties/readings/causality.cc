// Who is the future (rule 3): causality anchored, dropped or taken for granted.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"causal-top-left", "pytorch/pytorch#103082", "causal-alignment",
     [](Decisions& d) {
       if (!d.problem.causal) return;
       d.causal_delta = [](const Reader&, Int, Int i, Int c) { return i - c; };
       d.causal_exempt = no_column;
     },
     [](const Problem& p) {
       return fmt::format("causality is anchored top-left: row i sees c <= i, right is c <= i{}", plus(origin(p)));
     },
     "causal with mem_kv, memories or cached keys", "columns = queries"},
    {"causal-top-left-of-tokens", "pytorch/pytorch#103082", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.causal) d.causal_delta = [](const Reader& r, Int, Int i, Int c) { return i - (c - r.problem.mem_kv); };
     },
     [](const Problem& p) {
       return fmt::format("causality is anchored at the first column that has a position: row i sees c <= i{}, right is c <= i{}",
                          plus(p.mem_kv), plus(origin(p)));
     },
     "causal with memories or cached keys", "memories + segment = queries"},
    {"causal-ignored", "", "causal-alignment", [](Decisions& d) { d.problem.causal = false; },
     [](const Problem&) { return std::string("causality is ignored: future keys are seen"); }, "causal with a key in the future",
     "one query on the newest key; window.right = 0 says the same"},
    {"causal-sees-one-future-key", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.causal) d.causal_delta = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) + 1; };
     },
     [](const Problem&) { return std::string("causality is one too wide: delta >= -1, right is delta >= 0"); },
     "causal with a key in the future", "one query on the newest key; window.right = 0 hides what it adds"},
    {"causal-hides-the-diagonal", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.causal) d.causal_delta = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - 1; };
     },
     [](const Problem&) { return std::string("causality is one too narrow: delta >= 1, right is delta >= 0"); }, "causal",
     "a key on the diagonal that a mask hides anyway"},
    {"causal-hides-persistent-kv", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.mem_kv > 0) d.causal_exempt = no_column;
     },
     [](const Problem& p) {
       return fmt::format("causality counts persistent columns as tokens: row i sees c <= i{}, right is c < {} in every row",
                          plus(origin(p)), p.mem_kv);
     },
     "causal with mem_kv > 0 and rows that stand before a persistent column: queries > segment + memories",
     "rows that stand after every persistent column, as all do where queries <= segment"},
    {"causal-inferred-from-shape", "ggml-org/ggml@6a92a50f", "causal-alignment",
     [](Decisions& d) {
       Problem& p = d.problem;
       if (p.queries > 1 && p.queries == p.columns() && !windowed(p)) p.causal = true;
     },
     [](const Problem& p) {
       return fmt::format("a square call ({} rows, {} columns) is taken for causal", p.queries, p.columns());
     },
     "not causal, no window, as many columns as queries", "every call that isn't square; causal calls"},
    {"unsigned-underflow-in-causal-limit", "Dao-AILab/flash-attention#436", "overflow",
     [](Decisions& d) {
       if (!d.problem.causal) return;
       d.causal_delta = [](const Reader& r, Int, Int i, Int c) {
         return i + 1 + origin(r.problem) < 0 ? Int{0} : book::delta(r, i, c);
       };
     },
     [](const Problem& p) {
       return fmt::format("rows i < {} stand before every column, and see all of them; right is none", -origin(p) - 1);
     },
     "causal with more queries than columns", "queries <= columns + 1"},
};

}  // namespace

std::span<const Reading> causality_readings() { return table; }

}  // namespace boresight::properties::readings
