// How a command line says how long: "60s", "2m", "1h", "0.5s", "500ms", or plain seconds.
#pragma once

#include <string>

namespace boresight::cli {

// 0 where it is no duration, or not positive.
double seconds_of(const std::string& text);

}  // namespace boresight::cli
