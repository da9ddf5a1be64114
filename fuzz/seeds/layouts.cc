// Edges of layouts. A tile of w keys or rows goes wrong at w - 1, w, w + 1 and two tiles and one; w are those of the kernels
// (kernel_tiles in impl/geometry.h) and of vectors. Features stand at their own edges: nothing seen, all seen, one of each.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "fuzz/cases.h"
#include "fuzz/seeds/seeds.h"
#include "problem/token.h"

namespace boresight::fuzz {
namespace {

std::set<std::int64_t> edge_sizes() {
  std::set<std::int64_t> sizes{0, 1};
  for (const std::int64_t width : {16, 32, 64, 96, 256, 512})
    for (const std::int64_t size : {width - 1, width, width + 1, 2 * width + 1}) sizes.insert(size);
  return sizes;
}

bool fits(const std::string& input) {
  const Result<Case> parsed = parse_token(input);
  return parsed && case_of(input) == canonical(*parsed);
}

// A size of the problem and what may be around it, {} the size itself. The plainest form is last: a thousand rows or columns
// leave room for little else.
struct Swept {
  const char* name;
  const char* forms[3];
};
constexpr Swept swept[] = {
    {"queries",
     {"bs1 b2 h4/2 d4/2 n{} s5 M2 P1 causal bias=alibi", "bs1 b1 h1 d1 n{} s2 M1 P1 window=3 bias=alibi",
      "bs1 b1 h1 d1 n{} s1 bias=alibi"}},
    {"segment",
     {"bs1 b2 h4/2 d4/2 n3 s{} M2 P1 causal bias=alibi", "bs1 b1 h1 d1 n2 s{} M2 P1 causal bias=alibi",
      "bs1 b1 h1 d1 n1 s{} M2 P1 causal bias=alibi"}},
    {"memories",
     {"bs1 b2 h4/2 d4/2 n3 s3 M{} P1 causal bias=alibi memory_mask=0.8", "bs1 b1 h1 d1 n2 s2 M{} P1 causal bias=alibi",
      "bs1 b1 h1 d1 n1 s1 M{} P1 causal bias=alibi"}},
    {"mem-kv",
     {"bs1 b2 h4/2 d4/2 n3 s3 M2 P{} causal bias=alibi", "bs1 b1 h1 d1 n2 s2 M1 P{} causal bias=alibi",
      "bs1 b1 h1 d1 n1 s1 M1 P{} causal bias=alibi"}},
};

std::string first_that_fits(const Swept& by, std::int64_t size) {
  std::string input;
  for (const char* const form : by.forms)
    if (input = fmt::format(fmt::runtime(form), size); fits(input)) break;
  return input;
}

void add_sizes(Seeds& seeds) {
  for (const Swept& by : swept)
    for (const std::int64_t size : edge_sizes())
      seeds.push_back({fmt::format("edge-{}-{}", by.name, size), first_that_fits(by, size)});
}

// Every size at the edge of a tile that is asked for, where all four can be at once.
void add_tiles(Seeds& seeds) {
  for (const auto& [rows, keys] : {std::pair{1, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 8}, {4, 16}, {0, 5}, {7, 0}})
    for (const int beyond : {-1, 0, 1}) {
      const int n = std::max(2 * rows + beyond, 1), s = std::max(2 * keys + beyond, 1);
      seeds.push_back({fmt::format("edge-tile-{}x{}-{}", rows, keys,
                                   beyond < 0    ? "less"
                                   : beyond == 0 ? "exact"
                                                 : "more"),
                       fmt::format("bs1 b1 h2 d2 n{} s{} M{} P{} causal bias=alibi tile={}x{}", n, s, std::max(keys + beyond, 0),
                                   1, rows, keys)});
    }
}

constexpr const char* features[][2] = {
    {"small", "bs1 b1 h2 d4 n3 s5 M2 P1 causal bias=alibi"},
    // Nothing, and next to nothing.
    {"nothing", "bs1 b1 h1 d1 n0 s0"},
    {"no-queries", "bs1 b2 h2 d2 n0 s3 M1 P1 bias=alibi"},
    {"no-keys", "bs1 b2 h2 d2/3 n3 s0"},
    {"no-keys-sink", "bs1 b2 h2 d2 n3 s0 sink"},
    {"no-keys-zero-kv", "bs1 b1 h2 d2 n3 s0 zero_kv"},
    {"no-keys-zero-kv-sink", "bs1 b1 h2 d2 n3 s0 zero_kv sink"},
    {"no-keys-splits", "bs1 b1 h2 d2 n3 s0 sink splits=3 threads=3"},
    {"mem-kv-alone", "bs1 b2 h4/2 d2 n3 s0 P3 causal bias=alibi"},
    {"memories-alone", "bs1 b2 h4/2 d2 n3 s0 M3 causal bias=alibi"},
    {"more-queries-than-keys", "bs1 b1 h2 d2 n7 s3 causal bias=alibi"},
    // Every bias.
    {"bias-alibi-some-heads", "bs1 b1 h6 d2 n3 s5 M2 P1 bias=alibi alibi_heads=3"},
    {"bias-alibi-no-heads", "bs1 b1 h3 d2 n3 s5 M2 P1 bias=alibi alibi_heads=0"},
    {"bias-alibi-per-head", "bs1 b2 h4/2 d2 n3 s5 M2 P1 bias=alibi slopes=per_head"},
    {"bias-alibi-per-batch", "bs1 b2 h4/2 d2 n3 s5 M2 P1 bias=alibi slopes=per_batch"},
    {"bias-alibi-both-sides", "bs1 b1 h2 d2 n5 s5 M2 P1 bias=alibi"},
    {"bias-buckets", "bs1 b1 h2 d2 n3 s40 M2 P1 causal bias=relative_buckets buckets=8 max_distance=16"},
    {"bias-buckets-bidirectional", "bs1 b1 h2 d2 n9 s9 M2 P1 bias=relative_buckets buckets=8 max_distance=16 bidirectional"},
    {"bias-buckets-least", "bs1 b1 h2 d2 n3 s5 M2 P1 bias=relative_buckets buckets=2 max_distance=2"},
    {"bias-buckets-least-bidirectional", "bs1 b1 h2 d2 n3 s5 bias=relative_buckets buckets=4 max_distance=2 bidirectional"},
    {"bias-buckets-scaled", "bs1 b1 h2 d2 n3 s5 M2 P1 bias=relative_buckets bias_scale=-2.5"},
    {"bias-distance-table", "bs1 b1 h2 d2 n3 s5 M2 P1 bias=distance_table"},
    {"bias-distance-table-of-one", "bs1 b1 h2 d2 n1 s1 P1 bias=distance_table"},
    {"bias-distance-table-no-keys", "bs1 b1 h2 d2 n2 s0 P1 bias=distance_table"},
    {"bias-dense", "bs1 b2 h2 d2 n3 s5 M2 P1 bias=dense"},
    {"bias-dense-one", "bs1 b2 h2 d2 n3 s5 M2 P1 bias=dense dense_shape=1"},
    {"bias-dense-of-heads", "bs1 b2 h2 d2 n3 s5 M2 P1 bias=dense dense_shape=h"},
    {"bias-dense-of-sequences", "bs1 b2 h2 d2 n3 s5 M2 P1 bias=dense dense_shape=b"},
    {"bias-dense-hidden", "bs1 b1 h2 d2 n5 s5 M2 bias=dense dense_hidden=0.5"},
    {"bias-dense-all-hidden", "bs1 b1 h2 d2 n3 s5 M2 bias=dense dense_hidden=1"},
    {"bias-forget", "bs1 b2 h2 d2 n3 s5 M2 P1 causal bias=forget"},
    {"bias-forget-windowed", "bs1 b1 h2 d2 n7 s5 M2 P1 window=3,0 bias=forget tile=2x3"},
    // Every mask, up to one that leaves rows with nothing.
    {"key-mask-none", "bs1 b2 h2 d2 n3 s5 key_mask=prefix:0"},
    {"key-mask-none-beside-mem-kv", "bs1 b2 h2 d2 n3 s5 P1 key_mask=prefix:0"},
    {"key-mask-prefix", "bs1 b2 h2 d2 n3 s40 key_mask=prefix:17 tile=0x16"},
    {"key-mask-suffix", "bs1 b2 h2 d2 n3 s40 key_mask=suffix:17 tile=0x16"},
    {"key-mask-longer-than-keys", "bs1 b1 h2 d2 n3 s5 key_mask=prefix:9"},
    {"key-mask-of-each-sequence", "bs1 b2 h2 d2 n3 s3 key_mask=0b111000"},
    {"key-mask-density", "bs1 b2 h2 d2 n3 s33 M2 key_mask=0.5"},
    {"memory-mask-none", "bs1 b2 h2 d2 n3 s2 M5 P1 memory_mask=0 bias=alibi"},
    {"memory-mask-suffix", "bs1 b1 h2 d2 n3 s2 M33 memory_mask=suffix:1"},
    {"memory-mask-bits", "bs1 b1 h2 d2 n3 s2 M5 P1 memory_mask=0b01101"},
    {"masks-of-all-keys", "bs1 b1 h2 d2 n3 s3 M2 key_mask=0 memory_mask=0"},
    {"masks-of-all-keys-sink", "bs1 b1 h2 d2 n3 s3 M2 sink key_mask=0 memory_mask=0 splits=2"},
    {"attention-mask-none", "bs1 b1 h2 d2 n3 s3 M2 P2 attention_mask=0"},
    {"attention-mask-first-rows", "bs1 b1 h1 d2 n4 s3 P1 attention_mask=0b0000000000010001"},
    {"attention-mask-mem-kv", "bs1 b1 h2 d2 n3 s3 P2 attention_mask=suffix:3"},
    {"attention-mask-one", "bs1 b2 h2 d2 n3 s5 attention_mask=0.5 attention_mask_shape=1"},
    {"attention-mask-of-heads", "bs1 b2 h2 d2 n3 s5 attention_mask=0.5 attention_mask_shape=h"},
    {"attention-mask-of-sequences", "bs1 b2 h2 d2 n3 s5 attention_mask=0.5 attention_mask_shape=b"},
    {"attention-mask-all-kinds", "bs1 b1 h2 d2 n3 s5 M2 P1 causal key_mask=0.7 memory_mask=0.7 attention_mask=0.7"},
    // Windows.
    {"window-0-0", "bs1 b1 h2 d2 n5 s5 M2 P1 window=0,0"},
    {"window-left-0", "bs1 b1 h2 d2 n5 s5 M2 P1 window=0"},
    {"window-right-0", "bs1 b1 h2 d2 n5 s5 M2 P1 window=-1,0"},
    {"window-right-1", "bs1 b1 h2 d2 n5 s5 M2 P1 window=-1,1"},
    {"window-1-1", "bs1 b1 h2 d2 n9 s9 window=1,1 tile=2x3"},
    {"window-causal", "bs1 b1 h2 d2 n5 s5 M2 causal window=2,3"},
    {"window-past-the-keys", "bs1 b1 h2 d2 n9 s2 window=1,1"},
    {"window-huge", "bs1 b1 h2 d2 n3 s5 window=9223372036854775807,9223372036854775807 bias=alibi"},
    {"window-32-bits", "bs1 b1 h2 d2 n3 s5 causal window=2147483648"},
    {"window-of-a-tile", "bs1 b1 h1 d1 n2 s70 M3 P2 causal window=63 tile=0x64"},
    // The softmax's own.
    {"zero-kv", "bs1 b1 h2 d2 n3 s5 M2 P1 zero_kv causal bias=alibi"},
    {"zero-kv-splits", "bs1 b1 h2 d2 n3 s9 zero_kv sink tile=1x2 splits=3"},
    {"sink", "bs1 b2 h4/2 d2 n3 s5 M2 P1 causal sink bias=alibi"},
    {"sink-splits", "bs1 b1 h2 d2 n2 s9 sink tile=1x2 splits=4"},
    {"softcap-after-bias", "bs1 b1 h2 d2 n3 s5 M2 P1 bias=alibi softcap=0.5"},
    {"softcap-before-bias", "bs1 b1 h2 d2 n3 s5 M2 P1 bias=alibi softcap=0.5 softcap_order=before_bias"},
    {"softcap-tiny", "bs1 b1 h2 d2 n3 s5 softcap=1e-30"},
    {"softcap-huge", "bs1 b1 h2 d2 n3 s5 causal softcap=1e30"},
    {"softcap-sink-zero-kv", "bs1 b1 h2 d2 n3 s5 zero_kv sink softcap=2 attention_mask=0.5"},
    {"scale-0", "bs1 b1 h2 d2 n3 s5 scale=0 bias=alibi"},
    {"scale-negative", "bs1 b1 h2 d2 n3 s5 scale=-1 causal"},
    // Rotary.
    {"rotary-adjacent", "bs1 b1 h2 d8 n3 s5 M2 P1 causal rotary=8"},
    {"rotary-halves", "bs1 b1 h2 d8 n3 s5 M2 P1 causal rotary=8 pairs=halves"},
    {"rotary-part", "bs1 b1 h2 d7/3 n3 s5 M2 P1 rotary=4 pairs=halves"},
    {"rotary-least", "bs1 b1 h2 d2 n3 s5 rotary=2"},
    {"rotary-data", "bs1 b1 h2 d8 n3 s5 M2 rotary=6 frequencies=data"},
    {"rotary-rescaled", "bs1 b1 h2 d8 n3 s5 M2 rotary=8 base=500 base_rescale=2 interpolation=4"},
    {"xpos", "bs1 b1 h2 d8 n3 s5 M2 P1 causal rotary=8 xpos"},
    {"xpos-data", "bs1 b2 h2 d8 n3 s5 M2 causal rotary=8 xpos xpos_scales=data"},
    {"xpos-center", "bs1 b1 h2 d8 n3 s5 M2 rotary=4 pairs=halves xpos xpos_scale_base=16 xpos_center=3"},
    {"rotary-beside-a-bias", "bs1 b1 h4/2 d4 n3 s5 M2 P1 causal bias=alibi rotary=4"},
    // Positions.
    {"positions-shuffled", "bs1 b2 h2 d4 n3 s5 M2 P1 causal bias=alibi rotary=4 positions=shuffled positions_shape=b"},
    {"positions-restart", "bs1 b2 h2 d4 n4 s6 M2 P1 causal window=2 bias=distance_table positions=restart"},
    {"positions-doubled", "bs1 b1 h2 d4 n3 s5 M2 P1 causal window=3 bias=relative_buckets positions=doubled"},
    {"positions-tiled", "bs1 b1 h2 d2 n9 s9 causal window=4 positions=shuffled tile=2x3"},
    // Heads, widths, types, memory.
    {"heads-grouped", "bs1 b2 h6/2 d2 n3 s5 M2 P1 causal bias=alibi"},
    {"heads-tiled", "bs1 b2 h6/2 d2 n3 s5 M2 P1 causal bias=alibi head_map=tiled"},
    {"heads-one-kv-head", "bs1 b2 h5/1 d2 n3 s5 M2 P1 causal bias=alibi"},
    {"heads-of-seven", "bs1 b1 h14/2 d2 n3 s5 causal bias=alibi tile=4x2 splits=2"},
    {"heads-of-twelve", "bs1 b1 h12 d1 n2 s3 bias=alibi"},
    {"widths-1", "bs1 b1 h1 d1 n2 s3 bias=alibi"},
    {"widths-odd", "bs1 b2 h2 d7/5 n3 s5 M2 P1 causal bias=alibi"},
    {"widths-past-a-vector", "bs1 b1 h1 d17/33 n3 s5 M2 P1"},
    {"widths-value-narrow", "bs1 b1 h2 d16/1 n3 s5 M2 P1"},
    {"widths-value-wide", "bs1 b1 h2 d1/16 n3 s5 M2 P1"},
    {"widths-512", "bs1 b1 h1 d512 n2 s3 M1 P1 causal"},
    {"widths-512-1", "bs1 b1 h1 d512/1 n2 s5 M1 P1 causal bias=alibi"},
    {"widths-1-512", "bs1 b1 h1 d1/512 n2 s5 M1 P1 causal bias=alibi"},
    {"widths-511-bf16", "bs1 b1 h1 d511 n2 s3 M1 P1 bf16"},
    {"bf16", "bs1 b2 h4/2 d8 n3 s17 M2 P1 causal bias=alibi bf16"},
    {"f16", "bs1 b2 h4/2 d8 n3 s17 M2 P1 causal bias=alibi f16"},
    {"bf16-rotary", "bs1 b1 h2 d7 n3 s5 M2 P1 rotary=6 pairs=halves xpos bf16"},
    {"f16-dense", "bs1 b1 h2 d7 n3 s5 M2 P1 bias=dense dense_hidden=0.5 f16"},
    {"values-large", "bs1 b1 h2 d4 n3 s9 M2 P1 causal values=large"},
    {"values-tiny", "bs1 b1 h2 d4 n3 s9 M2 P1 bias=alibi values=tiny"},
    {"values-equal", "bs1 b1 h2 d4 n3 s9 M2 P1 bias=alibi values=equal"},
    {"values-dominant", "bs1 b1 h2 d4 n3 s40 M2 P1 values=dominant"},
    {"values-offset", "bs1 b1 h2 d4 n3 s9 M2 P1 f16 values=offset"},
    {"values-probe", "bs1 b1 h4/2 d4/8 n3 s5 M2 P1 causal bias=alibi values=probe"},
    {"layout-bnhd", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=bnhd"},
    {"layout-padded", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=padded"},
    {"layout-strided", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=strided"},
    {"layout-reversed", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=reversed"},
    {"layout-strided-bf16", "bs1 b1 h2 d9 n3 s17 bf16 layout=strided"},
    {"layout-reversed-f16", "bs1 b1 h2 d9 n3 s17 f16 layout=reversed"},
    // Ways of running.
    {"threads-3-splits-3", "bs1 b1 h2 d2 n5 s12 M2 P1 causal bias=alibi tile=2x3 splits=3 threads=3"},
    {"threads-3-one-row", "bs1 b1 h1 d2 n1 s9 threads=3"},
    {"splits-more-than-tiles", "bs1 b1 h2 d2 n2 s5 sink tile=1x2 splits=7"},
    {"splits-one-query", "bs1 b1 h4/1 d4 n1 s70 M3 P2 causal bias=alibi tile=0x16 splits=4"},
    {"splits-empty-parts", "bs1 b1 h2 d2 n2 s12 key_mask=0b000011110000 tile=1x2 splits=6"},
    {"splits-of-a-window", "bs1 b1 h1 d2 n9 s9 M3 P3 window=2,0 bias=alibi tile=2x2 splits=3 threads=2"},
    {"tile-of-the-most-keys", "bs1 b1 h1 d2 n3 s5 tile=65536x65536"},
    {"decode", "bs1 b2 h4/2 d8 n1 s33 M2 P1 causal bias=alibi bf16"},
};

}  // namespace

Seeds layout_seeds() {
  Seeds seeds;
  add_sizes(seeds);
  add_tiles(seeds);
  for (const auto& [name, input] : features) seeds.push_back({fmt::format("edge-{}", name), input});
  return seeds;
}

}  // namespace boresight::fuzz
