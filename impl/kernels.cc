#include "impl/kernels.h"

#include "impl/scalar.h"

namespace boresight::impl {

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> table{
      scalar_kernel(),
  };
  return table;
}

}  // namespace boresight::impl
