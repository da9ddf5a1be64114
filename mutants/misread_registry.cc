// The kernels of `build/release/misreadings`: the specification as each reading has it, and by the book. What the judge must
// catch, each alone, and the one that it must not.
#include "problem/registry.h"
#include "properties/readings/misread_kernel.h"

namespace boresight {

const std::vector<Kernel>& registered_kernels() {
  namespace readings = properties::readings;
  static const std::vector<Kernel> kernels = [] {
    std::vector<Kernel> rows{readings::misread_kernel("misread/by-the-book", readings::by_the_book)};
    for (const readings::Reading& reading : readings::all_readings()) rows.push_back(readings::misread_kernel(reading));
    return rows;
  }();
  return kernels;
}

}  // namespace boresight
