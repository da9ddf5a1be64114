// The inputs that corpus/ holds before any fuzzer has run, each a readable file that is named for what it shows: the public
// bugs of the zoo, and the edges that kernels and parsers have. One function a target; main.cc writes them.
#pragma once

#include <string>
#include <vector>

namespace boresight::fuzz {

struct Seed {
  std::string name, input;
};
using Seeds = std::vector<Seed>;

// fuzz_layouts: for each entry of properties/readings/zoo.h "zoo-ID", the smallest case that shows it.
Seeds zoo_seeds();
// fuzz_layouts: sizes at the edges of every kernel's tiles, one at a time, and every feature at its own edges.
Seeds layout_seeds();
Seeds value_seeds();
Seeds sequence_seeds();
// fuzz_kernel_entry: every kind of mistake in every role.
Seeds entry_seeds();
// fuzz_token: every word and every choice, and what is no token.
Seeds token_seeds();
// fuzz_vectors: the smallest recorded vectors under `data` that have every field and every choice, and what is no record.
Seeds vector_seeds(const std::string& data);

// The words of tokens, for a fuzzer that knows bytes alone: fuzz_token.dict, in libFuzzer's format.
std::string token_dictionary();

}  // namespace boresight::fuzz
