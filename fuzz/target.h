// A fuzz target: what one string of bytes is held to, and how to make the next one. The table targets() is the one list: the
// engines (libFuzzer, and a plain one for compilers without it), the unit tests that replay corpus/, and the build go by it.
// Every string is a valid input; inputs that a person should read are text, one line (fuzz/text.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "problem/kernel.h"
#include "properties/draw/choices.h"

namespace boresight::fuzz {

using Kernels = std::vector<Kernel>;
using properties::Choices;

struct Target {
  std::string_view name;     // of the program, and of its folder of corpus/
  std::string_view held_to;  // what must be true of every input, in words
  // The first finding, in words that end with the input made smaller and the command that judges it again; or nothing.
  std::string (*judge)(std::string_view input, const Kernels& kernels);
  // Another input near this one.
  std::string (*mutate)(std::string_view input, Choices& choices);
  // One that takes after both.
  std::string (*cross)(std::string_view one, std::string_view other, Choices& choices);
};

const std::vector<Target>& targets();

// The target of this name, or null.
const Target* find_target(std::string_view name);

// The registered kernels that an input is judged on: emulated ones (problem/emulated.h) where its bytes say so.
const Kernels& kernels_for(std::string_view input);

}  // namespace boresight::fuzz
