// Real memory for tensors of any strides: what is near lies in a block of its own, so that a sanitizer sees its ends; what is
// spread over up to far_most bytes in a mapping of which only the pages that are touched exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "problem/tensors.h"

namespace boresight::fuzz {

// The tensor with the strides of elements side by side, row-major; its data stays what it was.
Tensor side_by_side(Tensor tensor);

class Memory {
 public:
  static constexpr std::int64_t near_most = 1 << 16, far_most = std::int64_t{1} << 35;  // bytes

  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  // Points the tensor at new memory, all bytes 0xff, by its type, shape and strides. Its elements are not copied. False where no
  // memory is that wide.
  bool place(Tensor& tensor);

 private:
  struct Mapping {
    void* start;
    std::size_t size;
  };
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::vector<Mapping> mappings_;
};

}  // namespace boresight::fuzz
