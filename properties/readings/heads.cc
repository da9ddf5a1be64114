// Which key/value head a query head reads.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"gqa-tile-instead-of-interleave", "onnx/onnx#7274", "gqa-mapping",
     [](Decisions& d) { d.problem.head_map = other(d.problem.head_map); },
     [](const Problem& p) {
       return fmt::format("head h reads kv head {}, right is {}", map_name(other(p.head_map)), map_name(p.head_map));
     },
     "kv_heads > 1 and two or more heads to each", "kv_heads = 1; kv_heads = heads"},
    {"every-head-reads-kv-head-0", "", "gqa-mapping",
     [](Decisions& d) { d.key_head = d.value_head = [](const Reader&, Int) { return Int{0}; }; },
     [](const Problem& p) { return fmt::format("every head reads kv head 0, right is {}", map_name(p.head_map)); },
     "kv_heads > 1", "kv_heads = 1"},
    {"values-of-the-other-head-map", "", "gqa-mapping",
     [](Decisions& d) {
       d.value_head = [](const Reader& r, Int h) {
         return r.problem.head_map == HeadMap::tiled ? h / (r.problem.heads / r.problem.kv_heads) : h % r.problem.kv_heads;
       };
     },
     [](const Problem& p) {
       return fmt::format("values, not keys, are those of kv head {}, right is {}", map_name(other(p.head_map)),
                          map_name(p.head_map));
     },
     "kv_heads > 1 and two or more heads to each", "kv_heads = 1; kv_heads = heads"},
    {"persistent-kv-sized-by-query-heads", "lucidrains/x-transformers#228", "gqa-mapping",
     [](Decisions& d) {
       if (d.problem.mem_kv == 0 || d.problem.kv_heads == d.problem.heads) return;
       d.persistent_head = [](const Reader& r, Int h, Int) { return std::min(h, r.problem.kv_heads - 1); };
     },
     [](const Problem& p) {
       return fmt::format("persistent columns are read by query head (a port that clamps): head h reads min(h, {}), right is {}",
                          p.kv_heads - 1, map_name(p.head_map));
     },
     "mem_kv > 0 and 1 < kv_heads < heads", "kv_heads = heads; kv_heads = 1, where a port that clamps is right; mem_kv = 0"},
};

}  // namespace

std::span<const Reading> heads_readings() { return table; }

}  // namespace boresight::properties::readings
