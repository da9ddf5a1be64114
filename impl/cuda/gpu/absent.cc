// Of a build without CUDA.
#include "impl/cuda/gpu/device.h"

namespace boresight::impl::cuda::gpu {
namespace {

[[noreturn]] void refuse() { throw Failure(unavailable()); }

}  // namespace

std::string unavailable() { return "this build has no CUDA: nvcc was not asked for (BORESIGHT_CUDA), or not there"; }

int current_device() { refuse(); }
Memory::~Memory() = default;
std::byte* Memory::of(std::size_t) { refuse(); }
void* stream_of_this_thread() { refuse(); }
void copy(void*, const void*, std::size_t, void*) { refuse(); }
void fill(void*, unsigned char, std::size_t, void*) { refuse(); }
void wait(void*) { refuse(); }
void load(Algorithm, const Problem&, const Tensors&, const Options&) { refuse(); }
void attend(Algorithm, const Problem&, const Tensors&, const Options&, const TableViews&, void*, void*) { refuse(); }

}  // namespace boresight::impl::cuda::gpu
