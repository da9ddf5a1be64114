// Edges of numbers (fuzz/values.cc says how a part puts one): what masks must hide, what overflows, underflows, ties or cancels.
#include <fmt/format.h>

#include "fuzz/seeds/seeds.h"

namespace boresight::fuzz {
namespace {

constexpr const char* of_any_type[][2] = {
    {"hidden-nan-key", "bs1 b1 h2 d2 n2 s3 key_mask=0b101{} | segment_k 2 nan | segment_k 3 nan"},
    {"hidden-nan-value", "bs1 b1 h2 d2 n2 s3 key_mask=0b101{} | segment_v 2 nan | segment_v 9 nan"},
    {"hidden-inf-value", "bs1 b1 h1 d2 n2 s3 key_mask=prefix:1{} | segment_v 2 inf | segment_v 3 -inf | segment_v 4 nan"},
    {"hidden-nan-memory", "bs1 b1 h1 d2 n2 s2 M3 P1 memory_mask=0b010{} | memory_k 0 nan | memory_v 1 nan | memory_v 4 inf"},
    {"hidden-nan-everywhere",
     "bs1 b1 h1 d1 n2 s2 M1 key_mask=0 memory_mask=0{} | segment_v 0 nan | segment_v 1 inf | memory_v 0 nan"},
    {"largest-value", "bs1 b1 h1 d2 n2 s3{0} | segment_v 0 1e999 | segment_v 2 1e999 | segment_v 4 1e999"},
    {"largest-values-cancel", "bs1 b1 h1 d2 n2 s2 scale=0{} | segment_v 0 1e999 | segment_v 2 -1e999"},
    {"subnormal-values", "bs1 b1 h1 d2 n2 s2{} | segment_v 0 0x1p-149 | segment_v 1 -0x1p-133 | segment_v 2 0x1p-24"},
    {"subnormal-products", "bs1 b1 h1 d2 n2 s2{} | q 0 0x1p-126 | q 1 -0x1p-149 | segment_k 0 0x1p-14 | segment_k 1 0x1p-24"},
    {"zeros-of-both-signs", "bs1 b1 h1 d2 n2 s2{} | q 0 -0 | q 1 0 | segment_k 0 -0 | segment_v 0 -0 | segment_v 2 -0"},
};

constexpr const char* of_one_type[][2] = {
    {"dense-minus-inf", "bs1 b1 h1 d2 n2 s3 bias=dense | dense 0 -inf | dense 4 -inf"},
    {"dense-minus-inf-row", "bs1 b1 h1 d2 n2 s3 bias=dense dense_hidden=0.5 | dense 0 -inf | dense 1 -inf | dense 2 -inf"},
    {"dense-largest", "bs1 b1 h1 d2 n2 s3 bias=dense | dense 0 -3e38 | dense 1 -3e38 | dense 2 -3e38"},
    {"dense-far-below", "bs1 b1 h1 d2 n1 s3 bias=dense tile=1x1 | dense 0 -1e4 | dense 1 -2e4 | dense 2 -1e4"},
    {"dense-minus-inf-f16", "bs1 b1 h1 d2 n2 s3 bias=dense f16 | dense 0 -inf | dense 5 -65504"},
    {"sink-minus-inf", "bs1 b1 h2 d2 n2 s3 sink | sinks 0 -inf"},
    {"sink-minus-inf-no-keys", "bs1 b1 h2 d2 n2 s0 sink | sinks 0 -inf"},
    {"sink-far-above", "bs1 b1 h2 d2 n2 s3 sink | sinks 0 100 | sinks 1 -100"},
    {"sink-minus-inf-splits", "bs1 b1 h1 d2 n2 s4 key_mask=prefix:0 sink tile=1x2 splits=2 | sinks 0 -inf"},
    {"sink-alone-zero-kv", "bs1 b1 h1 d2 n2 s0 zero_kv sink | sinks 0 -0"},
    {"ties-of-all-keys", "bs1 b1 h1 d1 n1 s4 | segment_k 1 = 0 | segment_k 2 = 0 | segment_k 3 = 0"},
    {"ties-across-tiles", "bs1 b1 h1 d1 n1 s4 tile=1x2 splits=2 | segment_k 3 = 0 | segment_v 3 = -0"},
    {"cancelling-products", "bs1 b1 h1 d2 n1 s2 | q 0 4096 | q 1 = 0 | segment_k 0 1 | segment_k 1 = -0 | segment_k 2 0.5"},
    {"cancelling-values", "bs1 b1 h1 d1 n1 s4 scale=0 | segment_v 1 = -0 | segment_v 3 = -2"},
    {"scores-far-apart", "bs1 b1 h1 d1 n1 s3 tile=1x1 | q 0 10 | segment_k 0 -100 | segment_k 1 100 | segment_k 2 -100"},
    {"scores-all-far-below", "bs1 b1 h1 d1 n1 s3 scale=1 | q 0 1 | segment_k 0 -1000 | segment_k 1 -1000.5 | segment_k 2 -999"},
    {"softcap-saturated", "bs1 b1 h1 d1 n1 s3 softcap=5 | q 0 1000 | segment_k 0 1000 | segment_k 1 -1000 | segment_k 2 0"},
    {"slope-0", "bs1 b1 h2 d1 n2 s3 bias=alibi slopes=per_head | slopes 0 0 | slopes 1 -0"},
    {"slope-negative", "bs1 b1 h1 d1 n2 s3 bias=alibi slopes=per_head | slopes 0 -8"},
    {"forget-0", "bs1 b1 h1 d2 n3 s3 causal bias=forget | forget 0 0 | forget 1 -100 | forget 2 -0"},
    {"table-minus", "bs1 b1 h1 d2 n2 s2 bias=distance_table | distance_table 0 -1e30 | distance_table 1 1e30"},
    {"mem-kv-largest", "bs1 b1 h1 d1 n2 s2 P1 bias=alibi | mem_k 0 0 | mem_v 0 3e38"},
};

}  // namespace

Seeds value_seeds() {
  Seeds seeds{{"edge-small", "bs1 b1 h2 d4 n3 s5 M2 P1 causal bias=alibi"}};
  for (const auto& [name, form] : of_any_type)
    for (const char* const type : {"", " bf16", " f16"})
      seeds.push_back({fmt::format("edge-{}{}{}", name, *type == 0 ? "" : "-", *type == 0 ? type : type + 1),
                       fmt::format(fmt::runtime(form), type)});
  for (const auto& [name, input] : of_one_type) seeds.push_back({fmt::format("edge-{}", name), input});
  return seeds;
}

}  // namespace boresight::fuzz
