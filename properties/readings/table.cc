// The table itself. An override is a function without state; `by_distance` and its like say where a reading can apply at
// all. Not here: what no override of one call's decisions can say (tiles, splits, strides, caches of earlier calls) and
// what shows nowhere by construction (a right window ignored beside causal: delta >= 0 implies it).
#include "properties/readings/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "properties/readings/number.h"

namespace boresight::properties::readings {
namespace {

using Int = std::int64_t;
constexpr double infinity = std::numeric_limits<double>::infinity();

// --- where a reading can apply ---

bool alibi(const Problem& p) { return p.bias.kind == BiasKind::alibi; }
bool t5(const Problem& p) { return p.bias.kind == BiasKind::relative_buckets; }
bool dense(const Problem& p) { return p.bias.kind == BiasKind::dense; }
bool forget(const Problem& p) { return p.bias.kind == BiasKind::forget; }
bool by_distance(const Problem& p) { return alibi(p) || t5(p) || p.bias.kind == BiasKind::distance_table; }
bool by_order(const Problem& p) { return by_distance(p) && !p.custom_positions; }
bool geometric(const Problem& p) { return alibi(p) && p.bias.slopes == Slopes::geometric; }
bool biased(const Problem& p) { return p.bias.kind != BiasKind::none; }
bool rotary(const Problem& p) { return p.rotary.dims > 0; }
bool xpos(const Problem& p) { return rotary(p) && p.rotary.xpos.on; }
bool windowed(const Problem& p) { return p.window.left != unlimited || p.window.right != unlimited; }
bool bounded(const Problem& p) { return p.causal || windowed(p); }

// Columns that have a position; tables have no entries where there are none.
Int positioned(const Problem& p) { return p.memories + p.segment; }

// --- words ---

Int cached(const Problem& p) { return p.segment - p.queries; }

// " + 5", " - 5", or nothing.
std::string plus(Int x) { return x == 0 ? "" : fmt::format(" {} {}", x < 0 ? '-' : '+', std::abs(x)); }

// Column c's distance or delta at row i, where `origin` is the column that row 0 stands on.
std::string row_minus_column(Int origin) { return fmt::format("i{} - c", plus(origin)); }
Int origin(const Problem& p) { return p.mem_kv + p.memories + cached(p); }

std::string bias_of(const Problem& p, const std::string& distance) {
  switch (p.bias.kind) {
    case BiasKind::alibi:
      return fmt::format("-slope * ({})", distance);
    case BiasKind::relative_buckets:
      return fmt::format("table[bucket({})]", distance);
    case BiasKind::distance_table:
      return fmt::format("table[{}{}]", distance, plus(p.queries - 1));
    default:
      return fmt::format("bias({})", distance);
  }
}

std::string distance_words(const Problem& p, const char* what, Int wrong_origin) {
  return fmt::format("{}: distance(i, c) = {}, right is {}", what, row_minus_column(wrong_origin), row_minus_column(origin(p)));
}
std::string delta_words(const Problem& p, const char* what, Int wrong_origin) {
  return fmt::format("{}: delta(i, c) = {}, right is {}", what, row_minus_column(wrong_origin), row_minus_column(origin(p)));
}

std::string side(Int limit) { return limit == unlimited ? "unlimited" : fmt::format("{}", limit); }
const char* map_name(HeadMap map) { return map == HeadMap::tiled ? "h mod G" : "h / (H/G)"; }
const char* order_name(SoftcapOrder order) { return order == SoftcapOrder::after_bias ? "after the bias" : "before the bias"; }
HeadMap other(HeadMap map) { return map == HeadMap::tiled ? HeadMap::grouped : HeadMap::tiled; }
SoftcapOrder other(SoftcapOrder order) {
  return order == SoftcapOrder::after_bias ? SoftcapOrder::before_bias : SoftcapOrder::after_bias;
}

// --- shared decisions ---

bool all_columns(const Reader&, Int) { return true; }
bool no_column(const Reader&, Int) { return false; }

// A mask over the segment, or over memories and segment, whose entries are true where the tensor is absent.
bool key_mask(const Reader& r, Int b, Int s) { return !r.tensors.key_mask || r.tensors.key_mask.at<std::uint8_t>(b, s) != 0; }
bool memory_mask(const Reader& r, Int b, Int m) {
  return !r.tensors.memory_mask || r.tensors.memory_mask.at<std::uint8_t>(b, m) != 0;
}
bool any_mask(const Reader& r) { return bool(r.tensors.key_mask) || bool(r.tensors.memory_mask); }
Int segment_of(const Reader& r, Int c) { return book::key_place(r, c); }

// T5's direction can only be taken for the other one where the other one's buckets exist.
bool other_direction_exists(const Bias& bias) {
  const Int count = bias.bidirectional ? bias.buckets : bias.buckets / 2;
  return count / 2 >= 1 && bias.max_distance > count / 2;
}

void shift_delta(Decisions& d, Int (*delta)(const Reader&, Int, Int, Int)) { d.causal_delta = d.window_delta = delta; }

// --- the readings ---

const Reading table[] = {
    // bias: where distances are counted from
    {"bias-built-over-persistent-kv", "lucidrains/x-transformers#242", "bias-origin",
     [](Decisions& d) {
       const bool no_table = d.problem.bias.kind == BiasKind::distance_table && positioned(d.problem) == 0;
       if (by_distance(d.problem) && d.problem.mem_kv > 0 && !no_table) d.biased = all_columns;
     },
     [](const Problem& p) {
       const std::string distance = fmt::format("i{}{} - c", plus(cached(p) + p.memories), plus(p.mem_kv));
       return fmt::format("persistent columns are counted as tokens: bias(i, c < {}) = {}, right is 0", p.mem_kv,
                          bias_of(p, distance));
     }},
    {"mem-kv-not-subtracted", "", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem))
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.mem_kv; };
     },
     [](const Problem& p) {
       return distance_words(p, fmt::format("the bias counts the {} persistent columns in the place of tokens", p.mem_kv).c_str(),
                             origin(p) - p.mem_kv);
     }},
    {"xl-bias-not-shifted-by-mem-len", "lucidrains/x-transformers#103", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem))
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.memories; };
     },
     [](const Problem& p) {
       return distance_words(p, fmt::format("the bias forgets the {} memories", p.memories).c_str(), origin(p) - p.memories);
     }},
    {"rel-bias-ignores-cache-offset", "OpenNMT/CTranslate2#1395", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem) && cached(d.problem) != 0)
         d.distance = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - cached(r.problem); };
     },
     [](const Problem& p) {
       return distance_words(p, "the bias counts rows from the first key of the segment, cached or not", origin(p) - cached(p));
     }},
    {"bias-origin-at-first-row", "", "bias-origin",
     [](Decisions& d) {
       if (by_order(d.problem)) d.distance = [](const Reader& r, Int, Int i, Int c) { return i - (c - r.problem.mem_kv); };
     },
     [](const Problem& p) { return distance_words(p, "the bias forgets memories and cached keys", p.mem_kv); }},
    {"custom-positions-ignored", "", "bias-origin", [](Decisions& d) { d.problem.custom_positions = false; },
     [](const Problem& p) {
       return fmt::format("custom positions are ignored: distance(i, c) = {}, right is query_position - key_position",
                          row_minus_column(origin(p)));
     }},
    {"forget-gate-index-without-memories", "", "bias-origin",
     [](Decisions& d) {
       if (forget(d.problem)) d.forget_entry_of_row = d.forget_entry_of_column = [](const Reader&, Int place) { return place; };
     },
     [](const Problem& p) {
       return fmt::format("forget gates are indexed without the {} memories: F[t], right is F[{} + t]", p.memories, p.memories);
     }},
    {"forget-gate-of-rows-without-memories", "", "bias-origin",
     [](Decisions& d) {
       if (forget(d.problem)) d.forget_entry_of_row = [](const Reader&, Int place) { return place; };
     },
     [](const Problem& p) {
       return fmt::format(
           "the rows' forget gates are indexed without the {0} memories: F[tq] - F[{0} + tk], right is F[{0} + tq] - "
           "F[{0} + tk]",
           p.memories);
     }},
    {"dense-bias-indexed-by-column", "", "bias-origin",
     [](Decisions& d) {
       if (dense(d.problem)) d.dense_column = [](const Reader&, Int c) { return c; };
     },
     [](const Problem& p) {
       return fmt::format("the dense bias is indexed as if it had the persistent columns: dense[i][c], right is dense[i][c - {}]",
                          p.mem_kv);
     }},
    {"dense-bias-built-over-persistent-kv", "", "bias-origin",
     [](Decisions& d) {
       if (!dense(d.problem) || positioned(d.problem) == 0) return;
       d.dense_column = [](const Reader&, Int c) { return c; };
       d.biased = all_columns;
     },
     [](const Problem& p) {
       return fmt::format(
           "the dense bias starts at the persistent columns: bias(i, c) = dense[i][c], right is 0 for c < {} and "
           "dense[i][c - {}] from there on",
           p.mem_kv, p.mem_kv);
     }},

    // bias: its value
    {"bias-dropped-in-decode-kernel", "HabanaAI/vllm-fork#437", "bias-value",
     [](Decisions& d) { d.problem.bias.kind = BiasKind::none; },
     [](const Problem&) { return std::string("the bias is dropped: bias(i, c) = 0 everywhere"); }},
    {"alibi-linear-without-abs", "Dao-AILab/flash-attention@e4f726fc", "bias-value",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int, Int x) { return -r.decide.slope(r, b, h) * double(x); };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi is linear, future keys gain: bias(i, c) = -slope * d, right is -slope * |d|, d = {}",
                          row_minus_column(origin(p)));
     }},
    {"alibi-sign-flipped", "meta-pytorch/attention-gym#86", "bias-value",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int, Int x) {
           return r.decide.slope(r, b, h) * double(std::abs(x));
         };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi rewards distance: bias(i, c) = +slope * |d|, right is -slope * |d|, d = {}",
                          row_minus_column(origin(p)));
     }},
    {"alibi-linear-sign-flipped", "meta-pytorch/attention-gym#86", "bias-value",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int, Int x) { return r.decide.slope(r, b, h) * double(x); };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi is linear and rewards the past: bias(i, c) = +slope * d, right is -slope * |d|, d = {}",
                          row_minus_column(origin(p)));
     }},
    {"bias-sign-flipped", "", "bias-value",
     [](Decisions& d) {
       if (biased(d.problem) && !alibi(d.problem)) d.bias_factor = [](const Reader&) { return -1.0; };
     },
     [](const Problem&) { return std::string("the bias is subtracted, right is added"); }},
    {"relative-term-not-scaled", "OpenNMT/CTranslate2#123", "bias-value",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_factor = [](const Reader& r) { return r.decide.scale(r); };
     },
     [](const Problem& p) {
       return fmt::format("the scale multiplies the bias too: {0:.6g} * (q.k + bias), right is {0:.6g} * q.k + bias",
                          effective_scale(p));
     }},
    {"distance-sign-flipped", "", "bias-value",
     [](Decisions& d) {
       if (by_distance(d.problem)) d.distance = [](const Reader& r, Int b, Int i, Int c) { return -book::distance(r, b, i, c); };
     },
     [](const Problem& p) {
       return fmt::format("the distance has the wrong sign: c - i{}, right is {}", plus(-origin(p)), row_minus_column(origin(p)));
     }},
    {"t5-bucket-direction-swapped", "lucidrains/x-transformers#10", "bias-value",
     [](Decisions& d) {
       if (t5(d.problem) && other_direction_exists(d.problem.bias)) d.problem.bias.bidirectional = !d.problem.bias.bidirectional;
     },
     [](const Problem& p) {
       return std::string(p.bias.bidirectional ? "T5 buckets are causal, right is bidirectional"
                                               : "T5 buckets are bidirectional, right is causal");
     }},
    {"t5-max-distance-not-forwarded", "lucidrains/x-transformers@fb7a5d4", "bias-value",
     [](Decisions& d) {
       const Int exact = d.problem.bias.buckets / (d.problem.bias.bidirectional ? 4 : 2);
       if (t5(d.problem) && exact < 128) d.problem.bias.max_distance = 128;
     },
     [](const Problem& p) { return fmt::format("T5's max_distance is 128, right is {}", p.bias.max_distance); }},
    {"t5-bias-scale-ignored", "", "bias-value",
     [](Decisions& d) {
       if (t5(d.problem)) d.problem.bias.bias_scale = 1;
     },
     [](const Problem& p) { return fmt::format("T5's bias_scale is ignored, right is {:.6g}", p.bias.bias_scale); }},
    {"bias-depends-on-query-only", "ggml-org/ggml#143", "bias-origin",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int i, Int, Int) { return r.decide.slope(r, b, h) * double(i + 1); };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi depends on the row alone: bias(i, c) = slope * (i + 1), right is -slope * |{}|",
                          row_minus_column(origin(p)));
     }},
    {"alibi-constant-row-shift", "vllm-project/vllm#945", "precision",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int, Int x) {
           return -r.decide.slope(r, b, h) * double(std::abs(x) + 1);
         };
     },
     [](const Problem&) {
       return std::string(
           "ALiBi distances are one too long: bias(i, c) = -slope * (|d| + 1), right is -slope * |d|; outputs show "
           "it only beside persistent columns, a zero key, a sink or a softcap");
     }},

    // bias: of which head
    {"slopes-wrong-for-non-power-of-two", "ml-explore/mlx#343", "bias-head",
     [](Decisions& d) {
       if (!geometric(d.problem)) return;
       d.slope = [](const Reader& r, Int, Int h) {
         const Int count = r.problem.bias.alibi_heads;
         return h < count ? parameter(r.problem, std::exp2(-8.0 * double(h + 1) / double(count))) : 0;
       };
     },
     [](const Problem& p) {
       return fmt::format(
           "slopes are one geometric series, 2^(-8 (h + 1) / {0}); right for {0} heads is the series of the largest "
           "power of two below and every second slope of the next",
           p.bias.alibi_heads);
     }},
    {"slopes-exponent-off-by-one", "ml-explore/mlx#343", "bias-head",
     [](Decisions& d) {
       if (!geometric(d.problem)) return;
       d.slope = [](const Reader& r, Int, Int h) {
         const Int count = r.problem.bias.alibi_heads;
         return h < count ? parameter(r.problem, std::exp2(-8.0 * double(h) / double(count))) : 0;
       };
     },
     [](const Problem& p) {
       return fmt::format("slopes start at 1: 2^(-8 h / {0}), right is 2^(-8 (h + 1) / {0})", p.bias.alibi_heads);
     }},
    {"alibi-heads-ignored", "", "bias-head",
     [](Decisions& d) {
       if (geometric(d.problem)) d.problem.bias.alibi_heads = d.problem.heads;
     },
     [](const Problem& p) {
       return fmt::format("all {} heads have slopes, right is the first {} and 0 for the rest", p.heads, p.bias.alibi_heads);
     }},
    {"bias-of-head-0", "facebookresearch/xformers@4f7ffaa3", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader&, Int) { return Int{0}; };
     },
     [](const Problem&) { return std::string("every head has the bias of head 0"); }},
    {"bias-of-grouped-kv-head", "", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader& r, Int h) { return h / (r.problem.heads / r.problem.kv_heads); };
     },
     [](const Problem& p) {
       return fmt::format("head h has the bias of head h / {}, the number of its kv group; right is h", p.heads / p.kv_heads);
     }},
    {"bias-of-tiled-kv-head", "", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader& r, Int h) { return h % r.problem.kv_heads; };
     },
     [](const Problem& p) { return fmt::format("head h has the bias of head h mod {}, right is h", p.kv_heads); }},
    {"slopes-from-local-head-index", "bigscience-workshop/Megatron-DeepSpeed#227", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader& r, Int h) { return h % (r.problem.heads / r.problem.kv_heads); };
     },
     [](const Problem& p) {
       return fmt::format("head h has the bias of its index in the kv group, h mod {}; right is h", p.heads / p.kv_heads);
     }},

    // masks
    {"memory-mask-forced-true", "lucidrains/x-transformers#223", "mem-mask",
     [](Decisions& d) {
       if (d.problem.memories == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) { return segment_of(r, c) < 0 || key_mask(r, b, segment_of(r, c)); };
     },
     [](const Problem& p) { return fmt::format("the memory mask is ignored: all {} memories are seen", p.memories); }},
    {"key-mask-ignored", "", "key-mask",
     [](Decisions& d) {
       if (d.problem.segment == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) { return segment_of(r, c) >= 0 || book::kept(r, b, c); };
     },
     [](const Problem&) { return std::string("the key mask is ignored"); }},
    {"mask-polarity-inverted", "lucidrains/x-transformers@d731d82", "key-mask",
     [](Decisions& d) { d.kept = [](const Reader& r, Int b, Int c) { return any_mask(r) ? !book::kept(r, b, c) : true; }; },
     [](const Problem& p) {
       return fmt::format("a column is seen exactly where key and memory masks hide it{}",
                          p.mem_kv > 0 ? fmt::format(", and the {} persistent ones never are", p.mem_kv) : "");
     }},
    {"key-mask-polarity-inverted", "lucidrains/x-transformers@d731d82", "key-mask",
     [](Decisions& d) {
       d.kept = [](const Reader& r, Int b, Int c) {
         return segment_of(r, c) >= 0 && r.tensors.key_mask ? !book::kept(r, b, c) : book::kept(r, b, c);
       };
     },
     [](const Problem&) { return std::string("the key mask is inverted: true hides, right is: true keeps"); }},
    {"memory-mask-polarity-inverted", "", "mem-mask",
     [](Decisions& d) {
       d.kept = [](const Reader& r, Int b, Int c) {
         const bool memory = c >= r.problem.mem_kv && segment_of(r, c) < 0;
         return memory && r.tensors.memory_mask ? !book::kept(r, b, c) : book::kept(r, b, c);
       };
     },
     [](const Problem&) { return std::string("the memory mask is inverted: true hides, right is: true keeps"); }},
    {"key-mask-read-at-column", "lucidrains/x-transformers@499296e", "mem-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv + d.problem.memories == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) {
         if (segment_of(r, c) < 0) return book::kept(r, b, c);
         return c >= r.problem.segment || key_mask(r, b, c);
       };
     },
     [](const Problem& p) {
       return fmt::format("the key mask is read from the wrong end: key_mask[c], true past its end; right is key_mask[c - {}]",
                          p.mem_kv + p.memories);
     }},
    {"key-mask-not-extended-for-prepended-keys", "lucidrains/x-transformers@499296e", "mem-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv + d.problem.memories == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) { return c >= r.problem.segment || key_mask(r, b, c); };
     },
     [](const Problem& p) {
       return fmt::format("the key mask hides the first {} columns, true past its end; right is the last {}: key_mask[c - {}]",
                          p.segment, p.segment, p.mem_kv + p.memories);
     }},
    {"masks-not-extended-for-persistent-kv", "lucidrains/x-transformers@499296e", "mem-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) {
         const Int M = r.problem.memories;
         if (c < M) return memory_mask(r, b, c);
         return c >= M + r.problem.segment || key_mask(r, b, c - M);
       };
     },
     [](const Problem& p) {
       return fmt::format("memory and key mask start at the first persistent column: mask[c], right is mask[c - {}]", p.mem_kv);
     }},
    {"attention-mask-ignored", "", "key-mask",
     [](Decisions& d) { d.admitted = [](const Reader&, Int, Int, Int, Int) { return true; }; },
     [](const Problem&) { return std::string("the attention mask is ignored"); }},
    {"attention-mask-polarity-inverted", "lucidrains/x-transformers@d731d82", "key-mask",
     [](Decisions& d) {
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         return !r.tensors.attention_mask || !book::admitted(r, b, h, i, c);
       };
     },
     [](const Problem&) { return std::string("the attention mask is inverted: true hides, right is: true admits"); }},
    {"attention-mask-spares-persistent-kv", "", "key-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv == 0) return;
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         return c < r.problem.mem_kv || book::admitted(r, b, h, i, c);
       };
     },
     [](const Problem& p) {
       return fmt::format("the attention mask never hides the {} persistent columns; right is: it spans all columns", p.mem_kv);
     }},
    {"attention-mask-read-without-persistent-kv", "", "key-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv == 0) return;
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         return c < r.problem.mem_kv || book::admitted(r, b, h, i, c - r.problem.mem_kv);
       };
     },
     [](const Problem& p) {
       return fmt::format("the attention mask is read as if it had no persistent columns: mask[i][c - {}], right is mask[i][c]",
                          p.mem_kv);
     }},
    {"mask-broadcast-on-wrong-axis", "ggml-org/ggml@0623ef33", "shape-broadcast",
     [](Decisions& d) {
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         const Tensor& mask = r.tensors.attention_mask;
         return !mask || mask.at<std::uint8_t>(h % mask.shape[0], b % mask.shape[1], i, c) != 0;
       };
     },
     [](const Problem&) {
       return std::string("the attention mask's sequence and head are swapped: mask[h][b], right is mask[b][h]");
     }},
    {"kv-length-taken-from-query", "jax-ml/jax@bd9a10e4", "shape-broadcast",
     [](Decisions& d) { d.kept = [](const Reader& r, Int b, Int c) { return c < r.problem.queries && book::kept(r, b, c); }; },
     [](const Problem& p) {
       return fmt::format("only the first {} columns are read, as many as queries; right is {}", p.queries, p.columns());
     }},

    // causality
    {"causal-top-left", "pytorch/pytorch#103082", "causal-alignment",
     [](Decisions& d) {
       if (!d.problem.causal) return;
       d.causal_delta = [](const Reader&, Int, Int i, Int c) { return i - c; };
       d.causal_exempt = no_column;
     },
     [](const Problem& p) {
       return fmt::format("causality is anchored top-left: row i sees c <= i, right is c <= i{}", plus(origin(p)));
     }},
    {"causal-top-left-of-tokens", "pytorch/pytorch#103082", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.causal) d.causal_delta = [](const Reader& r, Int, Int i, Int c) { return i - (c - r.problem.mem_kv); };
     },
     [](const Problem& p) {
       return fmt::format("causality is anchored at the first column that has a position: row i sees c <= i{}, right is c <= i{}",
                          plus(p.mem_kv), plus(origin(p)));
     }},
    {"causal-ignored", "", "causal-alignment", [](Decisions& d) { d.problem.causal = false; },
     [](const Problem&) { return std::string("causality is ignored: future keys are seen"); }},
    {"causal-sees-one-future-key", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.causal) d.causal_delta = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) + 1; };
     },
     [](const Problem&) { return std::string("causality is one too wide: delta >= -1, right is delta >= 0"); }},
    {"causal-hides-the-diagonal", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.causal) d.causal_delta = [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - 1; };
     },
     [](const Problem&) { return std::string("causality is one too narrow: delta >= 1, right is delta >= 0"); }},
    {"causal-hides-persistent-kv", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.mem_kv > 0) d.causal_exempt = no_column;
     },
     [](const Problem& p) {
       return fmt::format("causality counts persistent columns as tokens: row i sees c <= i{}, right is c < {} in every row",
                          plus(origin(p)), p.mem_kv);
     }},
    {"causal-inferred-from-shape", "ggml-org/ggml@6a92a50f", "causal-alignment",
     [](Decisions& d) {
       Problem& p = d.problem;
       if (p.queries > 1 && p.queries == p.columns() && !windowed(p)) p.causal = true;
     },
     [](const Problem& p) {
       return fmt::format("a square call ({} rows, {} columns) is taken for causal", p.queries, p.columns());
     }},
    {"unsigned-underflow-in-causal-limit", "Dao-AILab/flash-attention#436", "overflow",
     [](Decisions& d) {
       if (!d.problem.causal) return;
       d.causal_delta = [](const Reader& r, Int, Int i, Int c) {
         return i + 1 + origin(r.problem) < 0 ? Int{0} : book::delta(r, i, c);
       };
     },
     [](const Problem& p) {
       return fmt::format("rows i < {} stand before every column, and see all of them; right is none", -origin(p) - 1);
     }},

    // windows
    {"window-one-too-wide", "huggingface/transformers#39408", "window",
     [](Decisions& d) {
       if (d.problem.window.left == unlimited) return;
       d.window_sees = [](const Reader& r, Int x) { return book::window_sees(r, x) || (book::window_sees(r, x - 1) && x > 0); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too wide to the left: delta <= {} + 1, right is delta <= {}", p.window.left,
                          p.window.left);
     }},
    {"window-one-too-narrow", "NVIDIA/TransformerEngine#1197", "window",
     [](Decisions& d) {
       const Window& window = d.problem.window;
       if (window.left != unlimited)
         d.window_sees = [](const Reader& r, Int x) { return x < r.problem.window.left && book::window_sees(r, x); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too narrow to the left: delta <= {} - 1, right is delta <= {}", p.window.left,
                          p.window.left);
     }},
    {"window-right-one-too-wide", "", "window",
     [](Decisions& d) {
       if (d.problem.window.right == unlimited) return;
       d.window_sees = [](const Reader& r, Int x) { return book::window_sees(r, x) || (book::window_sees(r, x + 1) && x < 0); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too wide to the right: -delta <= {} + 1, right is -delta <= {}", p.window.right,
                          p.window.right);
     }},
    {"window-right-one-too-narrow", "", "window",
     [](Decisions& d) {
       if (d.problem.window.right != unlimited)
         d.window_sees = [](const Reader& r, Int x) { return -x < r.problem.window.right && book::window_sees(r, x); };
     },
     [](const Problem& p) {
       return fmt::format("the window is one too narrow to the right: -delta <= {} - 1, right is -delta <= {}", p.window.right,
                          p.window.right);
     }},
    {"window-dropped-on-one-path", "jax-ml/jax@099f0a17", "window", [](Decisions& d) { d.problem.window = {}; },
     [](const Problem& p) { return fmt::format("the window ({}, {}) is ignored", side(p.window.left), side(p.window.right)); }},
    {"window-left-ignored", "", "window", [](Decisions& d) { d.problem.window.left = unlimited; },
     [](const Problem& p) { return fmt::format("the window's left side ({}) is ignored", p.window.left); }},
    {"window-right-ignored", "", "window", [](Decisions& d) { d.problem.window.right = unlimited; },
     [](const Problem& p) { return fmt::format("the window's right side ({}) is ignored", p.window.right); }},
    {"window-hides-persistent-kv", "lucidrains/x-transformers@8be5705", "window",
     [](Decisions& d) {
       if (d.problem.mem_kv > 0) d.window_exempt = no_column;
     },
     [](const Problem& p) {
       return fmt::format("the window counts persistent columns as tokens: it hides c < {} where {} > {}, right is never",
                          p.mem_kv, row_minus_column(origin(p)), side(p.window.left));
     }},
    {"window-band-anchored-to-query-block", "keras-team/keras-hub#1738", "window",
     [](Decisions& d) {
       if (windowed(d.problem)) d.window_delta = [](const Reader& r, Int, Int i, Int c) { return i - (c - r.problem.mem_kv); };
     },
     [](const Problem& p) { return delta_words(p, "the window is anchored at the first column that has a position", p.mem_kv); }},
    {"window-minus-one-not-infinite", "Dao-AILab/flash-attention#2251", "window",
     [](Decisions& d) {
       d.window_sees = [](const Reader& r, Int x) { return x <= r.problem.window.left && -x <= r.problem.window.right; };
     },
     [](const Problem& p) {
       return fmt::format("the window ({}, {}) is taken literally, -1 included; right is: -1 hides nothing", p.window.left,
                          p.window.right);
     }},

    // causality and windows alike
    {"visibility-forgets-memories", "", "causal-alignment",
     [](Decisions& d) {
       if (bounded(d.problem))
         shift_delta(d, [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.memories; });
     },
     [](const Problem& p) {
       return delta_words(p, fmt::format("visibility forgets the {} memories", p.memories).c_str(), origin(p) - p.memories);
     }},
    {"visibility-forgets-cache", "", "causal-alignment",
     [](Decisions& d) {
       if (bounded(d.problem) && cached(d.problem) != 0)
         shift_delta(d, [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - cached(r.problem); });
     },
     [](const Problem& p) {
       return delta_words(p, "visibility counts rows from the first key of the segment, cached or not", origin(p) - cached(p));
     }},
    {"visibility-counts-persistent-kv", "", "causal-alignment",
     [](Decisions& d) {
       if (bounded(d.problem))
         shift_delta(d, [](const Reader& r, Int, Int i, Int c) { return book::delta(r, i, c) - r.problem.mem_kv; });
     },
     [](const Problem& p) {
       return delta_words(p, fmt::format("visibility counts the {} persistent columns in the place of tokens", p.mem_kv).c_str(),
                          origin(p) - p.mem_kv);
     }},
    {"visibility-by-custom-positions", "", "causal-alignment",
     [](Decisions& d) {
       if (d.problem.custom_positions && bounded(d.problem)) shift_delta(d, book::distance);
     },
     [](const Problem&) { return std::string("causality and window go by custom positions, right is by order"); }},

    // heads
    {"gqa-tile-instead-of-interleave", "onnx/onnx#7274", "gqa-mapping",
     [](Decisions& d) { d.problem.head_map = other(d.problem.head_map); },
     [](const Problem& p) {
       return fmt::format("head h reads kv head {}, right is {}", map_name(other(p.head_map)), map_name(p.head_map));
     }},
    {"every-head-reads-kv-head-0", "", "gqa-mapping",
     [](Decisions& d) { d.key_head = d.value_head = [](const Reader&, Int) { return Int{0}; }; },
     [](const Problem& p) { return fmt::format("every head reads kv head 0, right is {}", map_name(p.head_map)); }},
    {"values-of-the-other-head-map", "", "gqa-mapping",
     [](Decisions& d) {
       d.value_head = [](const Reader& r, Int h) {
         return r.problem.head_map == HeadMap::tiled ? h / (r.problem.heads / r.problem.kv_heads) : h % r.problem.kv_heads;
       };
     },
     [](const Problem& p) {
       return fmt::format("values, not keys, are those of kv head {}, right is {}", map_name(other(p.head_map)),
                          map_name(p.head_map));
     }},

    // scores
    {"scale-ignored", "", "score", [](Decisions& d) { d.problem.scale = 1; },
     [](const Problem& p) { return fmt::format("the scale is ignored, right is {:.6g}", effective_scale(p)); }},
    {"scale-applied-twice", "", "score",
     [](Decisions& d) { d.scale = [](const Reader& r) { return effective_scale(r.problem) * effective_scale(r.problem); }; },
     [](const Problem& p) { return fmt::format("the scale ({:.6g}) is applied twice", effective_scale(p)); }},
    {"softcap-order-swapped", "lucidrains/x-transformers@9078611", "bias-value",
     [](Decisions& d) {
       if (d.problem.softcap > 0 && d.problem.bias.kind != BiasKind::none)
         d.problem.softcap_order = other(d.problem.softcap_order);
     },
     [](const Problem& p) {
       return fmt::format("the softcap comes {}, right is {}", order_name(other(p.softcap_order)), order_name(p.softcap_order));
     }},
    {"softcap-after-mask", "onnx/onnx#7867", "bias-value",
     [](Decisions& d) {
       if (d.problem.softcap > 0) d.hidden_score = [](const Reader& r) { return -parameter(r.problem, r.problem.softcap); };
     },
     [](const Problem& p) {
       return fmt::format("the softcap comes after the mask: hidden columns have score -{:.6g}, right is no weight at all",
                          p.softcap);
     }},
    {"softcap-ignored", "", "bias-value", [](Decisions& d) { d.problem.softcap = 0; },
     [](const Problem& p) { return fmt::format("the softcap ({:.6g}) is ignored", p.softcap); }},

    // sinks, the zero key, empty rows, lse
    {"sink-ignored", "", "online-softmax", [](Decisions& d) { d.problem.sink = false; },
     [](const Problem&) { return std::string("the sink is ignored"); }},
    // (both: as long as every sink is above 0; the logarithm of another one is NaN, which fits nothing)
    {"sink-added-linearly", "Dao-AILab/flash-attention@e81c237e", "online-softmax",
     [](Decisions& d) {
       if (d.problem.sink) d.sink = [](const Reader& r, Int h, double) { return std::log(number(r.tensors.sinks, h)); };
     },
     [](const Problem&) {
       return std::string("the sink is added to the denominator as it is: sink + sum exp(s), right is exp(sink) + sum exp(s)");
     }},
    {"sink-added-to-scaled-sum", "Dao-AILab/flash-attention@2f78d484", "online-softmax",
     [](Decisions& d) {
       if (d.problem.sink) d.sink = [](const Reader& r, Int h, double m) { return m + std::log(number(r.tensors.sinks, h)); };
     },
     [](const Problem&) {
       return std::string(
           "the sink is added to the scaled sum as it is: sink + sum exp(s - m), right is exp(sink - m) + sum exp(s - m)");
     }},
    {"zero-kv-ignored", "", "online-softmax", [](Decisions& d) { d.problem.zero_kv = false; },
     [](const Problem&) { return std::string("the zero key is missing"); }},
    {"empty-row-three-behaviours", "pytorch/pytorch#103749", "full-mask-row", [](Decisions& d) { d.empty_row_is_mean = true; },
     [](const Problem& p) { return fmt::format("an empty row is the mean of all {} values, right is 0", p.columns()); }},
    {"empty-lse-plus-inf", "Dao-AILab/flash-attention#978", "split-merge", [](Decisions& d) { d.empty_lse = infinity; },
     [](const Problem&) { return std::string("the lse of an empty row is +inf, right is -inf"); }},
    {"lse-base-two-vs-e", "sgl-project/sglang#40903", "split-merge", [](Decisions& d) { d.lse_base_two = true; },
     [](const Problem&) { return std::string("the lse is a logarithm to base 2, right is natural"); }},

    // rotary
    {"rope-origin-visible-through-persistent-kv", "lucidrains/x-transformers#223", "rotary-origin",
     [](Decisions& d) {
       if (!rotary(d.problem) || d.problem.custom_positions) return;
       d.query_turn = [](const Reader& r, Int b, Int i) { return book::query_turn(r, b, i) + double(r.problem.memories); };
       d.key_turn = [](const Reader& r, Int b, Int c) { return book::key_turn(r, b, c) + double(r.problem.memories); };
     },
     [](const Problem& p) {
       return fmt::format("rotary positions are counted from the oldest of {} memories: row i turns by i{}, right is i{}",
                          p.memories, plus(cached(p) + p.memories), plus(cached(p)));
     }},
    {"persistent-kv-turned", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem)) d.turned = all_columns;
     },
     [](const Problem& p) {
       return fmt::format("persistent keys are turned as tokens: column c < {} by c{}, right is never", p.mem_kv,
                          plus(-p.mem_kv - p.memories));
     }},
    {"rope-restarts-at-zero-with-cache", "keras-team/keras-hub#1544", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && !d.problem.custom_positions) d.query_turn = [](const Reader&, Int, Int i) { return double(i); };
     },
     [](const Problem& p) { return fmt::format("queries are turned from 0 on: row i by i, right is i{}", plus(cached(p))); }},
    {"rope-keys-counted-from-memories", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && !d.problem.custom_positions)
         d.key_turn = [](const Reader& r, Int b, Int c) { return book::key_turn(r, b, c) + double(r.problem.memories); };
     },
     [](const Problem& p) {
       return fmt::format("keys, not queries, are turned from the oldest memory on: column c by c{}, right is c{}",
                          plus(-p.mem_kv), plus(-p.mem_kv - p.memories));
     }},
    {"rope-mem-kv-not-subtracted", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && !d.problem.custom_positions)
         d.key_turn = [](const Reader& r, Int b, Int c) { return book::key_turn(r, b, c) + double(r.problem.mem_kv); };
     },
     [](const Problem& p) {
       return fmt::format("keys are turned as if the {} persistent columns had positions: column c by c{}, right is c{}",
                          p.mem_kv, plus(-p.memories), plus(-p.mem_kv - p.memories));
     }},
    {"rope-pairs-swapped", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem))
         d.problem.rotary.pairs = d.problem.rotary.pairs == RotaryPairs::adjacent ? RotaryPairs::halves : RotaryPairs::adjacent;
     },
     [](const Problem& p) {
       return std::string(p.rotary.pairs == RotaryPairs::adjacent ? "rotary pairs are (r, r + R/2), right is (2r, 2r + 1)"
                                                                  : "rotary pairs are (2r, 2r + 1), right is (r, r + R/2)");
     }},
    {"rope-ignored", "", "rotary-origin", [](Decisions& d) { d.problem.rotary = {}; },
     [](const Problem&) { return std::string("nothing is turned by position"); }},
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
     }},
    {"rope-interpolation-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem)) d.problem.rotary.interpolation = 1;
     },
     [](const Problem& p) {
       return fmt::format("the interpolation of rotary positions is ignored, right is t / {:.6g}", p.rotary.interpolation);
     }},
    {"rope-base-rescale-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (rotary(d.problem) && d.problem.rotary.dims > 2 && !d.problem.rotary.frequencies_as_data)
         d.problem.rotary.base_rescale = 1;
     },
     [](const Problem& p) {
       return fmt::format("the rescale of the rotary base is ignored, right is {:.6g}", p.rotary.base_rescale);
     }},
    {"rope-turns-the-whole-head", "", "rotary-origin",
     [](Decisions& d) {
       const bool given = d.problem.rotary.frequencies_as_data || (xpos(d.problem) && d.problem.rotary.xpos.scales_as_data);
       if (rotary(d.problem) && !given) d.problem.rotary.dims = d.problem.head_dim / 2 * 2;
     },
     [](const Problem& p) {
       return fmt::format("rotary turns {} of {} entries, right is the first {}", p.head_dim / 2 * 2, p.head_dim, p.rotary.dims);
     }},
    {"xpos-center-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem)) d.problem.rotary.xpos.center = 0;
     },
     [](const Problem& p) { return fmt::format("XPOS's centre is ignored, right is {:.6g}", p.rotary.xpos.center); }},
    {"xpos-ignored", "", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem)) d.problem.rotary.xpos = {};
     },
     [](const Problem&) { return std::string("XPOS's scales are ignored"); }},
    {"xpos-inverse-on-the-wrong-side", "", "rotary-origin",
     [](Decisions& d) {
       if (!xpos(d.problem)) return;
       d.query_scale_sign = -1;
       d.key_scale_sign = 1;
     },
     [](const Problem&) {
       return std::string("XPOS's inverse is on the wrong side: q by z^-u and k by z^u, right is q by z^u and k by z^-u");
     }},
    {"xpos-inverse-missing", "", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem)) d.key_scale_sign = 1;
     },
     [](const Problem&) { return std::string("XPOS scales k by z^u as it does q, right is z^-u"); }},
    {"xpos-scale-not-sliced-with-queries", "lucidrains/x-transformers#233", "rotary-origin",
     [](Decisions& d) {
       if (xpos(d.problem) && !d.problem.custom_positions)
         d.query_scale_place = [](const Reader& r, Int, Int i) { return double(i - r.problem.memories); };
     },
     [](const Problem& p) {
       return fmt::format("XPOS's query scales are those of the first rows: row i at i{}, right is i{}", plus(-p.memories),
                          plus(cached(p)));
     }},
};

}  // namespace

std::span<const Reading> all_readings() { return table; }

Decisions by_the_book(const Problem& problem) {
  Decisions decisions;
  decisions.problem = problem;
  return decisions;
}

Decisions under(const Reading& reading, const Problem& problem) {
  Decisions decisions = by_the_book(problem);
  reading.apply(decisions);
  return decisions;
}

std::string words(const Reading& reading, const Problem& problem) {
  std::string text = reading.words(problem);
  std::string source = reading.source;
  if (source.starts_with("lucidrains/")) source = source.substr(11);
  return source.empty() ? text : fmt::format("{} (as {})", text, source);
}

}  // namespace boresight::properties::readings
