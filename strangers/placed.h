// A call's tensors laid into the memory that a worker shares: inputs copied in, outputs poisoned, results copied out.
#pragma once

#include <array>
#include <string>

#include "problem/tensors.h"
#include "strangers/shared_memory.h"

namespace boresight::strangers {

// How a kernel wants its tensors to lie.
struct Wishes {
  bool contiguous = false;
  std::uint32_t alignment = 0;
};

// Where each tensor of a call is placed. The judge keeps its own: what lies in the memory a worker may have changed.
using Records = std::array<TensorRecord, tensor_count>;
Records described(const Tensors& tensors, const Wishes& wishes);

// Puts the records and the data there; where they are too large, why.
std::string place(const Records& call, const Tensors& tensors, const Wishes& wishes, const SharedMemory& memory);

// After the run: what outputs held when the kernel returned goes to the caller's outputs, and inputs that the kernel has changed
// to the caller's inputs. Returns what the kernel did besides, in words: wrote outside, wrote after it had returned; or nothing.
std::string take_back(const Records& call, const Tensors& tensors, const Wishes& wishes, const SharedMemory& memory);

// Whether some element of an output still was what it had been when the kernel returned: never written.
bool left_unwritten(const Records& call, const SharedMemory& memory);

// Whether the poison that take_back() has left in the outputs of that call is still whole: nothing has written there since.
bool at_rest(const Records& call, const SharedMemory& memory);

}  // namespace boresight::strangers
