#include "impl/cuda/workspace.h"

#include "impl/cuda/launches.h"

namespace boresight::impl::cuda {
namespace {

// While a workspace counts nothing is launched.
struct Nobody {
  TableViews tables;
  void clear(void*, std::size_t) {}
  template <class Kernel>
  void launch(const typename Kernel::Parameters&, std::int64_t) {}
};

}  // namespace

std::size_t workspace_bytes(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options) {
  Workspace needs;
  Nobody nobody;
  attend(algorithm, problem, tensors, options, needs, nobody);
  return needs.bytes();
}

}  // namespace boresight::impl::cuda
