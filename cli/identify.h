// The command that asks kernels what they compute; its kernels may come from anywhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem/kernel.h"

namespace boresight::cli {

struct IdentifyOptions {
  std::string json;  // a file; empty: none
  std::uint64_t seed = 1;
};

// Prints the card of each kernel, those that say the same once; returns an exit code.
int identify(const IdentifyOptions& options, const std::vector<Kernel>& kernels);

}  // namespace boresight::cli
