#include "impl/cuda/kernels.h"

#include <string>
#include <utility>

#include "impl/cuda/algorithm.h"
#include "impl/cuda/gpu/device.h"
#include "impl/cuda/gpu/rows.h"
#include "impl/cuda/host/rows.h"

namespace boresight::impl::cuda {
namespace {

Kernel row(Algorithm algorithm, const char* where, std::string unavailable,
           void (*run)(Algorithm, const Problem&, const Tensors&, const Options&)) {
  const Promises& promises = promises_of(algorithm);
  Kernel kernel;
  kernel.name = std::string(promises.name) + "@" + where;
  kernel.instruction_set = where;
  kernel.unavailable = std::move(unavailable);
  kernel.batch_invariant = true;
  kernel.unsupported = promises.unsupported;
  kernel.arithmetic = promises.arithmetic;
  kernel.run = [algorithm, run](const Problem& problem, const Tensors& tensors, const Options& options) {
    run(algorithm, problem, tensors, options);
  };
  return kernel;
}

}  // namespace

std::vector<Kernel> kernels() {
  std::vector<Kernel> rows;
  for (const Algorithm algorithm : all_algorithms) {
    rows.push_back(row(algorithm, "host", host::unavailable(), host::run));
    rows.push_back(row(algorithm, "gpu", gpu::unavailable(), gpu::run));
  }
  return rows;
}

}  // namespace boresight::impl::cuda
