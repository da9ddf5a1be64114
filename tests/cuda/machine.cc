// The wrappers of impl/cuda/machine/device.h against their models, on a GPU: 0, 1 where they differ, 77 where there is none.
#include <cstdio>
#include <exception>

#include "impl/cuda/gpu/device.h"
#include "impl/cuda/gpu/machine_check.h"

int main() try {
  using namespace boresight::impl::cuda;
  if (const std::string why = gpu::unavailable(); !why.empty()) {
    std::printf("SKIPPED: %s\n", why.c_str());
    return 77;
  }
  const std::string difference = gpu::check_machine();
  std::puts(difference.empty() ? "every function of the machine is as its model" : difference.c_str());
  return difference.empty() ? 0 : 1;
} catch (const std::exception& error) {
  std::puts(error.what());
  return 1;
}
