// Causality and windows alike: both counted from another place.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"visibility-forgets-memories", "", "causal-alignment",
     [](Decisions& d) {
       if (bounded(d.problem))
         shift_delta(d, [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.memories; });
     },
     [](const Problem& p) {
       return delta_words(p, fmt::format("visibility forgets the {} memories", p.memories).c_str(), origin(p) - p.memories);
     },
     "causal or windowed with memories > 0", "memories = 0"},
    {"visibility-forgets-cache", "", "causal-alignment",
     [](Decisions& d) {
       if (bounded(d.problem) && cached(d.problem) != 0)
         shift_delta(d, [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - cached(r.problem); });
     },
     [](const Problem& p) {
       return delta_words(p, "visibility counts rows from the first key of the segment, cached or not", origin(p) - cached(p));
     },
     "causal or windowed with segment != queries", "segment = queries"},
    {"visibility-counts-persistent-kv", "", "causal-alignment",
     [](Decisions& d) {
       if (bounded(d.problem))
         shift_delta(d, [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.mem_kv; });
     },
     [](const Problem& p) {
       return delta_words(p, fmt::format("visibility counts the {} persistent columns in the place of tokens", p.mem_kv).c_str(),
                          origin(p) - p.mem_kv);
     },
     "causal or windowed with mem_kv > 0", "mem_kv = 0"},
    {"visibility-by-custom-positions", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.custom_positions && bounded(d.problem)) shift_delta(d, book::distance);
     },
     [](const Problem&) { return std::string("causality and window go by custom positions, right is by order"); },
     "causal or windowed with custom positions", "positions by order"},
};

}  // namespace

std::span<const Reading> visibility_readings() { return table; }

}  // namespace boresight::properties::readings
