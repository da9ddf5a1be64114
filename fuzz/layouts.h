// What the fuzzer of layouts does with one string of bytes, apart from the fuzzer, so that a unit test can do the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::fuzz {

// The case that these bytes spell (properties/draw/bytes.h), made small: layouts are hunted here, not widths.
Case layout(std::span<const std::uint8_t> bytes);

// Holds every available one of the kernels to agreement on it. Returns the first finding in words, shrunk and named, with its
// token and the command that replays it; or nothing.
std::string judge_layout(std::span<const std::uint8_t> bytes, const std::vector<Kernel>& kernels);

}  // namespace boresight::fuzz
