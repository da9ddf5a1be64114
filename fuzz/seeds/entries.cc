// Edges of a call's entry (fuzz/kernel_entry.cc says what a part does): each kind of mistake in each role that some call has,
// strides that memory can have and strides that only arithmetic can, and every layout without a mistake.
#include <fmt/format.h>

#include "fuzz/seeds/seeds.h"
#include "problem/tensor_rules.h"
#include "problem/token.h"

namespace boresight::fuzz {
namespace {

// Calls that have every role between them, the likeliest first.
constexpr const char* calls[] = {
    "bs1 b2 h2 d2 n2 s3 M2 P1 causal sink key_mask=0.7 memory_mask=0.7 attention_mask=0.9",
    "bs1 b2 h2 d2 n2 s3 M2 bias=alibi slopes=per_batch",
    "bs1 b2 h2 d2 n2 s3 M2 bias=relative_buckets buckets=4 max_distance=4",
    "bs1 b2 h2 d2 n2 s3 M2 bias=distance_table",
    "bs1 b2 h2 d2 n2 s3 M2 bias=dense",
    "bs1 b2 h2 d2 n2 s3 M2 causal bias=forget",
    "bs1 b2 h2 d4 n2 s3 M2 rotary=4 frequencies=data xpos xpos_scales=data positions=shuffled",
};

// A call in which this role has a tensor. Masks are optional, so the first call must do for them.
const char* call_with(const TensorRule& role, std::size_t place) {
  for (const char* const call : calls) {
    const TensorRule rule = tensor_rules(parse_token(call)->problem)[place];
    if (rule.need == Need::required || role.need == Need::optional) return call;
  }
  return calls[0];
}

void add_roles(Seeds& seeds) {
  const auto roles = tensor_rules(parse_token(calls[0])->problem);
  for (std::size_t place = 0; place < roles.size(); ++place) {
    const char* const call = call_with(roles[place], place);
    const std::string name = roles[place].name;
    const auto add = [&](const char* what, const std::string& mistake) {
      seeds.push_back({fmt::format("edge-{}-{}", what, name), fmt::format("{} | {}", call, mistake)});
    };
    add("null", "null " + name);
    add("type-u8", fmt::format("type {} {}", name, roles[place].type == Type::u8 ? "i32" : "u8"));
    add("rank-less", fmt::format("rank {} {}", name, roles[place].rank - 1));
    add("shape-more", fmt::format("shape {} {} 7", name, roles[place].rank - 1));
    add("shape-negative", fmt::format("shape {} {} -1", name, roles[place].rank - 1));
    add("shift", fmt::format("shift {} 1", name));
    add("alias-out", fmt::format("alias out {}", name));
    add("stride-0", fmt::format("stride {} {} 0", name, roles[place].rank - 1));
    add("stride-negative", fmt::format("stride {} 0 -64", name));
    add("stride-unaddressable", fmt::format("stride {} 0 4611686018427387904", name));
  }
}

// Offsets beyond 32 bits, forward and back, in memory that is there.
void add_far_strides(Seeds& seeds) {
  for (const char* const role : {"q", "segment_k", "segment_v", "memory_k", "memory_v", "mem_k", "mem_v", "out"}) {
    const std::string name = role;
    const int rows = name.starts_with("mem_") ? 1 : 2;
    const auto add = [&](const char* what, int dimension, std::int64_t stride) {
      seeds.push_back({fmt::format("edge-far-{}-{}", what, role),
                       fmt::format("bs1 b2 h2 d2 n2 s3 M2 P2 causal bias=alibi | stride {} {} {}", role, dimension, stride)});
    };
    add("rows", rows, (std::int64_t{1} << 31) + 1);
    add("rows-back", rows, -(std::int64_t{1} << 31) - 1);
    add("first", 0, std::int64_t{1} << 32);
  }
}

constexpr std::int64_t numbers[] = {0, -1, INT64_MAX};

void add_numbers(Seeds& seeds) {
  for (const char* const size :
       {"batch", "heads", "kv_heads", "head_dim", "value_dim", "queries", "segment", "memories", "mem_kv"})
    for (const std::int64_t number : numbers)
      seeds.push_back({fmt::format("edge-size-{}-{}", size, number),
                       fmt::format("bs1 b2 h2 d2 n2 s3 M2 P1 causal bias=alibi | size {} {}", size, number)});
  for (const char* const option : {"tile_queries", "tile_keys", "splits", "threads"})
    for (const std::int64_t number : numbers)
      seeds.push_back({fmt::format("edge-option-{}-{}", option, number),
                       fmt::format("bs1 b2 h2 d2 n2 s3 M2 P1 causal bias=alibi | option {} {}", option, number)});
}

constexpr const char* others[][2] = {
    {"edge-small", "bs1 b1 h2 d4 n3 s5 M2 P1 causal bias=alibi"},
    {"edge-right-bhnd", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi"},
    {"edge-right-bnhd", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=bnhd"},
    {"edge-right-padded", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=padded"},
    {"edge-right-strided", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=strided"},
    {"edge-right-reversed", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi layout=reversed"},
    {"edge-right-bf16", "bs1 b2 h4/2 d3/5 n3 s5 M2 P2 causal bias=alibi bf16"},
    {"edge-right-empty", "bs1 b1 h1 d1 n0 s0"},
    {"edge-right-no-keys", "bs1 b1 h1 d1 n2 s0"},
    {"edge-alias-q-segment_k", "bs1 b1 h2 d4 n3 s3 | alias q segment_k"},
    {"edge-alias-segment_v-segment_k", "bs1 b1 h2 d4 n3 s3 | alias segment_v segment_k"},
    {"edge-alias-lse-out", "bs1 b1 h2 d4 n3 s3 | alias lse out"},
    {"edge-out-in-columns", "bs1 b1 h2 d4 n3 s3 | stride out 2 1 | stride out 3 3"},
    {"edge-out-rows-on-one-another", "bs1 b1 h2 d4 n3 s3 | stride out 2 0"},
    {"edge-shift-twice", "bs1 b1 h2 d4 n3 s3 bf16 | shift out 1 | shift out 1"},
    {"edge-several-mistakes", "bs1 b1 h2 d4 n3 s3 M1 | null q | type out bf16 | rank segment_k 3 | option threads 0"},
    // All heads read one head's keys and values, and all rows one row.
    {"zoo-broadcast-kv-stride-zero",
     "bs1 b2 h2 d2 n2 s33 key_mask=0.8 tile=0x32 | stride segment_k 1 0 | stride segment_v 1 0 | stride segment_k 2 0"},
    // Keys and values that are views of caches of different capacity.
    {"zoo-value-uses-key-stride", "bs1 b2 h2 d2 n2 s3 | stride segment_k 1 64 | stride segment_v 1 96"},
    // Masks and biases whose rows are more than 32 bits apart.
    {"zoo-mask-or-bias-offset-int32-overflow",
     "bs1 b1 h2 d1 n3 s3 bias=dense attention_mask=0.5 | stride attention_mask 2 2147483649 | stride dense 2 1073741825"},
};

}  // namespace

Seeds entry_seeds() {
  Seeds seeds;
  add_roles(seeds);
  add_far_strides(seeds);
  add_numbers(seeds);
  for (const auto& [name, input] : others) seeds.push_back({name, input});
  return seeds;
}

}  // namespace boresight::fuzz
