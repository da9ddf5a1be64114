// A set of elements (row i, column c) in words: "c >= 3 in every row", "c = 2..4 in row i = 1..5", "c >= i + 3".
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace boresight::properties::probe {

using Wanted = std::function<bool(std::int64_t i, std::int64_t c)>;

// The set `in` among the elements that `could` be in it; `in` has an element.
std::string where(std::int64_t rows, std::int64_t columns, const Wanted& in, const Wanted& could);

}  // namespace boresight::properties::probe
