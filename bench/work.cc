#include "bench/work.h"

#include <algorithm>

namespace boresight::bench {
namespace {

// The keys and values, as they lie in memory: the layouts that are timed have no gaps.
std::vector<Bytes> keys_and_values(const Tensors& t) {
  std::vector<Bytes> memory;
  for (const Tensor& tensor : {t.mem_k, t.memory_k, t.segment_k, t.mem_v, t.memory_v, t.segment_v})
    if (tensor)
      memory.push_back({static_cast<const std::byte*>(tensor.data), std::size_t(tensor.elements()) * bytes(tensor.type)});
  return memory;
}

Limit peak(const Problem& problem, const Kernel& kernel, int threads) {
  const bool may_be_native = kernel.instruction_set.starts_with("avx3");  // others have no such instructions to be compared with
  if (problem.type == Type::bf16 && may_be_native)
    if (std::optional<Limit> limit = bf16_peak(threads)) return *limit;
  return f32_peak(kernel.instruction_set, threads);
}

}  // namespace

double scores(const Problem& p) {
  double pairs = 0;
  for (std::int64_t i = 0; i < p.queries; ++i) {
    const std::int64_t columns = p.memories + p.segment, at = columns - p.queries + i;  // where the query stands
    std::int64_t hidden_right = 0, hidden_left = 0;
    if (p.causal) hidden_right = std::min(p.queries - 1 - i, p.segment);
    if (p.window.right != unlimited) hidden_right = std::max(hidden_right, columns - 1 - at - p.window.right);
    if (p.window.left != unlimited) hidden_left = std::max<std::int64_t>(at - p.window.left, 0);
    pairs += double(p.mem_kv + std::max<std::int64_t>(columns - hidden_left - std::max<std::int64_t>(hidden_right, 0), 0));
  }
  return pairs * double(p.batch * p.heads);
}

double flops(const Problem& p) { return 2 * double(p.head_dim + p.value_dim) * scores(p); }

double bytes_read(const Problem& p) {
  return double(p.batch * p.kv_heads) * double(p.columns()) * double(p.head_dim + p.value_dim) * double(bytes(p.type));
}

std::vector<Bound> bounds(const Problem& problem, const Tensors& tensors, const Kernel& kernel, int threads) {
  std::vector<Bound> result;
  if (problem.queries > 1) result.push_back({peak(problem, kernel, threads), flops(problem)});
  if (problem.queries <= few_queries) {
    const Limit reading = read_rate(keys_and_values(tensors), threads);
    result.push_back({reading, reading.work});
  }
  return result;
}

}  // namespace boresight::bench
