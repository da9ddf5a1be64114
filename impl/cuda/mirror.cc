#include "impl/cuda/mirror.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "problem/c_interface.h"
#include "problem/extent.h"
#include "problem/kernel.h"

namespace boresight::impl::cuda {
namespace {

constexpr std::byte untouched{0xa5};

}  // namespace

Mirror::Mirror(const Tensors& tensors) : tensors_(tensors) {
  for (const TensorPair& pair : tensor_pairs) {
    const Extent extent = extent_of(tensors.*pair.ours);
    if (extent.begin == extent.end) continue;
    // The least place past the margin that lies as the tensor does.
    const std::size_t past = bytes_ + margin, ahead = (extent.begin - past) & (alignment - 1);
    pieces_.push_back({pair.name, reinterpret_cast<std::byte*>(extent.begin), extent.end - extent.begin, past + ahead});
    bytes_ = pieces_.back().begin + pieces_.back().bytes;
  }
  bytes_ += margin;
}

void Mirror::fill(std::byte* image) const {
  std::fill_n(image, bytes_, untouched);
  for (const Piece& piece : pieces_) std::memcpy(image + piece.begin, piece.here, piece.bytes);
}

Tensors Mirror::at(std::byte* base) const {
  Tensors there = tensors_;
  auto piece = pieces_.begin();
  for (const TensorPair& pair : tensor_pairs) {
    Tensor& tensor = there.*pair.ours;
    if (!tensor) continue;
    if (tensor.elements() == 0) {
      tensor.data = base;
      continue;
    }
    tensor.data = base + piece->begin + (static_cast<std::byte*>(tensor.data) - piece->here);
    ++piece;
  }
  return there;
}

void Mirror::bring_back(const std::byte* image) const {
  std::size_t end = 0;  // of the piece before
  const char* before = "any tensor";
  const auto check_margin = [&](std::size_t next, const char* name) {
    if (std::all_of(image + end, image + next, [](std::byte byte) { return byte == untouched; })) return;
    throw KernelFault(std::string("wrote between the end of ") + before + " and the beginning of " + name);
  };
  for (const Piece& piece : pieces_) {
    check_margin(piece.begin, piece.name);
    end = piece.begin + piece.bytes, before = piece.name;
    if (std::memcmp(image + piece.begin, piece.here, piece.bytes) != 0) std::memcpy(piece.here, image + piece.begin, piece.bytes);
  }
  check_margin(bytes_, "any other");
}

}  // namespace boresight::impl::cuda
