#include "strangers/placed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "problem/extent.h"
#include "problem/rows.h"

namespace boresight::strangers {
namespace {

constexpr int poison = 0xff;                  // NaN in every type of floats
constexpr std::uint64_t margin_bytes = 4096;  // poisoned in front of a tensor

// Row-major strides.
std::array<std::int64_t, 4> contiguous_strides(const Tensor& tensor) {
  std::array<std::int64_t, 4> stride{};
  std::int64_t step = 1;
  for (int k = tensor.rank - 1; k >= 0; --k) stride[std::size_t(k)] = step, step *= tensor.shape[std::size_t(k)];
  return stride;
}

// The tensor's bytes as the worker will have them: from the caller's first, or what a row-major copy takes.
struct Laid {
  std::array<std::int64_t, 4> stride;
  std::uint64_t size, first;  // first: of element (0, .., 0), from the beginning of the bytes
};

Laid laid(const Tensor& tensor, const Wishes& wishes) {
  if (wishes.contiguous) return {contiguous_strides(tensor), std::uint64_t(tensor.elements()) * bytes(tensor.type), 0};
  const Extent extent = extent_of(tensor);
  if (extent.begin == extent.end) return {tensor.stride, 0, 0};
  return {tensor.stride, extent.end - extent.begin, reinterpret_cast<std::uintptr_t>(tensor.data) - extent.begin};
}

TensorRecord record_of(const Tensor& tensor, std::size_t slot, const Wishes& wishes) {
  TensorRecord record{};
  if (!tensor) return record;
  const Laid lies = laid(tensor, wishes);
  record.present = 1;
  record.rank = tensor.rank;
  record.type = to_c(tensor.type);
  std::copy_n(tensor.shape.begin(), 4, record.shape);
  std::copy_n(lies.stride.begin(), 4, record.stride);
  const std::uint64_t alignment = std::max<std::uint64_t>(wishes.alignment, 1);
  record.size = lies.size;
  record.begin = slot_end(slot) - (lies.size + alignment - 1) / alignment * alignment;
  record.at = record.begin + lies.first;
  return record;
}

const std::byte* first_byte(const Tensor& tensor) { return reinterpret_cast<const std::byte*>(extent_of(tensor).begin); }

// visit(the caller's element, the worker's) for each element, where the worker has a row-major copy.
template <class Visit>
void each_pair(const Tensor& tensor, std::byte* copied, Visit visit) {
  const std::int64_t size = std::int64_t(bytes(tensor.type));
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t k = 0; k < row.count; ++k, copied += size)
      visit(row.data + k * row.stride * size, copied, std::size_t(size));
  });
}

void copy_in(const Tensor& tensor, const TensorRecord& record, const Wishes& wishes, const SharedMemory& memory) {
  std::byte* const to = memory.at(record.begin);
  if (!wishes.contiguous)
    std::memcpy(to, first_byte(tensor), record.size);
  else
    each_pair(tensor, to, [](const std::byte* from, std::byte* copied, std::size_t size) { std::memcpy(copied, from, size); });
}

void copy_out(const Tensor& tensor, const std::byte* from, const Wishes& wishes, std::uint64_t size) {
  if (!wishes.contiguous)
    std::memcpy(const_cast<std::byte*>(first_byte(tensor)), from, size);
  else
    each_pair(tensor, const_cast<std::byte*>(from),
              [](std::byte* to, const std::byte* copied, std::size_t bytes) { std::memcpy(to, copied, bytes); });
}

bool same(const Tensor& tensor, const TensorRecord& record, const Wishes& wishes, const SharedMemory& memory) {
  std::byte* const copied = memory.at(record.begin);
  if (!wishes.contiguous) return std::memcmp(copied, first_byte(tensor), record.size) == 0;
  bool equal = true;
  each_pair(tensor, copied, [&](const std::byte* ours, const std::byte* theirs, std::size_t size) {
    equal = equal && std::memcmp(ours, theirs, size) == 0;
  });
  return equal;
}

std::uint64_t behind(const TensorRecord& record, std::size_t slot) { return slot_end(slot) - record.begin - record.size; }

