// Where the bias counts distances from: persistent columns, memories, cached keys and custom positions taken otherwise.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"bias-built-over-persistent-kv", "lucidrains/x-transformers#242", "bias-origin",
     [](Decisions& d) {
       const bool no_table = d.problem.bias.kind == BiasKind::distance_table && positioned(d.problem) == 0;
       if (by_distance(d.problem) && d.problem.mem_kv > 0 && !no_table) d.biased = all_columns;
     },
     [](const Problem& p) {
       const std::string distance = fmt::format("i{}{} - c", plus(cached(p) + p.memories), plus(p.mem_kv));
       return fmt::format("persistent columns are counted as tokens: bias(i, c < {}) = {}, right is 0", p.mem_kv,
                          bias_of(p, distance));
     },
     "mem_kv > 0 with ALiBi, T5 or a distance table",
     "slopes or table entries of 0 at those distances; two kernels that share one bias builder agree with each other"},
    {"mem-kv-not-subtracted", "", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem))
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.mem_kv; };
     },
     [](const Problem& p) {
       return distance_words(p, fmt::format("the bias counts the {} persistent columns in the place of tokens", p.mem_kv).c_str(),
                             origin(p) - p.mem_kv);
     },
     "mem_kv > 0 with a bias by distance, positions by order",
     "mem_kv = 0; persistent columns that an attention mask hides, where no |d| passes 0"},
    {"hidden-memories-move-the-origin", "", "bias-origin",
     [](Decisions& d) {
       if (!by_order(d.problem) || d.problem.memories == 0) return;
       d.distance = [](const Reader& r, Int b, Int i, Int c) {
         Int open = 0;
         for (Int m = 0; m < r.problem.memories; ++m) open += memory_mask(r, b, m);
         return book::delta(r, i, c) - (open == 0 ? r.problem.memories : 0);
       };
     },
     [](const Problem& p) {
       return fmt::format(
           "where every memory is hidden the bias counts from the first key of the segment: distance(i, c) = {}, right "
           "is {}",
           row_minus_column(origin(p) - p.memories), row_minus_column(origin(p)));
     },
     "a memory mask that hides all memories of a sequence, with a bias by distance, positions by order",
     "one memory kept; memories = 0"},
    {"xl-bias-not-shifted-by-mem-len", "lucidrains/x-transformers#103", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem))
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.memories; };
     },
     [](const Problem& p) {
       return distance_words(p, fmt::format("the bias forgets the {} memories", p.memories).c_str(), origin(p) - p.memories);
     },
     "memories > 0 with a bias by distance, positions by order",
     "memories = 0; never a constant of the row with ALiBi, since |d| turns where d passes 0"},
    {"rel-bias-ignores-cache-offset", "OpenNMT/CTranslate2#1395", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem) && cached(d.problem) != 0)
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - cached(r.problem); };
     },
     [](const Problem& p) {
       return distance_words(p, "the bias counts rows from the first key of the segment, cached or not", origin(p) - cached(p));
     },
     "segment != queries with a bias by distance, positions by order", "segment = queries"},
    {"bias-origin-at-first-row", "", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem)) d.distance = [](const Reader& r, Int, Int i, Int c) { return i - (c - r.problem.mem_kv); };
     },
     [](const Problem& p) { return distance_words(p, "the bias forgets memories and cached keys", p.mem_kv); },
     "memories > 0 or cached keys, with a bias by distance, positions by order",
     "memories and cached keys that cancel: memories = queries - segment"},
    {"alibi-cross-attn-aligned-bottom-right", "Dao-AILab/flash-attention#907", "bias-origin",
     [](Decisions& d) {
       if (alibi(d.problem) && d.problem.custom_positions) d.distance = book::order_delta;
     },
     [](const Problem& p) {
       return fmt::format(
           "ALiBi lines the last query up with the last key: distance(i, c) = {}, right is query_position - key_position",
           row_minus_column(origin(p)));
     },
     "ALiBi with custom positions that are not those by order",
     "self attention over cached keys and new ones, where bottom-right is right; positions by order up to a shift"},
    {"custom-positions-ignored", "", "bias-origin", [](Decisions& d) { d.problem.custom_positions = false; },
     [](const Problem& p) {
       return fmt::format("custom positions are ignored: distance(i, c) = {}, right is query_position - key_position",
                          row_minus_column(origin(p)));
     },
     "custom positions, with rotary or a bias by distance",
     "positions that are by order up to a shift, without persistent columns under rotary"},
    {"forget-gate-index-without-memories", "", "bias-origin",
     [](Decisions& d) {
       if (forget(d.problem)) d.forget_entry_of_row = d.forget_entry_of_column = [](const Reader&, Int place) { return place; };
     },
     [](const Problem& p) {
       return fmt::format("forget gates are indexed without the {} memories: F[t], right is F[{} + t]", p.memories, p.memories);
     },
     "memories > 0 with a forget bias", "memories whose gates are all alike; one visible token and nothing beside it"},
    {"forget-gate-of-rows-without-memories", "", "bias-origin",
     [](Decisions& d) {
       if (forget(d.problem)) d.forget_entry_of_row = [](const Reader&, Int place) { return place; };
     },
     [](const Problem& p) {
       return fmt::format(
           "the rows' forget gates are indexed without the {0} memories: F[tq] - F[{0} + tk], right is F[{0} + tq] - "
           "F[{0} + tk]",
           p.memories);
     },
     "memories > 0 with a forget bias",
     "what the row adds is a constant of the row: without persistent columns, a zero key, a sink or a softcap only lse shows it"},
    {"dense-bias-indexed-by-column", "", "bias-origin",
     [](Decisions& d) {
       if (dense(d.problem)) d.dense_column = [](const Reader&, Int c) { return c; };
     },
     [](const Problem& p) {
       return fmt::format("the dense bias is indexed as if it had the persistent columns: dense[i][c], right is dense[i][c - {}]",
                          p.mem_kv);
     },
     "mem_kv > 0 with a dense bias", "a dense bias with equal columns"},
    {"dense-bias-built-over-persistent-kv", "", "bias-origin",
     [](Decisions& d) {
       if (!dense(d.problem) || positioned(d.problem) == 0) return;
       d.dense_column = [](const Reader&, Int c) { return c; };
       d.biased = all_columns;
     },
     [](const Problem& p) {
       return fmt::format(
           "the dense bias starts at the persistent columns: bias(i, c) = dense[i][c], right is 0 for c < {} and "
           "dense[i][c - {}] from there on",
           p.mem_kv, p.mem_kv);
     },
     "mem_kv > 0 with a dense bias", "a dense bias of 0"},
    {"rel-bias-of-the-last-row", "OpenNMT/CTranslate2#1395", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem) && d.problem.queries > 1 && cached(d.problem) != 0)
         d.distance = [](const Reader& r, Int, Int, Int c) { return book::delta(r, r.problem.queries - 1, c); };
     },
     [](const Problem& p) {
       return fmt::format("every row has the bias of the last one: distance(i, c) = {} - c, right is {}",
                          origin(p) + p.queries - 1, row_minus_column(origin(p)));
     },
     "cached keys, two rows or more, a bias by distance, positions by order",
     "nothing cached; one row; causal ALiBi with nothing beside the tokens, where it is a constant of the row"},
    {"bias-built-over-query-window", "keras-team/keras-hub#2861", "bias-origin",
     [](Decisions& d) {
       if (!alibi(d.problem) || positioned(d.problem) <= d.problem.queries) return;
       d.bias_value = [](const Reader& r, Int b, Int h, Int, Int c, Int) {
         return r.decide.slope(r, b, h) * double(std::min(c - r.problem.mem_kv, r.problem.queries - 1));
       };
     },
     [](const Problem& p) {
       return fmt::format(
           "ALiBi is built over the {} queries and its last column repeated: bias(i, c) = slope * min(c{}, {}), right "
           "is -slope * |{}|",
           p.queries, plus(-p.mem_kv), p.queries - 1, row_minus_column(origin(p)));
     },
     "ALiBi with more tokens than queries; one query over a cache has no bias at all",
     "no memories and nothing cached, causal: it is a constant of the row"},
    {"data-dependent-bias-not-padded-for-persistent-kv", "lucidrains/x-transformers@5791a85", "bias-origin",
     [](Decisions& d) {
       if (!forget(d.problem) || d.problem.mem_kv == 0 || positioned(d.problem) == 0) return;
       d.biased = all_columns;
       d.forget_entry_of_column = [](const Reader& r, Int place) { return place + r.problem.memories + r.problem.mem_kv; };
     },
     [](const Problem& p) {
       return fmt::format(
           "the forget bias starts at the persistent columns (a port that clamps): F[c], right is 0 for c < {0} and "
           "F[c - {0}] from there on",
           p.mem_kv);
     },
     "mem_kv > 0 with a forget bias", "gates of 1: sums that are all alike"},
    {"queries-taken-as-consecutive", "", "bias-origin",
     [](Decisions& d) {
       if (!by_distance(d.problem) || !d.problem.custom_positions || d.problem.queries < 2) return;
       d.distance = [](const Reader& r, Int b, Int i, Int c) {
         if (c < r.problem.mem_kv) return book::delta(r, i, c);
         return book::distance(r, b, 0, c) + i;
       };
     },
     [](const Problem&) {
       return std::string(
           "custom positions are read for the first query and counted up from there: query_position[0] + i, right is "
           "query_position[i]");
     },
     "custom positions with a bias by distance and two queries", "positions that count up by one"},
    {"padding-moves-the-origin", "Dao-AILab/flash-attention#907", "bias-origin",
     [](Decisions& d) {
       if (!by_order(d.problem) || d.problem.segment == 0) return;
       d.distance = [](const Reader& r, Int b, Int i, Int c) {
         Int tail = 0;
         while (tail < r.problem.segment && !key_mask(r, b, r.problem.segment - 1 - tail)) ++tail;
         return book::delta(r, i, c) - tail;
       };
     },
     [](const Problem& p) {
       return fmt::format(
           "the last query is lined up with the last key that the key mask keeps: distance(i, c) = {} - (hidden keys at "
           "the end), right is {}",
           row_minus_column(origin(p)), row_minus_column(origin(p)));
     },
     "a key mask that hides the last keys, with a bias by distance, positions by order",
     "the last key kept; causal ALiBi with nothing beside the tokens, where no |d| passes 0"},
    {"tokens-take-persistent-positions", "", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem) && d.problem.mem_kv > 0)
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) + r.problem.mem_kv; };
     },
     [](const Problem& p) {
       return distance_words(
           p, fmt::format("the bias of the first token is that of the first of {} persistent columns", p.mem_kv).c_str(),
           origin(p) + p.mem_kv);
     },
     "mem_kv > 0 with a bias by distance, positions by order",
     "mem_kv = 0; persistent columns that an attention mask hides, causal with ALiBi: a constant of the row"},
    {"custom-positions-land-on-persistent-columns", "", "bias-origin",
     [](Decisions& d) {
       if (!by_distance(d.problem) || !d.problem.custom_positions || d.problem.mem_kv == 0 || positioned(d.problem) == 0) return;
       d.biased = [](const Reader& r, Int c) { return c < positioned(r.problem); };
       d.distance = [](const Reader& r, Int b, Int i, Int c) { return book::distance(r, b, i, c + r.problem.mem_kv); };
     },
     [](const Problem& p) {
       return fmt::format(
           "distances of custom positions start at the first persistent column: bias(i, c) is that of token c, right is "
           "0 for c < {0} and that of token c - {0} from there on",
           p.mem_kv);
     },
     "mem_kv > 0 and custom positions with a bias by distance", "mem_kv = 0; positions by order"},
    {"bias-dropped-for-one-query", "HabanaAI/vllm-fork#437", "bias-value",
     [](Decisions& d) {
       if (d.problem.queries == 1 && d.problem.segment > 1) d.problem.bias.kind = BiasKind::none;
     },
     [](const Problem&) {
       return std::string("the path for one query over a cache drops the bias, right is the same bias on every path");
     },
     "one query over cached keys with any bias", "two queries or more; a first token; a bias that is a constant of the row"},
};

}  // namespace

std::span<const Reading> bias_origin_readings() { return table; }

}  // namespace boresight::properties::readings
