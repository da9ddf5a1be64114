// What the bias is worth at a distance: signs, directions, tables, scales, or none at all.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/bends.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

// Round to nearest, ties to even, of whole numbers.
Int round_to_bf16(Int x) { return Int(float(Eigen::bfloat16(float(x)))); }
Int round_to_f16(Int x) { return Int(float(Eigen::half(float(x)))); }

// Positions as they are given, or counted from the oldest token.
template <Int (*round)(Int)>
Int distance_of_rounded(const Reader& r, Int b, Int i, Int c) {
  if (c < r.problem.mem_kv) return book::distance(r, b, i, c);
  if (!r.problem.custom_positions) return round(r.problem.memories + book::query_place(r, i)) - round(c - r.problem.mem_kv);
  const Tensors& t = r.tensors;
  return round(t.query_positions.at<std::int32_t>(b, i)) - round(t.key_positions.at<std::int32_t>(b, c - r.problem.mem_kv));
}

// One head of few rows with slope 2^-8, over far more keys: only the newest few are seen.
template <Int far>
void bend_far(Case& c, Choices& choices) {
  bends::clear(c);
  bends::heads(c, 2, 2);
  bends::ordered(c);
  bends::alibi(c);
  c.problem.batch = 1;
  c.problem.rotary = {};
  c.problem.memories = c.problem.mem_kv = 0;
  c.problem.queries = choices.between(1, 2);
  c.problem.segment = far + choices.between(0, 40);
  c.problem.causal = true;
}

