// Whose keys and values are read: the key/value head of a query head, and the rows of memories and persistent columns.
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
    {"memories-read-newest-first", "", "shape-broadcast",
     [](Decisions& d) {
       if (d.problem.memories < 2) return;
       d.key_column = [](const Reader& r, Int c) {
         const Int m = c - r.problem.mem_kv, M = r.problem.memories;
         return m >= 0 && m < M ? r.problem.mem_kv + (M - 1 - m) : c;
       };
     },
     [](const Problem& p) {
       return fmt::format("memories are read from the wrong end: memory m is row {} - m, right is row m", p.memories - 1);
     },
     "memories > 1 with a bias, rotary, a mask or bounds that tell them apart",
     "memories that nothing tells apart but their contents"},
    {"persistent-rows-shifted-by-one", "", "shape-broadcast",
     [](Decisions& d) {
       if (d.problem.mem_kv > 1) d.key_column = [](const Reader& r, Int c) { return c + 1 < r.problem.mem_kv ? c + 1 : c; };
     },
     [](const Problem& p) {
       return fmt::format("persistent rows are shifted by one: the first of {} is never read and the last twice", p.mem_kv);
     },
     "mem_kv > 1", "persistent keys and values that are all alike"},
};

}  // namespace

std::span<const Reading> heads_readings() { return table; }

}  // namespace boresight::properties::readings
