#include "properties/laws/calls.h"

#include <algorithm>
#include <cstring>

namespace boresight::properties {
namespace {

// A mask of ones where there is none, so that it can be joined to one that is there.
Tensor mask_or_ones(Inputs& store, const Tensor& mask, std::int64_t batch, std::int64_t length) {
  if (mask) return mask;
  Tensor ones = store.allocate(Type::u8, {batch, length});
  if (ones.elements() > 0) std::memset(ones.data, 1, std::size_t(ones.elements()));
  return ones;
}

}  // namespace

Call without_memories(const Call& call, Inputs& store) {
  Call result = call;
  const std::int64_t P = call.problem.mem_kv, M = call.problem.memories, S = call.problem.segment, n = call.problem.queries;
  Tensors& t = result.tensors;
  result.problem.memories = 0;
  t.memory_k = t.memory_v = t.memory_mask = {};
  std::vector<std::int64_t> columns = range(0, P);
  for (std::int64_t s = 0; s < S; ++s) columns.push_back(P + M + s);
  t.attention_mask = gather(store, t.attention_mask, 3, columns);
  t.dense = t.dense.slice(3, M, S);
  t.distance_table = t.distance_table.slice(1, 0, std::max<std::int64_t>(S + n - 1, 0));
  t.forget = t.forget.slice(2, M, S);
  t.key_positions = t.key_positions.slice(1, M, S);
  return result;
}

Call chunk(const Call& call, std::int64_t first, std::int64_t last, Handover handover, Inputs& store) {
  Call result = call;
  Problem& p = result.problem;
  Tensors& t = result.tensors;
  const std::int64_t n = p.queries, S = p.segment, M = p.memories, P = p.mem_kv;
  const std::int64_t rows = last - first;
  const std::int64_t keys = S - (n - last);                                                  // segment keys seen so far
  const std::int64_t moved = handover == Handover::memories && first > 0 ? keys - rows : 0;  // of them, handed on as memories
  p.queries = rows;
  p.segment = keys - moved;
  p.memories = M + moved;
  t.q = t.q.slice(2, first, rows);
  t.attention_mask = t.attention_mask.slice(2, first, rows).slice(3, 0, P + M + keys);
  t.dense = t.dense.slice(2, first, rows).slice(3, 0, M + keys);
  t.distance_table = t.distance_table.slice(1, n - rows, std::max<std::int64_t>(M + keys + rows - 1, 0));
  t.forget = t.forget.slice(2, 0, M + keys);
  t.query_positions = t.query_positions.slice(1, first, rows);
  t.key_positions = t.key_positions.slice(1, 0, M + keys);
  if (moved > 0) {
    t.memory_k = join(store, t.memory_k, t.segment_k.slice(2, 0, moved), 2);
    t.memory_v = join(store, t.memory_v, t.segment_v.slice(2, 0, moved), 2);
    if (t.key_mask || t.memory_mask) {
      const Tensor old = mask_or_ones(store, t.memory_mask, p.batch, M);
      t.memory_mask = join(store, old, mask_or_ones(store, t.key_mask, p.batch, S).slice(1, 0, moved), 1);
    }
  }
  t.segment_k = t.segment_k.slice(2, moved, p.segment);
  t.segment_v = t.segment_v.slice(2, moved, p.segment);
  t.key_mask = t.key_mask.slice(1, moved, p.segment);
  return result;
}

Call extended(const Call& call, End end, std::int64_t rows, bool seen, Inputs& store) {
  Call result = call;
  Problem& p = result.problem;
  Tensors& t = result.tensors;
  const Pads pads = end == End::oldest ? Pads{rows, 0} : Pads{0, rows};
  const std::int64_t in_front =
      end == End::oldest ? p.memories : p.memories + p.segment;  // columns past mem_kv before the new ones
  const auto widen = [&](const Tensor& columns, int dimension, std::int64_t first, double value) {
    const std::int64_t all = columns.rank == 0 ? 0 : columns.shape[std::size_t(dimension)];
    const Tensor front = pad(store, columns.slice(dimension, 0, first), dimension, {0, rows}, value);
    return all > first ? join(store, front, columns.slice(dimension, first, all - first), dimension) : front;
  };
  p.queries += rows;
  p.segment += rows;
  t.q = pad(store, t.q, 2, pads, 1.5);
  t.segment_k = pad(store, t.segment_k, 2, pads, -2.5);
  t.segment_v = pad(store, t.segment_v, 2, pads, 24);
  if (!seen && !t.key_mask) t.key_mask = mask_or_ones(store, {}, p.batch, call.problem.segment);
  t.key_mask = pad(store, t.key_mask, 1, pads, seen ? 1 : 0);
  t.attention_mask = pad(store, widen(t.attention_mask, 3, p.mem_kv + in_front, 1), 2, pads, 1);
  t.dense = pad(store, widen(t.dense, 3, in_front, 3), 2, pads, 3);
  t.distance_table = pad(store, t.distance_table, 1, {rows, rows}, 3);
  t.forget = widen(t.forget, 2, in_front, -1);
  // The new ones stand where others stand already, so that every distance stays inside the table.
  const auto taken = [](const Tensor& positions) { return positions ? double(positions.at<std::int32_t>(0, 0)) : 0; };
  t.query_positions = pad(store, t.query_positions, 1, pads, taken(t.query_positions));
  t.key_positions = widen(t.key_positions, 1, in_front, taken(t.key_positions));
  return result;
}

}  // namespace boresight::properties