const Reading table[] = {
    {"bias-dropped-in-decode-kernel", "HabanaAI/vllm-fork#437", "bias-value",
     [](Decisions& d) { d.problem.bias.kind = BiasKind::none; },
     [](const Problem&) { return std::string("the bias is dropped: bias(i, c) = 0 everywhere"); },
     "any bias and two visible columns",
     "a bias that is a constant of the row, with nothing beside it to compare with; slopes of 0; one visible column"},
    {"alibi-linear-without-abs", "Dao-AILab/flash-attention@e4f726fc", "bias-value",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int, Int x) { return -r.decide.slope(r, b, h) * double(x); };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi is linear, future keys gain: bias(i, c) = -slope * d, right is -slope * |d|, d = {}",
                          row_minus_column(origin(p)));
     },
     "ALiBi and a visible key in the future", "causal calls: d >= 0 wherever a key is seen, and |d| = d"},
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
     },
     "ALiBi and two visible keys at different |d|", "slopes of 0; one visible column"},
    {"alibi-linear-sign-flipped", "meta-pytorch/attention-gym#86", "bias-value",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int, Int x) { return r.decide.slope(r, b, h) * double(x); };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi is linear and rewards the past: bias(i, c) = +slope * d, right is -slope * |d|, d = {}",
                          row_minus_column(origin(p)));
     },
     "ALiBi and two visible keys at different d", "slopes of 0; one visible column"},
    {"bias-sign-flipped", "", "bias-value",
     [](Decisions& d) {
       if (biased(d.problem) && !alibi(d.problem)) d.bias_factor = [](const Reader&) { return -1.0; };
     },
     [](const Problem&) { return std::string("the bias is subtracted, right is added"); },
     "T5, a distance table, a dense or a forget bias",
     "a bias that is a constant of the row, with nothing beside it to compare with"},
    {"relative-term-not-scaled", "OpenNMT/CTranslate2#123", "bias-value",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_factor = [](const Reader& r) { return r.decide.scale(r); };
     },
     [](const Problem& p) {
       return fmt::format("the scale multiplies the bias too: {0:.6g} * (q.k + bias), right is {0:.6g} * q.k + bias",
                          effective_scale(p));
     },
     "any bias, scale != 1", "scale = 1, so head_dim = 1 where it is left to itself; a bias that is a constant of the row"},
    {"distance-sign-flipped", "", "bias-value",
     [](Decisions& d) {
       if (by_distance(d.problem)) d.distance = [](const Reader& r, Int b, Int i, Int c) { return -book::distance(r, b, i, c); };
     },
     [](const Problem& p) {
       return fmt::format("the distance has the wrong sign: c - i{}, right is {}", plus(-origin(p)), row_minus_column(origin(p)));
     },
     "T5 or a distance table", "ALiBi: |-d| = |d|; bidirectional tables with equal halves"},
    {"t5-bucket-direction-swapped", "lucidrains/x-transformers#10", "bias-value",
     [](Decisions& d) {
       if (t5(d.problem) && other_direction_exists(d.problem.bias)) d.problem.bias.bidirectional = !d.problem.bias.bidirectional;
     },
     [](const Problem& p) {
       return std::string(p.bias.bidirectional ? "T5 buckets are causal, right is bidirectional"
                                               : "T5 buckets are bidirectional, right is causal");
     },
     "T5", "a table with equal rows; one visible distance"},
    {"t5-buckets-not-forwarded", "lucidrains/x-transformers@fb7a5d4", "bias-value",
     [](Decisions& d) {
       if (!t5(d.problem) || d.problem.bias.buckets == 32) return;
       d.problem.bias.buckets = 32;
       d.problem.bias.max_distance = 128;
       d.bias_value = [](const Reader& r, Int, Int h, Int, Int, Int x) {
         const Tensor& rows = r.tensors.bucket_table;
         const Int row = std::min(book::bucket(r, x), rows.shape[0] - 1);
         return parameter(r.problem, r.problem.bias.bias_scale) * number(rows, row, h);
       };
     },
     [](const Problem& p) {
       return fmt::format("T5's defaults are taken, 32 buckets and distances up to 128 (a port that clamps); right is {} and {}",
                          p.bias.buckets, p.bias.max_distance);
     },
     "T5 with another number of buckets than 32, and distances beyond the exact ones", "buckets = 32 and max_distance = 128"},
    {"t5-max-distance-not-forwarded", "lucidrains/x-transformers@fb7a5d4", "bias-value",
     [](Decisions& d) {
       const Int exact = d.problem.bias.buckets / (d.problem.bias.bidirectional ? 4 : 2);
       if (t5(d.problem) && exact < 128) d.problem.bias.max_distance = 128;
     },
     [](const Problem& p) { return fmt::format("T5's max_distance is 128, right is {}", p.bias.max_distance); },
     "T5 with max_distance != 128 and distances beyond half of the buckets",
     "max_distance = 128; distances that have buckets of their own"},
    {"t5-bias-scale-ignored", "", "bias-value",
     [](Decisions& d) {
       if (t5(d.problem)) d.problem.bias.bias_scale = 1;
     },
     [](const Problem& p) { return fmt::format("T5's bias_scale is ignored, right is {:.6g}", p.bias.bias_scale); },
     "T5 with bias_scale != 1", "bias_scale = 1; one visible distance and nothing beside it"},
    {"bias-depends-on-query-only", "ggml-org/ggml#143", "bias-origin",
     [](Decisions& d) {
       if (alibi(d.problem))
         d.bias_value = [](const Reader& r, Int b, Int h, Int i, Int, Int) { return r.decide.slope(r, b, h) * double(i + 1); };
     },
     [](const Problem& p) {
       return fmt::format("ALiBi depends on the row alone: bias(i, c) = slope * (i + 1), right is -slope * |{}|",
                          row_minus_column(origin(p)));
     },
     "ALiBi and two visible columns",
     "slopes of 0; one visible column: it is a constant of the row, and the outputs are those of no bias at all"},
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
     },
     "ALiBi in lse; in outputs beside persistent columns, a zero key, a sink or a softcap after the bias",
     "everywhere else: it is a constant of the row, and no mistake (the control that must not be flagged)"},
    {"alibi-by-column", "ggml-org/ggml#351", "precision",
     [](Decisions& d) {
       if (alibi(d.problem) && !d.problem.custom_positions)
         d.bias_value = [](const Reader& r, Int b, Int h, Int, Int c, Int) {
           return r.decide.slope(r, b, h) * double(c - r.problem.mem_kv);
         };
     },
     [](const Problem& p) {
       return fmt::format(
           "ALiBi counts columns: bias(i, c) = slope * (c{}), right is -slope * |d|; for past keys a constant of the row, which "
           "outputs show only beside persistent columns, a zero key, a sink or a softcap, or where it costs the precision",
           plus(-p.mem_kv));
     },
     "ALiBi in lse; in outputs with future keys in sight, or beside persistent columns, a zero key, a sink or a softcap after "
     "the "
     "bias; in long rows where slope * columns costs the precision",
     "everywhere else: it is a constant of the row"},
    {"dense-bias-in-16-bit", "", "precision",
     [](Decisions& d) {
       if (!dense(d.problem)) return;
       d.bias_value = [](const Reader& r, Int b, Int h, Int i, Int c, Int x) {
         return double(float(Eigen::bfloat16(float(book::bias_value(r, b, h, i, c, x)))));
       };
     },
     [](const Problem&) { return std::string("the dense bias is rounded to bf16, right is as it is given"); },
     "a dense bias in f32 or f16", "a dense bias in bf16, or of numbers that bf16 has"},
    {"alibi-positions-in-16-bit", "mosaicml/llm-foundry@688cc526", "precision",
     [](Decisions& d) {
       if (alibi(d.problem)) d.distance = distance_of_rounded<round_to_bf16>;
     },
     [](const Problem&) {
       return std::string(
           "ALiBi's positions are kept in bf16, which has every second integer from 256 on, every fourth from 512; "
           "right is all of them");
     },
     "ALiBi with a position beyond 256", "positions up to 256; slopes so small that what is lost is within the bound",
     bend_far<320>},
    {"alibi-positions-in-f16", "HabanaAI/vllm-fork#503", "precision",
     [](Decisions& d) {
       if (alibi(d.problem)) d.distance = distance_of_rounded<round_to_f16>;
     },
     [](const Problem&) {
       return std::string("ALiBi's positions are kept in f16, which has every second integer from 2048 on; right is all of them");
     },
     "ALiBi with a position beyond 2048", "positions up to 2048; slopes so small that what is lost is within the bound",
     bend_far<2060>},
};

}  // namespace

std::span<const Reading> bias_value_readings() { return table; }

}  // namespace boresight::properties::readings
