// Text from elsewhere as it can be shown: UTF-8 without control characters, whatever the bytes were.
#pragma once

#include <string>
#include <string_view>

namespace boresight {

// What is no UTF-8, or no letter of XML, becomes U+FFFD, and a control character '?'; ends of lines stay.
std::string printable(std::string_view text);

// The same in one line.
std::string printable_line(std::string_view text);

}  // namespace boresight
