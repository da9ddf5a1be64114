// A stranger's words as they can be shown: UTF-8 without control characters, whatever the bytes were.
#pragma once

#include <string>
#include <string_view>

namespace boresight::strangers {

std::string printable(std::string_view text);

}  // namespace boresight::strangers
