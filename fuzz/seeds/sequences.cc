// Edges of sequences (fuzz/sequence.cc says what a part does): one by one and all at once, with a cache, with memories and with
// both, masks that change in between, and the public bugs that only a second call shows.
#include <fmt/format.h>

#include "fuzz/seeds/seeds.h"

namespace boresight::fuzz {
namespace {

constexpr const char* table[][2] = {
    {"edge-small", "bs1 b1 h2 d4 n3 s5 M2 P1 causal bias=alibi"},
    {"edge-one-by-one-cache", "bs1 b1 h2 d2 n3 s5 causal bias=alibi | feed 1 cache | feed 1 cache | feed 1 cache"},
    {"edge-one-by-one-memories", "bs1 b1 h2 d2 n3 s5 M2 causal bias=alibi | feed 1 memories | feed 1 memories | feed 1 memories"},
    {"edge-cache-then-memories", "bs1 b2 h2 d2 n4 s6 M1 P2 causal bias=alibi | feed 1 cache | feed 2 memories | feed 1 cache"},
    {"edge-all-at-once", "bs1 b1 h2 d2 n3 s5 M2 P1 causal | feed 3 memories"},
    {"edge-again", "bs1 b1 h2 d2 n3 s5 causal bias=alibi | feed 2 cache | again | feed 1 cache | again | again"},
    {"edge-again-memories", "bs1 b1 h2 d2 n3 s5 M2 P1 causal bias=alibi | feed 2 memories | again | feed 1 memories"},
    {"edge-hide-before-a-feed", "bs1 b1 h2 d2 n3 s5 M2 causal | hide 0 | hide 3 | feed 1 cache | feed 2 cache"},
    {"edge-hide-after-a-feed", "bs1 b1 h2 d2 n3 s5 M2 causal bias=alibi | feed 1 cache | hide 2 | again | feed 2 cache"},
    {"edge-hide-own-key", "bs1 b1 h1 d2 n2 s2 causal | feed 1 cache | hide 1 | feed 1 cache"},
    {"edge-hide-all", "bs1 b1 h1 d2 n2 s2 causal | hide 0 | hide 1 | feed 1 cache"},
    {"edge-hide-all-memories",
     "bs1 b2 h1 d2 n2 s2 M2 P1 causal bias=alibi | feed 1 memories | hide 0 | hide 1 | feed 1 memories"},
    {"edge-forget-all", "bs1 b1 h1 d2 n3 s3 M2 causal bias=alibi | feed 1 cache | forget 2 | feed 1 cache"},
    {"edge-forget-one-by-one",
     "bs1 b1 h1 d2 n3 s3 M3 P1 causal bias=alibi | forget 1 | feed 1 memories | forget 1 | feed 1 memories"},
    {"edge-forget-and-hide",
     "bs1 b1 h1 d2 n3 s3 M3 causal | forget 1 | hide 1 | feed 1 cache | forget 1 | hide 3 | feed 1 cache"},
    {"edge-no-bias", "bs1 b1 h2 d2 n3 s4 M2 P1 causal | feed 1 cache | feed 1 memories"},
    {"edge-buckets",
     "bs1 b1 h2 d2 n3 s9 M2 P1 causal bias=relative_buckets buckets=4 max_distance=6 | feed 1 cache | feed 1 memories"},
    {"edge-distance-table", "bs1 b1 h2 d2 n3 s4 M2 P1 causal bias=distance_table | feed 1 cache | forget 1 | feed 1 memories"},
    {"edge-dense", "bs1 b2 h2 d2 n3 s4 M2 P1 causal bias=dense | feed 1 cache | forget 1 | feed 1 memories"},
    {"edge-dense-hidden", "bs1 b1 h2 d2 n3 s4 causal bias=dense dense_shape=1 dense_hidden=0.4 | feed 2 cache"},
    {"edge-forget-bias", "bs1 b1 h2 d2 n3 s4 M2 P1 causal bias=forget | feed 1 cache | feed 1 memories"},
    {"edge-slopes-as-data", "bs1 b2 h2 d2 n3 s4 causal bias=alibi slopes=per_batch | feed 1 cache | feed 1 memories"},
    {"edge-rotary-cache", "bs1 b1 h2 d4 n3 s5 P1 causal rotary=4 | feed 1 cache | feed 1 cache"},
    {"edge-rotary-memories", "bs1 b1 h2 d4 n3 s5 M2 causal rotary=4 pairs=halves | feed 1 memories | feed 1 memories"},
    {"edge-xpos", "bs1 b1 h2 d4 n3 s5 M2 causal rotary=4 xpos | feed 1 cache | feed 1 memories"},
    {"edge-window", "bs1 b1 h2 d2 n4 s6 M3 P1 causal window=2 bias=alibi | feed 1 cache | feed 2 memories"},
    {"edge-window-0", "bs1 b1 h2 d2 n3 s3 M1 window=0,0 | feed 1 cache | feed 1 memories"},
    {"edge-sink-softcap", "bs1 b1 h4/2 d2 n3 s4 M1 P1 zero_kv causal softcap=1 sink | feed 1 cache | feed 1 memories"},
    {"edge-heads-tiled", "bs1 b2 h4/2 d2 n3 s4 M1 P1 causal bias=alibi head_map=tiled | feed 1 cache | feed 1 memories"},
    {"edge-bf16", "bs1 b1 h2 d3 n3 s5 M2 P1 causal bias=alibi bf16 | feed 1 cache | feed 1 memories"},
    {"edge-f16-layout", "bs1 b1 h2 d3 n3 s5 M2 P1 causal bias=alibi f16 layout=strided | feed 1 cache | feed 1 memories"},
    {"edge-past-a-tile", "bs1 b1 h1 d1 n3 s66 M31 P1 causal bias=alibi tile=0x32 | feed 1 cache | feed 1 memories"},
    {"edge-splits", "bs1 b1 h2 d2 n3 s9 M2 causal bias=alibi tile=1x2 splits=3 threads=3 | feed 1 cache | feed 1 cache"},
    // A decoding step's bias counts from the cache, not from its one query.
    {"zoo-rel-bias-ignores-cache-offset", "bs1 b1 h1 d2 n2 s4 causal bias=distance_table | feed 1 cache | feed 1 cache"},
    {"zoo-bias-built-over-query-window", "bs1 b1 h1 d2 n2 s3 causal bias=alibi | feed 1 cache | feed 1 cache"},
    {"zoo-bias-dropped-in-decode-kernel", "bs1 b1 h2 d2 n3 s4 causal bias=alibi | feed 2 cache | feed 1 cache"},
    {"zoo-rope-restarts-at-zero-with-cache", "bs1 b1 h1 d2 n2 s3 causal rotary=2 | feed 1 cache | feed 1 cache"},
    {"zoo-window-dropped-on-one-path", "bs1 b1 h1 d2 n3 s4 causal window=1 | feed 2 cache | feed 1 cache"},
    // Memories lie in front of the segment, the oldest first.
    {"zoo-xl-bias-not-shifted-by-mem-len", "bs1 b1 h1 d2 n2 s2 M1 causal bias=alibi | feed 1 memories | feed 1 memories"},
    {"zoo-key-mask-not-extended-for-prepended-keys",
     "bs1 b1 h1 d2 n2 s3 M2 causal | hide 0 | feed 1 memories | hide 2 | feed 1 memories"},
    {"zoo-memory-mask-forced-true", "bs1 b1 h1 d2 n2 s2 M2 causal | hide 0 | feed 1 cache | hide 1 | feed 1 cache"},
    // What an earlier call left behind: a bias of as many keys but other queries, and a mask, here of the sequence before.
    {"zoo-bias-cache-keyed-on-key-length-only",
     "bs1 b1 h1 d2 n3 s3 M2 causal bias=alibi | feed 2 cache | forget 1 | feed 1 cache"},
    {"zoo-cached-bias-sliced-top-left", "bs1 b1 h1 d2 n5 s5 causal bias=distance_table | feed 4 cache | feed 1 cache"},
    {"zoo-stale-custom-mask-after-replan", "bs1 b2 h1 d2 n3 s3 causal key_mask=0b011111 | feed 2 cache | hide 1 | feed 1 cache"},
};

}  // namespace

Seeds sequence_seeds() {
  Seeds seeds;
  for (const auto& [name, input] : table) seeds.push_back({name, input});
  return seeds;
}

}  // namespace boresight::fuzz
