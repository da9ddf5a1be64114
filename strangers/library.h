// A stranger's library as its worker sees it: loaded, and its table of kernels looked at before anybody believes it.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "problem/boresight.h"
#include "problem/result.h"

namespace boresight::strangers {

inline constexpr std::size_t kernels_max = 64, name_max = 63, documented_max = 1023, alignment_max = 4096;

// The kernels of the library at this path, which stays loaded. An error names what of the interface it does not keep. Its
// constructors run here: it may crash or hang.
Result<std::span<const boresight_kernel* const>> load(const std::string& path);

}  // namespace boresight::strangers