// In front of a tensor, and behind it where alignment leaves a rest.
void poison_margins(const TensorRecord& record, std::size_t slot, const SharedMemory& memory) {
  std::memset(memory.at(record.begin - margin_bytes), poison, margin_bytes);
  std::memset(memory.at(record.begin + record.size), poison, behind(record, slot));
}

bool is_poison(const std::byte* at, std::uint64_t size) {
  return std::all_of(at, at + size, [](std::byte byte) { return byte == std::byte(poison); });
}

bool margins_whole(const TensorRecord& record, std::size_t slot, const SharedMemory& memory) {
  return is_poison(memory.at(record.begin - margin_bytes), margin_bytes) &&
         is_poison(memory.at(record.begin + record.size), behind(record, slot));
}

// visit(slot, pair, record) for every tensor of the call.
template <class Visit>
void each_present(const Records& call, Visit visit) {
  for (std::size_t slot = 0; slot < tensor_count; ++slot)
    if (const TensorRecord& record = call[slot]; record.present != 0) visit(slot, tensor_pairs[slot], record);
}

}  // namespace

Records described(const Tensors& tensors, const Wishes& wishes) {
  Records call{};
  for (std::size_t slot = 0; slot < tensor_count; ++slot) call[slot] = record_of(tensors.*tensor_pairs[slot].ours, slot, wishes);
  return call;
}

std::string place(const Records& call, const Tensors& tensors, const Wishes& wishes, const SharedMemory& memory) {
  memory.message().tensors = call;
  std::string too_large;
  each_present(call, [&](std::size_t, const TensorPair& pair, const TensorRecord& record) {
    if (record.size + margin_bytes + alignment_max > slot_bytes)
      too_large = fmt::format("{} is larger than a process apart takes", pair.name);
  });
  if (!too_large.empty()) return too_large;
  each_present(call, [&](std::size_t slot, const TensorPair& pair, const TensorRecord& record) {
    poison_margins(record, slot, memory);
    if (record.size > 0) copy_in(tensors.*pair.ours, record, wishes, memory);
  });
  return "";
}

std::string take_back(const Records& call, const Tensors& tensors, const Wishes& wishes, const SharedMemory& memory) {
  std::string did;
  each_present(call, [&](std::size_t slot, const TensorPair& pair, const TensorRecord& record) {
    const Tensor& ours = tensors.*pair.ours;
    if (!margins_whole(record, slot, memory))
      did = fmt::format("wrote outside its {} {}", pair.output ? "output" : "input", pair.name);
    if (pair.output) poison_margins(record, slot, memory);
    if (record.size == 0) return;
    if (!pair.output) {
      if (!same(ours, record, wishes, memory)) copy_out(ours, memory.at(record.begin), wishes, record.size);
      return;
    }
    const std::byte* const returned = memory.at(returned_at(slot));
    if (std::memcmp(returned, memory.at(record.begin), record.size) != 0) did = "wrote to its outputs after it had returned";
    copy_out(ours, returned, wishes, record.size);
    std::memset(memory.at(record.begin), poison, record.size);
  });
  return did;
}

bool left_unwritten(const Records& call, const SharedMemory& memory) {
  bool unwritten = false;
  for (std::size_t slot = 0; slot < tensor_count; ++slot) {
    const TensorRecord& record = call[slot];
    if (record.present == 0 || !tensor_pairs[slot].output) continue;
    Tensor output{memory.at(returned_at(slot) + record.at - record.begin), Type::u8, record.rank, {}, {}};
    const std::int64_t size = record.type.bits / 8;
    for (std::size_t k = 0; k < 4; ++k) output.shape[k] = record.shape[k], output.stride[k] = record.stride[k] * size;
    each_row(output, [&](const Row& row) {
      for (std::int64_t k = 0; k < row.count; ++k)
        unwritten = unwritten || is_poison(row.data + k * row.stride, std::uint64_t(size));
    });
  }
  return unwritten;
}

bool at_rest(const Records& call, const SharedMemory& memory) {
  for (std::size_t slot = 0; slot < tensor_count; ++slot) {
    const TensorRecord& record = call[slot];
    if (record.present == 0 || !tensor_pairs[slot].output) continue;
    if (!margins_whole(record, slot, memory) || !is_poison(memory.at(record.begin), record.size)) return false;
  }
  return true;
}

}  // namespace boresight::strangers
