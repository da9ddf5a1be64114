#include "fuzz/fit.h"

#include <algorithm>
#include <cstdint>

#include "problem/token.h"

namespace boresight::fuzz {
namespace {

double work(const Problem& p) {
  const double width = double(p.head_dim + p.value_dim + 8), columns = double(p.columns() + 1);
  return double(p.batch) * (double(p.heads) * double(p.queries) + double(p.kv_heads)) * columns * width;
}

// Where a bug of layout lives, width is only work, and a long case needs few sequences and heads.
void cut_batch_and_heads(Problem& p) {
  if (work(p) > work_enough) p.batch = 1;
  if (work(p) <= work_enough) return;
  p.heads = p.kv_heads = 1;
  p.head_map = HeadMap::grouped;
}

void cut_widths(Problem& p) {
  if (work(p) <= work_enough) return;
  p.head_dim = std::min<std::int64_t>(p.head_dim, 8);
  p.value_dim = std::min<std::int64_t>(p.value_dim, 4);
}

void cut_rows(Problem& p) {
  while (work(p) > work_enough) {
    std::int64_t* longest = &p.queries;
    for (std::int64_t* const size : {&p.segment, &p.memories, &p.mem_kv})
      if (*size > *longest) longest = size;
    *longest /= 2;
  }
}

// Sizes that a token may name and no memory holds: products of them are safe from here on.
void cut_extremes(Problem& p) {
  constexpr std::int64_t rows_max = 4096, heads_max = 32, width_max = 512, buckets_max = 256;
  p.batch = std::min<std::int64_t>(p.batch, 8);
  if (p.heads > heads_max) p.heads = p.kv_heads = heads_max, p.head_map = HeadMap::grouped;
  for (std::int64_t* const size : {&p.queries, &p.segment, &p.memories, &p.mem_kv}) *size = std::min(*size, rows_max);
  for (std::int64_t* const size : {&p.head_dim, &p.value_dim}) *size = std::min(*size, width_max);
  if (p.bias.buckets > buckets_max) p.bias.buckets = 32;
}

void settle(Case& c) {
  Problem& p = c.problem;
  p.bias.alibi_heads = std::min(p.bias.alibi_heads, p.heads);
  p.rotary.dims = std::min(p.rotary.dims, p.head_dim / 2 * 2);
  if (p.rotary.dims == 0) p.rotary = {};
  c.options.threads = std::clamp(c.options.threads, 1, 3);
  c.kernel.clear();
  c.law.clear();
}

void keep_bits(Mask& mask, std::int64_t elements) {
  if (mask.kind != Mask::Kind::bits) return;
  if (elements == 0)
    mask = {};
  else
    mask.bits.resize(std::min(mask.bits.size(), std::size_t(elements)));
}

void settle_masks(Case& c) {
  const Problem& p = c.problem;
  keep_bits(c.key_mask, p.batch * p.segment);
  keep_bits(c.memory_mask, p.batch * p.memories);
  const std::int64_t planes = (c.attention_mask_broadcast.batch ? 1 : p.batch) * (c.attention_mask_broadcast.heads ? 1 : p.heads);
  keep_bits(c.attention_mask, planes * p.queries * p.columns());
}

}  // namespace

bool small_enough(const Problem& problem) { return work(problem) <= work_enough; }

Case fitted(Case c) {
  cut_extremes(c.problem);
  cut_batch_and_heads(c.problem);
  cut_widths(c.problem);
  cut_rows(c.problem);
  settle(c);
  settle_masks(c);
  if (!validate(c)) c.positions = Positions::ordered, c.positions_broadcast = true, c.problem.custom_positions = false;
  if (!validate(c) && c.problem.bias.kind == BiasKind::forget) c.problem.bias = {};
  if (!validate(c)) c = Case{};
  return canonical(c);
}

}  // namespace boresight::fuzz
