// Key, memory and attention masks: ignored, inverted, or read at another place (rules 1 and 2).
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

const Reading table[] = {
    {"memory-mask-forced-true", "lucidrains/x-transformers#223", "mem-mask",
     [](Decisions& d) {
       if (d.problem.memories == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) { return segment_of(r, c) < 0 || key_mask(r, b, segment_of(r, c)); };
     },
     [](const Problem& p) { return fmt::format("the memory mask is ignored: all {} memories are seen", p.memories); },
     "a memory mask that hides something that the row could see",
     "a memory mask that keeps all; memories that causality or the window hides"},
    {"key-mask-ignored", "", "key-mask",
     [](Decisions& d) {
       if (d.problem.segment == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) { return segment_of(r, c) >= 0 || book::kept(r, b, c); };
     },
     [](const Problem&) { return std::string("the key mask is ignored"); },
     "a key mask that hides something that the row could see", "a key mask that keeps all; padding that causality hides"},
    {"mask-polarity-inverted", "lucidrains/x-transformers@d731d82", "key-mask",
     [](Decisions& d) { d.kept = [](const Reader& r, Int b, Int c) { return any_mask(r) ? !book::kept(r, b, c) : true; }; },
     [](const Problem& p) {
       return fmt::format("a column is seen exactly where key and memory masks hide it{}",
                          p.mem_kv > 0 ? fmt::format(", and the {} persistent ones never are", p.mem_kv) : "");
     },
     "a key or a memory mask", "calls without one; two ways of running that share the inversion agree with each other"},
    {"key-mask-polarity-inverted", "lucidrains/x-transformers@d731d82", "key-mask",
     [](Decisions& d) {
       d.kept = [](const Reader& r, Int b, Int c) {
         return segment_of(r, c) >= 0 && r.tensors.key_mask ? !book::kept(r, b, c) : book::kept(r, b, c);
       };
     },
     [](const Problem&) { return std::string("the key mask is inverted: true hides, right is: true keeps"); }, "a key mask",
     "calls without one"},
    {"memory-mask-polarity-inverted", "", "mem-mask",
     [](Decisions& d) {
       d.kept = [](const Reader& r, Int b, Int c) {
         const bool memory = c >= r.problem.mem_kv && segment_of(r, c) < 0;
         return memory && r.tensors.memory_mask ? !book::kept(r, b, c) : book::kept(r, b, c);
       };
     },
     [](const Problem&) { return std::string("the memory mask is inverted: true hides, right is: true keeps"); }, "a memory mask",
     "calls without one"},
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
     },
     "a key mask with mem_kv + memories > 0", "a key mask that keeps all"},
    {"key-mask-not-extended-for-prepended-keys", "lucidrains/x-transformers@499296e", "mem-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv + d.problem.memories == 0) return;
       d.kept = [](const Reader& r, Int b, Int c) { return c >= r.problem.segment || key_mask(r, b, c); };
     },
     [](const Problem& p) {
       return fmt::format("the key mask hides the first {} columns, true past its end; right is the last {}: key_mask[c - {}]",
                          p.segment, p.segment, p.mem_kv + p.memories);
     },
     "a key mask with mem_kv + memories > 0", "a key mask that keeps all"},
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
     },
     "a key or a memory mask with mem_kv > 0", "masks that keep all"},
    {"attention-mask-ignored", "", "key-mask",
     [](Decisions& d) { d.admitted = [](const Reader&, Int, Int, Int, Int) { return true; }; },
     [](const Problem&) { return std::string("the attention mask is ignored"); },
     "an attention mask that hides something that the row could see",
     "an attention mask that keeps all, or hides what causality hides"},
    {"attention-mask-polarity-inverted", "lucidrains/x-transformers@d731d82", "key-mask",
     [](Decisions& d) {
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         return !r.tensors.attention_mask || !book::admitted(r, b, h, i, c);
       };
     },
     [](const Problem&) { return std::string("the attention mask is inverted: true hides, right is: true admits"); },
     "an attention mask", "calls without one"},
    {"attention-mask-spares-persistent-kv", "", "key-mask",
     [](Decisions& d) {
       if (d.problem.mem_kv == 0) return;
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         return c < r.problem.mem_kv || book::admitted(r, b, h, i, c);
       };
     },
     [](const Problem& p) {
       return fmt::format("the attention mask never hides the {} persistent columns; right is: it spans all columns", p.mem_kv);
     },
     "an attention mask that hides a persistent column", "mem_kv = 0"},
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
     },
     "an attention mask with mem_kv > 0", "a mask whose columns are all alike"},
    {"mask-broadcast-on-wrong-axis", "ggml-org/ggml@0623ef33", "shape-broadcast",
     [](Decisions& d) {
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         const Tensor& mask = r.tensors.attention_mask;
         return !mask || mask.at<std::uint8_t>(h % mask.shape[0], b % mask.shape[1], i, c) != 0;
       };
     },
     [](const Problem&) {
       return std::string("the attention mask's sequence and head are swapped: mask[h][b], right is mask[b][h]");
     },
     "an attention mask that differs by sequence or head, batch or heads > 1",
     "batch = heads = 1; a mask that all sequences and heads share"},
    {"kv-length-taken-from-query", "jax-ml/jax@bd9a10e4", "shape-broadcast",
     [](Decisions& d) { d.kept = [](const Reader& r, Int b, Int c) { return c < r.problem.queries && book::kept(r, b, c); }; },
     [](const Problem& p) {
       return fmt::format("only the first {} columns are read, as many as queries; right is {}", p.queries, p.columns());
     },
     "columns > queries", "columns <= queries; causal calls that start at the first column"},
    {"bool-mask-to-bias-by-multiplication", "onnx/onnx#8068", "key-mask",
     [](Decisions& d) {
       d.biased = all_columns;
       d.bias_value = [](const Reader& r, Int b, Int h, Int i, Int c, Int x) {
         if (any_mask(r) || r.tensors.attention_mask) return std::numeric_limits<double>::quiet_NaN();
         return book::biased(r, c) ? book::bias_value(r, b, h, i, c, x) : 0.0;
       };
     },
     [](const Problem&) {
       return std::string("masks become a bias by (1 - mask) * -inf, which is NaN where the mask keeps; right is 0 there");
     },
     "a key, memory or attention mask", "calls without a mask; a finite number in the place of -inf"},
    {"packed-kv-offset-uses-query-heads", "jax-ml/jax@be78ee0f", "gqa-mapping",
     [](Decisions& d) {
       if (d.problem.kv_heads == d.problem.heads || d.problem.batch == 1) return;
       d.key_sequence = [](const Reader& r, Int b) { return b * (r.problem.heads / r.problem.kv_heads) % r.problem.batch; };
     },
     [](const Problem& p) {
       return fmt::format(
           "keys of packed sequences are found by the number of query heads (a port that wraps): sequence b reads those "
           "of {} b mod {}, right is its own",
           p.heads / p.kv_heads, p.batch);
     },
     "batch > 1 and kv_heads < heads", "the first sequence; kv_heads = heads; heads / kv_heads = 1 modulo batch"},
};

}  // namespace

std::span<const Reading> masks_readings() { return table; }

}  // namespace boresight::properties::readings
