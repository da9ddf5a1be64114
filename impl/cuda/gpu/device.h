// A GPU as the host's code sees it, without CUDA's headers. device.cu is behind it; in a build without nvcc absent.cc is, and
// then unavailable() is all that can be asked.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include "impl/cuda/algorithm.h"
#include "impl/cuda/plan.h"

namespace boresight::impl::cuda::gpu {

// Why no kernel can run here; empty: they can. Asked once a process.
std::string unavailable();

// A call of CUDA's runtime has failed, or a kernel before it: which call, what CUDA says, and the token of what was being run.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The calling thread's.
int current_device();

// Memory that grows and is kept: of the current device, or of the host, pinned.
enum class Where { device, host };
class Memory {
 public:
  explicit Memory(Where where) : where_(where) {}
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // So many bytes or more, at a multiple of 256. Where it grows, what was there is lost. Throws Failure, which says how much was
  // wanted, and of a device how much is free.
  std::byte* of(std::size_t bytes);

 private:
  Where where_;
  std::byte* at_ = nullptr;
  std::size_t bytes_ = 0;
};

// In the order of a stream, which is a cudaStream_t; nullptr: the device's default one.
void* stream_of_this_thread();
void copy(void* to, const void* from, std::size_t bytes, void* stream);  // between any two memories
void fill(void* at, unsigned char byte, std::size_t bytes, void* stream);
void wait(void* stream);  // until all is done; throws what went wrong meanwhile

// Loads the kernels that such a call launches, so that attend() has nothing left to load. Launches none, and reads no data.
void load(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options);

// The launches of a call whose tensors, tables and workspace are the device's.
void attend(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options, const TableViews& tables,
            void* workspace, void* stream);

}  // namespace boresight::impl::cuda::gpu
