// What can be said of one weight. Apart from plumb.h, so that who reads a report needs neither the probe nor Eigen.
#pragma once

#include <cstdint>

namespace boresight::properties::probe {

enum class Seen : std::uint8_t {
  visible,
  hidden,       // no weight, even lifted by thousands of nats
  below_reach,  // no weight that can be read, and no lift that would tell
  broken        // NaN or infinity
};

}  // namespace boresight::properties::probe
