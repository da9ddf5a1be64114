#include "properties/identify/aspects.h"

#include <algorithm>

namespace boresight::properties::identify {
namespace {

const std::vector<Aspect> table{
    {"causal anchor",
     "the last row stands on the last segment key: row i sees delta(i, c) >= 0, and every persistent column",
     {"causal-alignment", "overflow"},
     {},
     {"bs1 b1 h2 d8 n4 s4 causal", "bs1 b1 h2 d8 n4 s9 causal", "bs1 b1 h2 d8 n4 s4 M3 causal", "bs1 b1 h2 d8 n4 s4 P2 causal",
      "bs1 b1 h2 d8 n7 s4 P2 causal", "bs1 b1 h2 d8 n9 s4 causal", "bs1 b1 h2 d8 n6 s6", "bs1 b1 h2 d8 n4 s7 M3 P2 causal"}},
    {"window bounds",
     "both sides inclusive: -right <= delta <= left; -1 hides nothing, and no persistent column is hidden",
     {"window"},
     {"heads-as-queries-in-the-window"},
     {"bs1 b1 h2 d8 n6 s6 window=2,1", "bs1 b1 h2 d8 n6 s6 window=2,-1", "bs1 b1 h2 d8 n6 s6 window=-1,1",
      "bs1 b1 h2 d8 n6 s6 causal window=2,-1", "bs1 b1 h2 d8 n1 s9 window=3,-1", "bs1 b1 h2 d8 n4 s9 window=2,1",
      "bs1 b1 h2 d8 n4 s4 M3 window=2,1", "bs1 b1 h2 d8 n4 s6 P2 window=2,1", "bs1 b1 h2 d8 n2 s3 M4 window=4,-1",
      "bs1 b1 h3/1 d8 n1 s8 window=1,-1", "bs1 b1 h2 d8 n4 s7 M3 P2 window=3,1"}},
    {"bias origin",
     "distance 0 is where a token meets itself, cached keys and memories counted, persistent columns not; those have no bias",
     {"bias-origin"},
     {},
     {"bs1 b1 h2 d8 n4 s4 P2 bias=alibi", "bs1 b1 h2 d8 n4 s4 M3 bias=alibi", "bs1 b1 h2 d8 n4 s9 bias=alibi",
      "bs1 b1 h2 d8 n4 s9 causal bias=alibi", "bs1 b1 h2 d8 n4 s4 M3 P2 bias=alibi", "bs1 b1 h2 d8 n4 s7 M3 P2 bias=alibi",
      "bs1 b1 h2 d8 n4 s4 M3 bias=alibi memory_mask=prefix:0", "bs1 b1 h2 d8 n4 s7 bias=alibi key_mask=prefix:5",
      "bs1 b1 h2 d8 n4 s6 P2 bias=dense", "bs1 b1 h2 d8 n4 s6 M2 P2 bias=dense", "bs1 b1 h2 d8 n4 s6 M2 causal bias=forget",
      "bs1 b1 h2 d8 n4 s6 P2 causal bias=forget", "bs1 b1 h2 d8 n4 s6 M3 P2 causal bias=forget",
      "bs1 b1 h2 d8 n4 s6 M3 P2 bias=distance_table", "bs1 b1 h2 d8 n4 s6 M3 P2 bias=relative_buckets buckets=8"}},
    {"bias form",
     "alibi -slope * |d|; T5 bias_scale * table[bucket(d)]; tables, dense and forget as given; added to the scaled product",
     {"bias-value"},
     {"bias-depends-on-query-only", "alibi-constant-row-shift", "alibi-by-column", "dense-bias-in-16-bit",
      "alibi-positions-in-16-bit", "alibi-positions-in-f16"},
     {"bs1 b1 h2 d8 n6 s6 bias=alibi", "bs1 b1 h2 d8 n6 s6 bias=dense", "bs1 b1 h2 d8 n6 s6 bias=distance_table",
      "bs1 b1 h2 d8 n6 s6 causal bias=forget", "bs1 b1 h2 d8 n6 s6 bias=relative_buckets",
      "bs1 b1 h2 d8 n6 s6 bias=relative_buckets bidirectional", "bs1 b1 h2 d8 n1 s8 bias=alibi",
      "bs1 b1 h2 d8 n6 s6 causal bias=alibi", "bs1 b1 h2 d8 n4 s40 bias=relative_buckets buckets=8 max_distance=20",
      "bs1 b1 h2 d8 n4 s40 bias=relative_buckets buckets=32 max_distance=20",
      "bs1 b1 h2 d8 n6 s6 bias=relative_buckets bias_scale=3", "bs1 b1 h2 d8 n2 s360 causal bias=alibi",
      "bs1 b1 h2 d8 n2 s2100 causal bias=alibi"}},
    {"slopes",
     "head h has bias h; geometric slopes 2^(-8k/A), those of other numbers of heads woven from the next power of two",
     {"bias-head"},
     {"heads-as-queries-trick"},
     {"bs1 b1 h4 d8 n5 s5 bias=alibi", "bs1 b1 h6 d8 n5 s5 bias=alibi", "bs1 b1 h4 d8 n5 s5 bias=alibi alibi_heads=2",
      "bs1 b1 h4/2 d8 n5 s5 bias=alibi", "bs1 b1 h6/2 d8 n5 s5 bias=alibi slopes=per_head",
      "bs1 b1 h4/2 d8 n5 s5 head_map=tiled bias=alibi", "bs1 b1 h4 d8 n4 s4 bias=alibi", "bs1 b1 h3/1 d8 n1 s8 bias=alibi",
      "bs1 b1 h4/2 d8 n5 s5 bias=dense dense_shape=bh"}},
    {"positions",
     "custom positions give the distances of bias and rotary, each row and sequence its own; visibility goes by order alone",
     {},
     {"alibi-cross-attn-aligned-bottom-right", "custom-positions-ignored", "queries-taken-as-consecutive",
      "custom-positions-land-on-persistent-columns", "visibility-by-custom-positions", "custom-position-bias-rank",
      "xpos-scale-batch-read-as-head"},
     {"bs1 b1 h2 d8 n5 s5 bias=alibi positions=shuffled", "bs1 b1 h2 d8 n5 s5 rotary=6 positions=shuffled",
      "bs1 b1 h2 d8 n5 s5 causal bias=alibi positions=shuffled", "bs1 b1 h2 d8 n5 s7 P2 bias=alibi positions=doubled",
      "bs1 b2 h2 d8 n5 s5 bias=alibi positions=shuffled positions_shape=b",
      "bs1 b2 h2 d8 n5 s5 rotary=6 xpos xpos_scale_base=16 positions=shuffled positions_shape=b"}},
    {"scale",
     "multiplies q.k once; the bias is not scaled",
     {"score"},
     {"relative-term-not-scaled"},
     {"bs1 b1 h2 d8 n4 s6", "bs1 b1 h2 d8 n4 s6 scale=0.7", "bs1 b1 h2 d8 n6 s6 bias=alibi", "bs1 b1 h2 d8 n6 s6 bias=dense"}},
    {"softcap",
     "after the bias, or before it where the problem says so; masks come after it",
     {},
     {"softcap-order-swapped", "softcap-after-mask", "softcap-ignored"},
     {"bs1 b1 h2 d8 n6 s6 softcap=1.5", "bs1 b1 h2 d8 n6 s6 causal softcap=1.5", "bs1 b1 h2 d8 n6 s6 bias=alibi softcap=1.5",
      "bs1 b1 h2 d8 n6 s6 bias=alibi softcap=1.5 softcap_order=before_bias"}},
    {"masks",
     "true keeps; key and memory mask along the tokens, the attention mask along all columns, persistent ones included",
     {"key-mask", "mem-mask"},
     {"mask-broadcast-on-wrong-axis", "kv-length-taken-from-query"},
     {"bs1 b1 h2 d8 n4 s4 key_mask=0.5", "bs1 b1 h2 d8 n4 s7 key_mask=prefix:4", "bs1 b1 h2 d8 n4 s4 M4 memory_mask=0.5",
      "bs1 b1 h2 d8 n4 s4 attention_mask=0.5", "bs1 b1 h2 d8 n4 s9", "bs1 b1 h2 d8 n4 s6 P2 key_mask=suffix:4",
      "bs1 b1 h2 d8 n4 s6 M2 key_mask=suffix:4", "bs1 b1 h2 d8 n4 s4 M4 P2 memory_mask=0.5",
      "bs1 b1 h2 d8 n4 s6 M3 P2 key_mask=0.5 memory_mask=0.5", "bs1 b1 h2 d8 n4 s6 P3 attention_mask=0.5",
      "bs1 b2 h2 d8 n4 s6 attention_mask=0.5 attention_mask_shape=bh"}},
    {"head map",
     "query head h reads kv head h / (H/G), or h mod G where the problem says tiled; each sequence its own keys",
     {"gqa-mapping"},
     {},
     {"bs1 b1 h4/2 d8 n4 s6", "bs1 b1 h4/2 d8 n4 s6 head_map=tiled", "bs1 b1 h4/2 d8 n4 s6 P2", "bs1 b2 h4/2 d8 n4 s6",
      "bs1 b1 h6/3 d8 n4 s6 P2"}},
    {"columns",
     "mem_kv, memories, segment, each part's rows in order, as many as there are",
     {"shape-broadcast"},
     {},
     {"bs1 b1 h2 d8 n4 s4 P3 attention_mask=0.5", "bs1 b1 h2 d8 n4 s4 P3", "bs1 b1 h2 d8 n4 s4 M4 bias=alibi",
      "bs1 b1 h2 d8 n4 s4 M4 memory_mask=0.5", "bs1 b1 h2 d8 n40 s40", "bs1 b1 h2 d8 n2 s360"}},
    {"empty rows",
     "output 0 and lse -inf; never NaN",
     {"full-mask-row"},
     {"empty-lse-plus-inf"},
     {"bs1 b1 h2 d8 n7 s4 causal", "bs1 b1 h2 d8 n4 s4 key_mask=prefix:0"}},
    {"sink and zero key",
     "one more score in the denominator, neither scaled, biased, capped nor masked; the zero key is a column of key and value 0",
     {"online-softmax"},
     {"sink-not-counted-once", "sink-scaled", "sink-capped"},
     {"bs1 b1 h2 d8 n4 s6 sink", "bs1 b1 h2 d8 n4 s6 zero_kv", "bs1 b1 h2 d8 n4 s6 sink softcap=1.5", "bs1 b1 h6 d8 n4 s6 sink"}},
    {"lse", "natural logarithm of the whole denominator", {"split-merge"}, {}, {"bs1 b1 h2 d8 n4 s6"}},
    {"low scores",
     "the softmax of a row does not depend on how low its scores are",
     {"precision"},
     {},
     {"bs1 b1 h2 d8 n6 s1 scale=300000", "bs1 b1 h2 d8 n6 s2 scale=300000"}},
    {"rotary",
     "q and k turn by their positions (a cos - b sin, b cos + a sin), the first R entries, in the problem's pairs; persistent "
     "keys never",
     {"rotary-origin"},
     {},
     {"bs1 b1 h2 d8 n4 s4 rotary=6", "bs1 b1 h2 d8 n4 s4 rotary=6 pairs=halves", "bs1 b1 h2 d8 n4 s8 rotary=6",
      "bs1 b1 h2 d8 n4 s4 P2 rotary=6", "bs1 b1 h2 d8 n4 s4 M3 rotary=6", "bs1 b1 h2 d8 n4 s4 M3 P2 rotary=6",
      "bs1 b1 h2 d8 n4 s4 rotary=6 interpolation=4", "bs1 b1 h2 d8 n4 s4 rotary=6 base_rescale=8"}},
    {"xpos",
     "q times z^u and k times z^-u, u = (t - center) / scale_base, by the positions that they turn by",
     {},
     {"xpos-center-ignored", "xpos-ignored", "xpos-inverse-on-the-wrong-side", "xpos-inverse-missing",
      "xpos-scale-not-sliced-with-queries"},
     {"bs1 b1 h2 d8 n4 s4 rotary=6 xpos xpos_scale_base=16", "bs1 b1 h2 d8 n4 s8 rotary=6 xpos xpos_scale_base=16",
      "bs1 b1 h2 d8 n4 s4 P2 rotary=6 xpos xpos_scale_base=16 xpos_center=5"}},
};

bool has(const std::vector<std::string_view>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::span<const Aspect> aspects() { return table; }

std::vector<std::size_t> claimed_by(const readings::Reading& reading) {
  std::vector<std::size_t> by_id, by_kind;
  for (std::size_t a = 0; a < table.size(); ++a) {
    if (has(table[a].ids, reading.id)) by_id.push_back(a);
    if (has(table[a].kinds, reading.kind)) by_kind.push_back(a);
  }
  return by_id.empty() ? by_kind : by_id;
}

std::size_t aspect_of(const readings::Reading& reading) {
  const std::vector<std::size_t> claims = claimed_by(reading);
  return claims.empty() ? table.size() : claims.front();
}

}  // namespace boresight::properties::identify
