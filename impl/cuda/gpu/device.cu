// What device.h promises, by CUDA's runtime.
#include "impl/cuda/gpu/device.h"

#include <algorithm>
#include <mutex>
#include <string>

#include "impl/cuda/gpu/launcher.h"
#include "impl/cuda/gpu/running.h"

namespace boresight::impl::cuda::gpu {
namespace {

constexpr int oldest = 80;  // compute capability, major and minor: what kernels are compiled for

std::string words(cudaError_t answer) { return std::string(cudaGetErrorString(answer)) + " (" + cudaGetErrorName(answer) + ")"; }

// The errors that a kernel's fault makes, and of which CUDA says that the process can't go on. Others pass, as of a call that may
// not be captured, or of memory that is not there.
constexpr bool is_fault(cudaError_t answer) {
  switch (answer) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
      return true;
    default:
      return false;
  }
}

// A fault stays with the process: every later call has the same answer, which says nothing of that call.
std::string first_fault(const std::string& fault) {
  static std::mutex mutex;
  static std::string first;
  const std::lock_guard lock(mutex);
  if (first.empty()) {
    first = fault;
    return "; this process can use the GPU no more";
  }
  return "; no new fault: this process can use the GPU no more since " + first;
}

std::string why_not() {
  int devices = 0;
  if (const cudaError_t answer = cudaGetDeviceCount(&devices); answer != cudaSuccess)
    return "no GPU: cudaGetDeviceCount: " + words(answer);
  if (devices == 0) return "no GPU: cudaGetDeviceCount counts none";
  cudaDeviceProp device;
  if (const cudaError_t answer = cudaGetDeviceProperties(&device, current_device()); answer != cudaSuccess)
    return "cudaGetDeviceProperties: " + words(answer);
  const std::string name =
      std::string(device.name) + ", compute capability " + std::to_string(device.major) + "." + std::to_string(device.minor);
  if (device.major * 10 + device.minor < oldest) return name + ": these kernels need 8.0 or later";
  if (const cudaError_t answer = find_prepare(); answer != cudaSuccess) return name + ": cudaFuncGetAttributes: " + words(answer);
  return "";
}

// `workspace`: null where the call needs none, or where nobody works in it.
void launch_all(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options, void* workspace,
                Launcher launcher) {
  const Running running(problem);
  alignas(Workspace::alignment) static std::byte nothing[Workspace::alignment];
  Workspace memory(workspace != nullptr ? workspace : nothing);
  cuda::attend(algorithm, problem, tensors, options, memory, launcher);
}

}  // namespace

void check(cudaError_t answer, const char* call, std::size_t bytes, Where of) {
  if (answer == cudaSuccess) return;
  cudaGetLastError();  // forgets what can be forgotten
  std::string text = call;
  if (bytes > 0) text += " of " + std::to_string(bytes) + " bytes";
  text += ": " + words(answer);
  std::size_t free = 0, total = 0;
  if (answer == cudaErrorMemoryAllocation && of == Where::device && cudaMemGetInfo(&free, &total) == cudaSuccess)
    text += ", " + std::to_string(free) + " of the device's " + std::to_string(total) + " bytes are free";
  if (const std::string token = Running::token(); !token.empty()) text += "; running " + token;
  if (is_fault(answer)) text += first_fault(text);
  throw Failure(text);
}

std::string unavailable() {
  static const std::string why = why_not();
  return why;
}

int current_device() {
  int device = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

Memory::~Memory() {  // at the end of a process the runtime may be gone: nobody is left to be told
  if (at_ != nullptr) where_ == Where::device ? cudaFree(at_) : cudaFreeHost(at_);
}

std::byte* Memory::of(std::size_t bytes) {
  if (bytes <= bytes_ && at_ != nullptr) return at_;
  if (at_ != nullptr)
    check(where_ == Where::device ? cudaFree(at_) : cudaFreeHost(at_), where_ == Where::device ? "cudaFree" : "cudaFreeHost");
  at_ = nullptr, bytes_ = 0;
  const std::size_t wanted = std::max<std::size_t>(bytes, 1);
  void* at = nullptr;
  if (where_ == Where::device)
    check(cudaMalloc(&at, wanted), "cudaMalloc", wanted);
  else
    check(cudaMallocHost(&at, wanted), "cudaMallocHost", wanted, Where::host);
  at_ = static_cast<std::byte*>(at), bytes_ = wanted;
  return at_;
}

void* stream_of_this_thread() { return cudaStreamPerThread; }

void copy(void* to, const void* from, std::size_t bytes, void* stream) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, static_cast<cudaStream_t>(stream)), "cudaMemcpyAsync");
}

void fill(void* at, unsigned char byte, std::size_t bytes, void* stream) {
  check(cudaMemsetAsync(at, byte, bytes, static_cast<cudaStream_t>(stream)), "cudaMemsetAsync");
}

void wait(void* stream) { check(cudaStreamSynchronize(static_cast<cudaStream_t>(stream)), "cudaStreamSynchronize"); }

void load(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options) {
  launch_all(algorithm, problem, tensors, options, nullptr, {.tables = {}, .stream = nullptr, .only_loads = true});
}

void attend(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options, const TableViews& tables,
            void* workspace, void* stream) {
  launch_all(algorithm, problem, tensors, options, workspace, {.tables = tables, .stream = static_cast<cudaStream_t>(stream)});
}

}  // namespace boresight::impl::cuda::gpu
