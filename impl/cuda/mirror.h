// Tensors of the host's memory in another one. Each goes there whole, with whatever lies between its elements, to the same
// address modulo 256 and with a margin around it: kernels there see the strides and the alignment that there are, and a write
// beside a tensor is found.
#pragma once

#include <cstddef>
#include <vector>

#include "problem/tensors.h"

namespace boresight::impl::cuda {

class Mirror {
 public:
  static constexpr std::size_t alignment = 256, margin = 256;

  explicit Mirror(const Tensors& tensors);

  // Of the other memory, and of its image here.
  std::size_t bytes() const { return bytes_; }
  // What the other memory is to hold before the call.
  void fill(std::byte* image) const;
  // The tensors there. `base`: a multiple of the alignment.
  Tensors at(std::byte* base) const;
  // What the other memory holds after the call: whatever of a tensor has changed, an input's too, is written to the tensor here.
  // Throws KernelFault where something beside a tensor was written.
  void bring_back(const std::byte* image) const;

 private:
  struct Piece {
    const char* name;
    std::byte* here;
    std::size_t bytes, begin;  // in the image
  };

  Tensors tensors_;
  std::vector<Piece> pieces_;
  std::size_t bytes_ = 0;
};

}  // namespace boresight::impl::cuda
