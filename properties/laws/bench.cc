#include "properties/laws/bench.h"

#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "reference/error_bound.h"

namespace boresight::properties {
namespace {

void copy_element(const Tensor& from, std::int64_t from_offset, const Tensor& to, std::int64_t to_offset) {
  const std::int64_t size = std::int64_t(bytes(from.type));
  std::memcpy(static_cast<std::byte*>(to.data) + to_offset * size, static_cast<std::byte*>(from.data) + from_offset * size,
              std::size_t(size));
}

// Calls visit(index, flat) for each index of the shape, row-major.
template <class Visit>
void for_each_index(const Tensor& tensor, Visit visit) {
  std::array<std::int64_t, 4> n{1, 1, 1, 1};
  std::copy(tensor.shape.begin(), tensor.shape.begin() + tensor.rank, n.begin());
  std::int64_t flat = 0;
  for (std::int64_t a = 0; a < n[0]; ++a)
    for (std::int64_t b = 0; b < n[1]; ++b)
      for (std::int64_t c = 0; c < n[2]; ++c)
        for (std::int64_t d = 0; d < n[3]; ++d) visit(std::array<std::int64_t, 4>{a, b, c, d}, flat++);
}

Tensor empty_like(Inputs& store, const Tensor& tensor, int dimension, std::int64_t entries) {
  std::array<std::int64_t, 4> n = tensor.shape;
  n[std::size_t(dimension)] = entries;
  switch (tensor.rank) {
    case 1: return store.allocate(tensor.type, {n[0]});
    case 2: return store.allocate(tensor.type, {n[0], n[1]});
    case 3: return store.allocate(tensor.type, {n[0], n[1], n[2]});
    default: return store.allocate(tensor.type, {n[0], n[1], n[2], n[3]});
  }
}

std::int64_t offset_of(const Tensor& tensor, const std::array<std::int64_t, 4>& index) {
  std::int64_t sum = 0;
  for (int d = 0; d < tensor.rank; ++d) sum += index[std::size_t(d)] * tensor.stride[std::size_t(d)];
  return sum;
}

// A mask of ones where there is none, so that it can be joined to one that is there.
Tensor mask_or_ones(Inputs& store, const Tensor& mask, std::int64_t batch, std::int64_t length) {
  if (mask) return mask;
  Tensor ones = store.allocate(Type::u8, {batch, length});
  if (ones.elements() > 0) std::memset(ones.data, 1, std::size_t(ones.elements()));
  return ones;
}

// Some output element moves by more than twice its bound when all the weight of its row goes to one visible column.
bool weights_show(const reference::Head& head, const reference::HeadBound& bound, Eigen::Index i) {
  for (Eigen::Index c = 0; c < head.weights.cols(); ++c)
    for (Eigen::Index d = 0; head.visible(i, c) && d < head.out.cols(); ++d)
      if (std::abs(head.value(c, d) - head.out(i, d)) > 2 * bound.out(i, d)) return true;
  return false;
}

}  // namespace

Prepared prepare(const Case& a_case) {
  Prepared prepared{make_inputs(a_case), {}};
  prepared.call = {a_case.problem, prepared.inputs.tensors};
  return prepared;
}

std::optional<Verdict> refusal(const Kernel& kernel, const Call& call) {
  if (const Status status = validate(call.problem); !status) return skipped("not a valid problem: " + status.error().text());
  if (const Status status = validate(call.problem, call.tensors); !status) return skipped("inputs: " + status.error().text());
  if (std::string why = kernel.unsupported(call.problem); !why.empty()) return skipped("not supported: " + why);
  return std::nullopt;
}

const Certified& certify(const Call& call, const Kernel& kernel, const Options& options, int slot, std::optional<Verdict>& outside) {
  thread_local std::array<Certified, 2> slots;
  Certified& certified = slots[std::size_t(slot)];
  reference::attend(call.problem, call.tensors, certified.truth);
  if (!certified.truth.out_of_domain.empty()) {
    outside = skipped("out of the domain: " + certified.truth.out_of_domain);
    return certified;
  }
  reference::error_bound(call.problem, call.tensors, certified.truth, kernel.arithmetic(call.problem, options), certified.bound);
  for (const reference::HeadBound& bound : certified.bound.heads)
    if (!bound.out.allFinite() || !bound.lse.allFinite()) outside = skipped("the declared arithmetic has no finite bound here");
  return certified;
}

bool some_row_shows(const Certified& certified) {
  for (std::size_t at = 0; at < certified.truth.heads.size(); ++at)
    for (Eigen::Index i = 0; i < certified.truth.heads[at].out.rows(); ++i)
      if (weights_show(certified.truth.heads[at], certified.bound.heads[at], i)) return true;
  return false;
}

Tensor gather(Inputs& store, const Tensor& tensor, int dimension, const std::vector<std::int64_t>& indices) {
  if (!tensor) return tensor;
  const Tensor result = empty_like(store, tensor, dimension, std::int64_t(indices.size()));
  for_each_index(result, [&](std::array<std::int64_t, 4> index, std::int64_t flat) {
    index[std::size_t(dimension)] = indices[std::size_t(index[std::size_t(dimension)])];
    copy_element(tensor, offset_of(tensor, index), result, flat);
  });
  return result;
}

Tensor copy(Inputs& store, const Tensor& tensor) { return tensor ? gather(store, tensor, 0, range(0, tensor.shape[0])) : tensor; }

Tensor join(Inputs& store, const Tensor& first, const Tensor& second, int dimension) {
  if (!first || first.elements() == 0) return second;
  if (!second || second.elements() == 0) return first;
  const std::int64_t split = first.shape[std::size_t(dimension)];
  const Tensor result = empty_like(store, first, dimension, split + second.shape[std::size_t(dimension)]);
  for_each_index(result, [&](std::array<std::int64_t, 4> index, std::int64_t flat) {
    const bool left = index[std::size_t(dimension)] < split;
    if (!left) index[std::size_t(dimension)] -= split;
    const Tensor& from = left ? first : second;
    copy_element(from, offset_of(from, index), result, flat);
  });
  return result;
}

std::vector<std::int64_t> range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  return indices;
}

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
  const std::int64_t keys = S - (n - last);                                             // segment keys seen so far
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

}  // namespace boresight::properties
