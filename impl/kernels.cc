#include "impl/kernels.h"

#include "impl/cuda/kernels.h"
#include "impl/scalar.h"
#include "impl/simd/decode.h"
#include "impl/simd/flash.h"

namespace boresight::impl {
namespace {

void append(std::vector<Kernel>& table, const std::vector<Kernel>& rows) { table.insert(table.end(), rows.begin(), rows.end()); }

}  // namespace

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> table = [] {
    std::vector<Kernel> rows{scalar_kernel()};
    append(rows, simd::flash_kernels());
    append(rows, simd::decode_kernels());
    append(rows, cuda::kernels());
    return rows;
  }();
  return table;
}

}  // namespace boresight::impl
