// Text from elsewhere (names and words of a stranger's kernel) as a report may hold it.
#pragma once

#include <string>
#include <string_view>

namespace boresight::properties {

// Valid UTF-8 without control characters but the end of a line: what is not is replaced.
std::string printable(std::string_view text);

// The same as an element or an attribute of XML or HTML may hold it.
std::string escaped(std::string_view text);

}  // namespace boresight::properties
