#include <algorithm>
#include <cstdint>
#include <iterator>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "problem/emulated.h"
#include "problem/registry.h"

namespace boresight::fuzz {

const std::vector<Target>& targets() {
  static const std::vector<Target> table{
      {"fuzz_layouts", "every kernel is within its certified bound on every layout", judge_layouts, mutate_layouts,
       cross_layouts},
      {"fuzz_values", "and on numbers at the edges of their type, and whatever the masks hide", judge_values, mutate_values,
       crossed},
      {"fuzz_sequence", "steps with a cache, memories and changing masks are one call", judge_sequence, mutate_sequence, crossed},
      {"fuzz_token", "a token is a case that prints and parses back, or an error that says where", judge_token, mutate_token,
       cross_token},
      {"fuzz_vectors", "a record is a valid call, or an error that says what would be right", judge_vectors, mutate_vectors,
       cross_vectors},
      {"fuzz_kernel_entry", "a call is computed, or refused with a reason and nothing written", judge_kernel_entry,
       mutate_kernel_entry, crossed},
  };
  return table;
}

const Target* find_target(std::string_view name) {
  for (const Target& target : targets())
    if (target.name == name) return &target;
  return nullptr;
}

const Kernels& kernels_for(std::string_view input) {
  static const Kernels& all = registered_kernels();
  static const Kernels quick = [] {
    Kernels kernels;
    std::ranges::copy_if(all, std::back_inserter(kernels), [](const Kernel& kernel) { return !is_emulated(kernel); });
    return kernels;
  }();
  std::uint32_t hash = 0x811c9dc5u;  // FNV-1a
  for (const char byte : input) hash = (hash ^ std::uint8_t(byte)) * 0x01000193u;
  return (hash >> 16) % emulated_one_in == 0 ? all : quick;
}

}  // namespace boresight::fuzz
