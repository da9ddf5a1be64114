// Text from elsewhere (names and words of a stranger's kernel) as a report may hold it.
#pragma once

#include <string>
#include <string_view>

namespace boresight::properties {

// Printable (problem/printable.h), and as an element or an attribute of XML or HTML may hold it.
std::string escaped(std::string_view text);

}  // namespace boresight::properties
