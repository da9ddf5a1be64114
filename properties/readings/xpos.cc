// XPOS: which side it scales, from which centre, by which rows.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/bends.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"xpos-center-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem)) d.problem.rotary.xpos.center = 0;
     },
     [](const Problem& p) { return fmt::format("XPOS's centre is ignored, right is {:.6g}", p.rotary.xpos.center); },
     "XPOS with a centre != 0 and mem_kv > 0", "mem_kv = 0: the centre cancels between query and key"},
    {"xpos-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem)) d.problem.rotary.xpos = {};
     },
     [](const Problem&) { return std::string("XPOS's scales are ignored"); }, "XPOS",
     "queries and keys at one position, which is the centre beside persistent columns"},
    {"xpos-inverse-on-the-wrong-side", "", "rotary-origin",
     [](Decisions& d) {
       if (!xpos(d.problem)) return;
       d.query_scale_sign = -1;
       d.key_scale_sign = 1;
     },
     [](const Problem&) {
       return std::string("XPOS's inverse is on the wrong side: q by z^-u and k by z^u, right is q by z^u and k by z^-u");
     },
     "XPOS", "queries and keys at one position, which is the centre beside persistent columns"},
    {"xpos-inverse-missing", "", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem)) d.key_scale_sign = 1;
     },
     [](const Problem&) { return std::string("XPOS scales k by z^u as it does q, right is z^-u"); }, "XPOS",
     "keys at the centre"},
    {"xpos-scale-not-sliced-with-queries", "lucidrains/x-transformers#233", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem) && !d.problem.custom_positions)
         d.query_scale_place = [](const Reader& r, Int, Int i) { return double(i - r.problem.memories); };
     },
     [](const Problem& p) {
       return fmt::format("XPOS's query scales are those of the first rows: row i at i{}, right is i{}", plus(-p.memories),
                          plus(cached(p)));
     },
     "XPOS with memories > 0 or cached keys, positions by order",
     "memories and cached keys that cancel; a scale_base far above both"},
    {"xpos-scale-batch-read-as-head", "lucidrains/x-transformers@d41cffd", "shape-broadcast",
     [](Decisions& d) {
       const Problem& p = d.problem;
       if (xpos(p) && p.custom_positions && p.batch > 1 && p.heads == p.batch && p.kv_heads == p.batch)
         d.scale_sequence = [](const Reader&, Int, Int h) { return h; };
     },
     [](const Problem&) {
       return std::string("XPOS's scales are broadcast over heads, not sequences: head h takes those of sequence h, right is b");
     },
     "XPOS, as many heads, key/value heads and sequences, with positions of its own for each sequence",
     "positions that all sequences share; batch = 1; any other number of heads, where it is an error of shapes",
     [](Case& c, Choices& choices) {
       bends::clear(c);
       c.problem.batch = choices.between(2, 3);
       bends::heads(c, c.problem.batch, c.problem.batch);
       bends::rows(c, choices, 4);
       bends::positions_of_each_sequence(c);
       bends::xpos(c);
     }},
};

}  // namespace

std::span<const Reading> xpos_readings() { return table; }

}  // namespace boresight::properties::readings
