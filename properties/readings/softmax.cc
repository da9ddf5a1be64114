// Sinks, the zero key, empty rows and the lse.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/bends.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

bool masks_alone_empty(const Reader& r, Int b, Int h, Int i) {
  for (Int c = 0; c < r.problem.columns(); ++c)
    if (book::kept(r, b, c) && book::admitted(r, b, h, i, c)) return false;
  return true;
}

// One column, or two, and a scale under which about half of all products are below -5e4.
void bend_low_scores(Case& c, Choices& choices) {
  bends::clear(c);
  bends::ordered(c);
  Problem& p = c.problem;
  p.bias = {};
  p.rotary = {};
  p.memories = p.mem_kv = 0;
  p.queries = choices.between(2, 8);
  p.segment = choices.between(1, 2);
  p.causal = false;
  p.scale = 3e5;
}

const Reading table[] = {
    {"sink-ignored", "", "online-softmax", [](Decisions& d) { d.problem.sink = false; },
     [](const Problem&) { return std::string("the sink is ignored"); }, "a sink", "a sink of -inf, or far below every score"},
    // (both: as long as every sink is above 0; the logarithm of another one is NaN, which fits nothing)
    {"sink-added-linearly", "Dao-AILab/flash-attention@e81c237e", "online-softmax",
     [](Decisions& d) {
       if (d.problem.sink) d.sink = [](const Reader& r, Int h, double) { return std::log(number(r.tensors.sinks, h)); };
     },
     [](const Problem&) {
       return std::string("the sink is added to the denominator as it is: sink + sum exp(s), right is exp(sink) + sum exp(s)");
     },
     "a sink", "a sink of -inf; sink = exp(sink) nowhere"},
    {"sink-added-to-scaled-sum", "Dao-AILab/flash-attention@2f78d484", "online-softmax",
     [](Decisions& d) {
       if (d.problem.sink) d.sink = [](const Reader& r, Int h, double m) { return m + std::log(number(r.tensors.sinks, h)); };
     },
     [](const Problem&) {
       return std::string(
           "the sink is added to the scaled sum as it is: sink + sum exp(s - m), right is exp(sink - m) + sum exp(s - m)");
     },
     "a sink", "a sink of -inf"},
    {"zero-kv-ignored", "", "online-softmax", [](Decisions& d) { d.problem.zero_kv = false; },
     [](const Problem&) { return std::string("the zero key is missing"); }, "a zero key", "scores far above 0"},
    {"empty-row-three-behaviours", "pytorch/pytorch#103749", "full-mask-row", [](Decisions& d) { d.empty_row_is_mean = true; },
     [](const Problem& p) { return fmt::format("an empty row is the mean of all {} values, right is 0", p.columns()); },
     "a row that sees nothing: masks and causality together, or queries > columns",
     "a persistent column, a zero key or a sink in every row"},
    {"empty-lse-plus-inf", "Dao-AILab/flash-attention#978", "split-merge", [](Decisions& d) { d.empty_lse = infinity; },
     [](const Problem&) { return std::string("the lse of an empty row is +inf, right is -inf"); }, "a row that sees nothing",
     "a persistent column, a zero key or a sink in every row; outputs: lse alone shows it"},
    {"lse-base-two-vs-e", "sgl-project/sglang#40903", "split-merge", [](Decisions& d) { d.lse_base_two = true; },
     [](const Problem&) { return std::string("the lse is a logarithm to base 2, right is natural"); }, "lse alone",
     "outputs; a merge of parts with equal lse"},
    {"sink-not-counted-once", "ROCm/rocm-libraries#12227", "split-merge",
     [](Decisions& d) {
       if (d.problem.sink) d.sink = [](const Reader& r, Int h, double) { return number(r.tensors.sinks, h) + std::log(2.0); };
     },
     [](const Problem&) {
       return std::string("the sink is counted twice: 2 exp(sink) + sum exp(s), right is exp(sink) + sum exp(s)");
     },
     "a sink",
     "a sink of -inf, or far below every score; splits that all see a key, where only an empty first one seeds it again"},
    {"sink-scaled", "kekzl/imp#1345", "split-merge",
     [](Decisions& d) {
       if (d.problem.sink) d.sink = [](const Reader& r, Int h, double) { return r.decide.scale(r) * number(r.tensors.sinks, h); };
     },
     [](const Problem& p) {
       return fmt::format("the scale multiplies the sink too: exp({:.6g} * sink), right is exp(sink)", effective_scale(p));
     },
     "a sink, scale != 1", "scale = 1; a sink of 0 or -inf"},
    {"sink-capped", "kekzl/imp#1303", "split-merge",
     [](Decisions& d) {
       if (d.problem.sink && d.problem.softcap > 0)
         d.sink = [](const Reader& r, Int h, double) {
           const double cap = parameter(r.problem, r.problem.softcap);
           return cap * std::tanh(number(r.tensors.sinks, h) / cap);
         };
     },
     [](const Problem& p) { return fmt::format("the softcap ({:.6g}) caps the sink too, right is the scores alone", p.softcap); },
     "a sink beside a softcap", "a cap far above the sink"},
    {"empty-row-is-nan", "pytorch/pytorch#103749", "full-mask-row", [](Decisions& d) { d.empty_row_is_nan = true; },
     [](const Problem&) { return std::string("an empty row is 0 / 0 = NaN, right is 0"); }, "a row that sees nothing",
     "a persistent column, a zero key or a sink in every row"},
    {"live-empty-row-differs-by-path", "lucidrains/x-transformers@9252ed78", "full-mask-row",
     [](Decisions& d) {
       d.empty_row_is_mean = true;
       d.empty_row_is_zeroed = masks_alone_empty;
     },
     [](const Problem& p) {
       return fmt::format("a row that masks and causality empty together is the mean of all {} values, right is 0", p.columns());
     },
     "a row that sees nothing, though masks alone leave it a column",
     "a persistent column, a zero key or a sink in every row; masks that hide all"},
    {"finite-sentinel-above-real-logits", "flashinfer-ai/flashinfer#4401", "precision",
     [](Decisions& d) { d.least_maximum = -5e4; },
     [](const Problem&) {
       return std::string(
           "the running maximum starts at -5e4: rows whose scores are all lower lose every weight, right is to start "
           "below every score");
     },
     "rows whose scores are all below -5e4", "ordinary scores", bend_low_scores},
    {"maximum-starts-at-zero", "flashinfer-ai/flashinfer#4401", "precision", [](Decisions& d) { d.least_maximum = 0; },
     [](const Problem&) {
       return std::string(
           "the running maximum starts at 0: rows whose scores are all below -104 lose every weight, right is to start "
           "below every score");
     },
     "rows whose scores are all below -104, where weights leave f32's range",
     "ordinary scores, of which the largest is above -80", bend_low_scores},
};

}  // namespace

std::span<const Reading> softmax_readings() { return table; }

}  // namespace boresight::properties::readings
