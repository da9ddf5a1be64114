// Reads rows of the three parts as floats; what rotary needs is made ready in the constructor.
#include "impl/simd/call.h"

#include <algorithm>
#include <span>

#include "impl/positions.h"

namespace boresight::impl::simd {
namespace {

using Side = RotaryRows::Side;

// The columns that turn: those past the persistent ones that causality and window leave to some query.
Range<std::int32_t> turned_columns(const Problem& problem, const Geometry<std::int32_t>& g) {
  if (problem.rotary.dims == 0 || g.rows().size() == 0) return {0, 0};
  return g.band(g.rows());
}

// The sequences that positions differ between; 1: none.
std::int64_t sequences_of(const Problem& problem, const Tensor& positions) {
  return problem.custom_positions && positions ? positions.shape[0] : 1;
}

BucketTable bucket_table(const Bias& bias, std::int64_t longest, Workspace& workspace) {
  const std::size_t entries = BucketTable::entries(bias, longest);
  std::int32_t* const memory = workspace.take<std::int32_t>(entries);
  return {bias, workspace.counts() ? std::span<std::int32_t>() : std::span(memory, entries)};
}

float* row_in_place(const Tensor& tensor, std::int64_t batch, std::int64_t head, std::int64_t row) {
  if (tensor.type != Type::f32 || (tensor.shape[3] > 1 && tensor.stride[3] != 1)) return nullptr;
  return static_cast<float*>(tensor.data) + tensor.offset(batch, head, row, 0);
}

}  // namespace

Turns::Turns(const Problem& problem, const Geometry<std::int32_t>& g, const Tensors& tensors, Side side, Range<std::int32_t> rows,
             Workspace& workspace)
    : rows_(rows),
      sequences_(sequences_of(problem, side == Side::queries ? tensors.query_positions : tensors.key_positions)),
      turns_(problem, tensors, side, workspace.take<Turn>(RotaryRows::turns(problem, sequences_ * rows.size()))) {
  if (workspace.counts()) return;
  for (std::int64_t batch = 0; batch < sequences_; ++batch)
    turns_.prepare(batch * rows.size(), rows.size(), [&](std::int64_t k) {
      const std::int32_t row = rows.begin + std::int32_t(k);
      return side == Side::queries ? position_of_query(problem, g, tensors, batch, row)
                                   : position_of_key(problem, g, tensors, batch, row);
    });
}

Call::Call(const Problem& its_problem, const Tensors& its_tensors, Workspace& workspace)
    : problem(its_problem),
      tensors(its_tensors),
      g(geometry_of(problem)),
      heads(heads_of(problem)),
      key_width(padded_row(problem.head_dim)),
      value_width(padded_row(problem.value_dim)),
      group(std::int32_t(heads.group())),
      buckets(bucket_table(problem.bias, g.distance_limit() - 1, workspace)),
      keys_{tensors.mem_k, tensors.memory_k, tensors.segment_k, problem.head_dim},
      values_{tensors.mem_v, tensors.memory_v, tensors.segment_v, problem.value_dim},
      turn_queries_(problem, g, tensors, Side::queries, g.rows(), workspace),
      turn_keys_(problem, g, tensors, Side::keys, turned_columns(problem, g), workspace) {}

const float* Call::query_in_place(std::int64_t batch, std::int64_t head, std::int32_t row) const {
  return turn_queries_.empty() ? row_in_place(tensors.q, batch, head, row) : nullptr;
}

float* Call::out_in_place(std::int64_t batch, std::int64_t head, std::int32_t row) const {
  return row_in_place(tensors.out, batch, head, row);
}

RowsInPlace Call::key_rows(std::int64_t batch, std::int64_t kv_head, Range<std::int32_t> columns) const {
  if (key_width != problem.head_dim) return {};
  return keys_.in_place(g, batch, kv_head, columns.begin);
}

RowsInPlace Call::value_rows(std::int64_t batch, std::int64_t kv_head, Range<std::int32_t> columns) const {
  return value_width == problem.value_dim ? values_.in_place(g, batch, kv_head, columns.begin) : RowsInPlace{};
}

}  // namespace boresight::impl::simd
