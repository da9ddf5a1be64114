#include "reference/visibility.h"

#include <algorithm>
#include <limits>

namespace boresight::reference {
namespace {

constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

// The values of delta that rules 3 and 4 leave, both ends included.
struct Past {
  std::int64_t nearest;
  std::int64_t farthest;
};

Past past(const Problem& problem) {
  Past range{-endless, endless};
  if (problem.causal) range.nearest = 0;
  if (problem.window.right != unlimited) range.nearest = std::max(range.nearest, -problem.window.right);
  if (problem.window.left != unlimited) range.farthest = problem.window.left;
  return range;
}

void apply_mask(const Tensor& mask, std::int64_t b, Index first, Flags& present) {
  if (!mask) return;
  for (std::int64_t c = 0; c < mask.shape[1]; ++c) present(0, first + c) = mask.at<std::uint8_t>(b, c) != 0;
}

}  // namespace

std::int64_t query_position(const Problem& problem, std::int64_t i) { return problem.segment - problem.queries + i; }

std::int64_t key_position(const Problem& problem, std::int64_t c) { return c - problem.mem_kv - problem.memories; }

void present_columns(const Problem& problem, const Tensors& tensors, std::int64_t b, Flags& present) {
  present.setConstant(1, head_columns(problem), true);
  apply_mask(tensors.memory_mask, b, first_positioned(problem), present);
  apply_mask(tensors.key_mask, b, first_positioned(problem) + problem.memories, present);
}

void visible_by_position(const Problem& problem, const Flags& present, Flags& visible) {
  const Past range = past(problem);
  const Index first = first_positioned(problem);
  visible.resize(problem.queries, head_columns(problem));
  for (std::int64_t i = 0; i < problem.queries; ++i) {
    bool* row = visible.data() + i * visible.cols();
    std::copy_n(present.data(), first, row);
    std::int64_t delta = query_position(problem, i) - key_position(problem, problem.mem_kv);
    for (Index c = first; c < visible.cols(); ++c, --delta) {
      row[c] = present(0, c) & (range.nearest <= delta) & (delta <= range.farthest);
    }
  }
}

void apply_attention_mask(const Problem& problem, const Tensors& tensors, std::int64_t b, std::int64_t h, Flags& visible) {
  const Tensor& mask = tensors.attention_mask;
  if (!mask) return;
  const Index first = first_column(problem);
  for (std::int64_t i = 0; i < problem.queries; ++i) {
    for (std::int64_t c = 0; c < problem.columns(); ++c) visible(i, first + c) &= mask.at<std::uint8_t>(b, h, i, c) != 0;
  }
}

}  // namespace boresight::reference
