// Whose bias a head takes, and the slopes of heads.
// Rows are those of table.h's Reading: id, source, kind, apply, words, shows, equivalent, bend.
#include "properties/readings/sections.h"
#include "properties/readings/bends.h"
#include "properties/readings/helpers.h"

namespace boresight::properties::readings {
namespace {

Int power_below(Int count) {
  Int power = 1;
  while (2 * power <= count) power *= 2;
  return power;
}
bool of_uneven_heads(const Problem& p) {
  return geometric(p) && p.bias.alibi_heads > 0 && p.bias.alibi_heads != power_below(p.bias.alibi_heads);
}

bool decoding_shared_head(const Problem& p) { return p.queries == 1 && p.kv_heads == 1 && p.heads > 1; }

void bend_shared_decoding(Case& c, Choices& choices) {
  bends::clear(c);
  bends::ordered(c);
  bends::alibi(c);
  bends::heads(c, choices.between(2, 4), 1);
  c.problem.queries = 1;
  bends::cached(c, choices);
  c.problem.window.left = 1;
}

const Reading table[] = {
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
     },
     "ALiBi with geometric slopes of a number of heads that is no power of two", "1, 2, 4, 8, .. heads"},
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
     },
     "ALiBi with geometric slopes", "one visible column"},
    {"alibi-heads-ignored", "", "bias-head",
     [](Decisions& d) {
       if (geometric(d.problem)) d.problem.bias.alibi_heads = d.problem.heads;
     },
     [](const Problem& p) {
       return fmt::format("all {} heads have slopes, right is the first {} and 0 for the rest", p.heads, p.bias.alibi_heads);
     },
     "ALiBi with fewer heads than heads", "alibi_heads = heads"},
    {"bias-of-head-0", "facebookresearch/xformers@4f7ffaa3", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader&, Int) { return Int{0}; };
     },
     [](const Problem&) { return std::string("every head has the bias of head 0"); }, "heads > 1 with a bias of its own each",
     "head 0; a bias that all heads share"},
    {"bias-of-grouped-kv-head", "", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader& r, Int h) { return h / (r.problem.heads / r.problem.kv_heads); };
     },
     [](const Problem& p) {
       return fmt::format("head h has the bias of head h / {}, the number of its kv group; right is h", p.heads / p.kv_heads);
     },
     "heads > kv_heads with a bias of its own each", "kv_heads = heads; a bias that all heads share"},
    {"bias-of-tiled-kv-head", "", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader& r, Int h) { return h % r.problem.kv_heads; };
     },
     [](const Problem& p) { return fmt::format("head h has the bias of head h mod {}, right is h", p.kv_heads); },
     "heads > kv_heads with a bias of its own each", "kv_heads = heads; a bias that all heads share"},
    {"bias-of-first-head-of-group", "flashinfer-ai/flashinfer#1614", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem))
         d.bias_head = [](const Reader& r, Int h) {
           const Int group = r.problem.heads / r.problem.kv_heads;
           return r.problem.head_map == HeadMap::tiled ? h % r.problem.kv_heads : h / group * group;
         };
     },
     [](const Problem&) { return std::string("every head has the bias of the first that reads its kv head, right is its own"); },
     "heads > kv_heads with a bias of its own each", "kv_heads = heads; the first of each group; a bias that all heads share"},
    {"slopes-from-local-head-index", "bigscience-workshop/Megatron-DeepSpeed#227", "bias-head",
     [](Decisions& d) {
       if (biased(d.problem)) d.bias_head = [](const Reader& r, Int h) { return h % (r.problem.heads / r.problem.kv_heads); };
     },
     [](const Problem& p) {
       return fmt::format("head h has the bias of its index in the kv group, h mod {}; right is h", p.heads / p.kv_heads);
     },
     "kv_heads > 1 with a bias of its own for each head", "kv_heads = 1; the first group; a bias that all heads share"},
    {"heads-as-queries-trick", "facebookresearch/xformers@4f7ffaa3", "gqa-mapping",
     [](Decisions& d) {
       if (decoding_shared_head(d.problem) && biased(d.problem)) d.bias_head = [](const Reader&, Int) { return Int{0}; };
     },
     [](const Problem& p) {
       return fmt::format(
           "the {} heads of the one query are run as rows, and all have the bias of the first; right is each its own", p.heads);
     },
     "one query, kv_heads = 1, heads > 1 and a bias of its own for each",
     "two queries or more; kv_heads > 1; a bias that all share", bend_shared_decoding},
    {"heads-as-queries-in-the-window", "facebookresearch/xformers@1e13ad90", "gqa-mapping",
     [](Decisions& d) {
       if (!decoding_shared_head(d.problem) || !bounded(d.problem)) return;
       d.causal_exempt = d.window_exempt = all_columns;
       d.admitted = [](const Reader& r, Int b, Int h, Int i, Int c) {
         const Int delta = book::delta(r, i + h, c);
         const bool seen = c < r.problem.mem_kv || (book::causal_sees(r, delta) && book::window_sees(r, delta));
         return seen && book::admitted(r, b, h, i, c);
       };
     },
     [](const Problem& p) {
       return fmt::format(
           "the {} heads of the one query are run as rows: head h sees as row h would, delta(h, c) = h{} - c, right is "
           "{} - c",
           p.heads, plus(origin(p)), origin(p));
     },
     "one query, kv_heads = 1, heads > 1 and a window, or causality with a key in the future",
     "two queries or more; kv_heads > 1; a window that reaches every key", bend_shared_decoding},
    {"bias-head-pad-from-wrong-axis", "lucidrains/x-transformers#85", "bias-head",
     [](Decisions& d) {
       if (geometric(d.problem) && d.problem.bias.alibi_heads > 1)
         d.slope = [](const Reader& r, Int b, Int h) { return h == 0 ? book::slope(r, b, h) : 0.0; };
     },
     [](const Problem& p) {
       return fmt::format("the bias is padded by the wrong axis (a port that clamps): {} of {} heads have none, right is {}",
                          p.heads - 1, p.heads, p.heads - p.bias.alibi_heads);
     },
     "ALiBi with slopes for two heads or more", "one head; alibi_heads = 1"},
    {"bias-split-along-query-axis", "lucidrains/x-transformers@b475649", "bias-head",
     [](Decisions& d) {
       if (!biased(d.problem) || d.problem.queries != d.problem.heads || d.problem.heads < 2) return;
       d.bias_value = [](const Reader& r, Int b, Int h, Int i, Int c, Int) {
         return book::bias_value(r, b, i, h, c, r.decide.distance(r, b, h, c));
       };
     },
     [](const Problem&) {
       return std::string("the bias is cut by rows for the heads: head h, row i has b[i][h][c], right is b[h][i][c]");
     },
     "as many queries as heads, two or more, with any bias", "queries != heads, where it is an error of shapes; one head"},
    {"slopes-rounded-down", "ml-explore/mlx#3071", "bias-head",
     [](Decisions& d) {
       if (!of_uneven_heads(d.problem)) return;
       d.slope = [](const Reader& r, Int, Int h) {
         const Int count = r.problem.bias.alibi_heads, power = power_below(count);
         if (h >= count) return 0.0;
         const Int exponent = h < power / 2 ? 2 * h + 2 : 2 * (h - power / 2) + 1;
         return parameter(r.problem, std::exp2(-8.0 * double(exponent) / double(power)));
       };
     },
     [](const Problem& p) {
       return fmt::format("slopes are woven from the series of {} heads, {} rounded down; the formula wants it rounded up to {}",
                          power_below(p.bias.alibi_heads), p.bias.alibi_heads, 2 * power_below(p.bias.alibi_heads));
     },
     "ALiBi with geometric slopes of a number of heads that is no power of two", "1, 2, 4, 8, .. heads"},
    {"slope-tail-offset-in-wrong-element-size", "ggml-org/ggml@33696bbb", "bias-head",
     [](Decisions& d) {
       if (!of_uneven_heads(d.problem)) return;
       d.slope = [](const Reader& r, Int b, Int h) {
         return h < power_below(r.problem.bias.alibi_heads) ? book::slope(r, b, h) : 0.0;
       };
     },
     [](const Problem& p) {
       return fmt::format("slopes from head {} on are written past the end of 16-bit ones and read as 0",
                          power_below(p.bias.alibi_heads));
     },
     "ALiBi with geometric slopes, in 16 bits, of a number of heads that is no power of two",
     "1, 2, 4, 8, .. heads; slopes in f32"},
    {"custom-position-bias-rank", "lucidrains/x-transformers#300", "shape-broadcast",
     [](Decisions& d) {
       const Problem& p = d.problem;
       if (!by_distance(p) || !p.custom_positions || p.batch < 2 || p.heads != p.batch) return;
       d.bias_value = [](const Reader& r, Int b, Int h, Int i, Int c, Int) {
         return book::bias_value(r, b, h, i, c, r.decide.distance(r, h, i, c));
       };
     },
     [](const Problem&) {
       return std::string("custom positions are taken for those of heads: head h has the distances of sequence h, right is b");
     },
     "a bias by distance, as many heads as sequences, with positions of its own for each sequence",
     "positions by order, or shared by all sequences; batch = 1",
     [](Case& c, Choices& choices) {
       bends::clear(c);
       bends::alibi(c);
       c.problem.batch = choices.between(2, 3);
       bends::heads(c, c.problem.batch, c.problem.batch);
       bends::rows(c, choices, 4);
       bends::positions_of_each_sequence(c);
     }},
};

}  // namespace

std::span<const Reading> bias_head_readings() { return table; }

}  // namespace boresight::properties::readings
