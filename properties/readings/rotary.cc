// Which rows turn, by which positions, and in which pairs.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"rope-origin-visible-through-persistent-kv", "lucidrains/x-transformers#223", "rotary-origin",
     [](Decisions& d) {
       if (!rotary(d.problem) || d.problem.custom_positions) return;
       d.query_turn = [](const Reader& r, Int b, Int i) { return book::query_turn(r, b, i) + double(r.problem.memories); };
       d.key_turn = [](const Reader& r, Int b, Int c) { return book::key_turn(r, b, c) + double(r.problem.memories); };
     },
     [](const Problem& p) {
       return fmt::format("rotary positions are counted from the oldest of {} memories: row i turns by i{}, right is i{}",
                          p.memories, plus(cached(p) + p.memories), plus(cached(p)));
     },
     "rotary with mem_kv > 0 and memories > 0, positions by order", "mem_kv = 0: rotary sees distances alone"},
    {"persistent-kv-turned", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem)) d.turned = all_columns;
     },
     [](const Problem& p) {
       return fmt::format("persistent keys are turned as tokens: column c < {} by c{}, right is never", p.mem_kv,
                          plus(-p.mem_kv - p.memories));
     },
     "rotary with mem_kv > 0", "mem_kv = 0; column P of P + M = 0 turns by nothing"},
    {"rope-restarts-at-zero-with-cache", "keras-team/keras-hub#1544", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && !d.problem.custom_positions) d.query_turn = [](const Reader&, Int, Int i) { return double(i); };
     },
     [](const Problem& p) { return fmt::format("queries are turned from 0 on: row i by i, right is i{}", plus(cached(p))); },
     "rotary with segment != queries, positions by order", "segment = queries"},
    {"rope-keys-counted-from-memories", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && !d.problem.custom_positions)
         d.key_turn = [](const Reader& r, Int b, Int c) { return book::key_turn(r, b, c) + double(r.problem.memories); };
     },
     [](const Problem& p) {
       return fmt::format("keys, not queries, are turned from the oldest memory on: column c by c{}, right is c{}",
                          plus(-p.mem_kv), plus(-p.mem_kv - p.memories));
     },
     "rotary with memories > 0, positions by order", "memories = 0"},
    {"rope-mem-kv-not-subtracted", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && !d.problem.custom_positions)
         d.key_turn = [](const Reader& r, Int b, Int c) { return book::key_turn(r, b, c) + double(r.problem.mem_kv); };
     },
     [](const Problem& p) {
       return fmt::format("keys are turned as if the {} persistent columns had positions: column c by c{}, right is c{}",
                          p.mem_kv, plus(-p.memories), plus(-p.mem_kv - p.memories));
     },
     "rotary with mem_kv > 0 and tokens, positions by order", "mem_kv = 0"},
    {"rope-pairs-swapped", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem))
         d.problem.rotary.pairs = d.problem.rotary.pairs == RotaryPairs::adjacent ? RotaryPairs::halves : RotaryPairs::adjacent;
     },
     [](const Problem& p) {
       return std::string(p.rotary.pairs == RotaryPairs::adjacent ? "rotary pairs are (r, r + R/2), right is (2r, 2r + 1)"
                                                                  : "rotary pairs are (2r, 2r + 1), right is (r, r + R/2)");
     },
     "rotary with dims > 2", "dims = 2; positions of 0"},
    {"rope-ignored", "", "rotary-origin", [](Decisions& d) { d.problem.rotary = {}; },
     [](const Problem&) { return std::string("nothing is turned by position"); }, "rotary",
     "one token at its own position; products of 0"},
    {"rope-turns-backwards", "", "rotary-origin",
     [](Decisions& d) {
       if (!rotary(d.problem)) return;
       d.query_turn = [](const Reader& r, Int b, Int i) { return -book::query_turn(r, b, i); };
       d.key_turn = [](const Reader& r, Int b, Int c) { return -book::key_turn(r, b, c); };
       d.query_scale_place = book::query_turn;
       d.key_scale_place = book::key_turn;
     },
     [](const Problem&) {
       return std::string("pairs turn backwards: (a cos + b sin, b cos - a sin), right is (a cos - b sin, b cos + a sin)");
     },
     "rotary with mem_kv > 0, or different positions",
     "every query and key at one position and no persistent column; products of 0"},
    {"rope-interpolation-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem)) d.problem.rotary.interpolation = 1;
     },
     [](const Problem& p) {
       return fmt::format("the interpolation of rotary positions is ignored, right is t / {:.6g}", p.rotary.interpolation);
     },
     "rotary with interpolation != 1", "interpolation = 1"},
    {"rope-base-rescale-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && d.problem.rotary.dims > 2 && !d.problem.rotary.frequencies_as_data)
         d.problem.rotary.base_rescale = 1;
     },
     [](const Problem& p) {
       return fmt::format("the rescale of the rotary base is ignored, right is {:.6g}", p.rotary.base_rescale);
     },
     "rotary with base_rescale != 1 and dims > 2", "base_rescale = 1; frequencies as data"},
    {"rope-turns-the-whole-head", "", "rotary-origin",
     [](Decisions& d) {
       const bool given = d.problem.rotary.frequencies_as_data || (xpos(d.problem) && d.problem.rotary.xpos.scales_as_data);
       if (rotary(d.problem) && !given) d.problem.rotary.dims = d.problem.head_dim / 2 * 2;
     },
     [](const Problem& p) {
       return fmt::format("rotary turns {} of {} entries, right is the first {}", p.head_dim / 2 * 2, p.head_dim, p.rotary.dims);
     },
     "rotary with dims < head_dim - 1", "dims = head_dim; frequencies as data"},
    {"rope-keys-not-turned", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem)) d.turned = no_column;
     },
     [](const Problem&) { return std::string("queries are turned by position and keys are not, right is both"); },
     "rotary and a key at another position than 0", "keys at position 0; products of 0"},
    {"rope-queries-not-turned", "", "rotary-origin",
     [](Decisions& d) {
       if (!rotary(d.problem)) return;
       d.query_turn = [](const Reader&, Int, Int) { return 0.0; };
       d.query_scale_place = book::query_turn;
     },
     [](const Problem&) { return std::string("keys are turned by position and queries are not, right is both"); },
     "rotary and a query at another position than 0", "queries at position 0; products of 0"},
};

}  // namespace

std::span<const Reading> rotary_readings() { return table; }

}  // namespace boresight::properties::readings
