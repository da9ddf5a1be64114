// libFuzzer's entry to one target. A finding is printed in words, then the program traps, so that the
// fuzzer keeps the bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "fuzz/engine.h"
#include "fuzz/target.h"
#include "properties/draw/counted.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);  // libFuzzer's own

namespace {

using boresight::fuzz::Target;

const Target& target() {
  static const Target& named = *boresight::fuzz::find_target(boresight::fuzz::engine_target);
  return named;
}

std::string_view text(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

std::size_t write(const std::string& from, std::uint8_t* data, std::size_t size_max) {
  const std::size_t size = std::min(from.size(), size_max);
  std::memcpy(data, from.data(), size);
  return size;
}

}  // namespace

// A race ends the program, as every other finding does.
extern "C" const char* __tsan_default_options() { return "halt_on_error=1"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string finding = target().judge(text(data, size), boresight::fuzz::kernels_for(text(data, size)));
  if (finding.empty()) return 0;
  std::fprintf(stderr, "\n%s\n", finding.c_str());
  __builtin_trap();
}

// Once in sixteen the bytes themselves, by libFuzzer's own moves and its dictionary.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed) {
  boresight::properties::CountedChoices choices(seed);
  if (choices.chance(1, 16)) return LLVMFuzzerMutate(data, size, size_max);
  return write(target().mutate(text(data, size), choices), data, size_max);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,
                                                 std::size_t other_size, std::uint8_t* out, std::size_t size_max, unsigned seed) {
  boresight::properties::CountedChoices choices(seed);
  return write(target().cross(text(one, one_size), text(other, other_size), choices), out, size_max);
}
