// libFuzzer on layouts: no string of bytes may spell a case on which a kernel leaves its certified bound.
// A finding is printed as boresight prints it, then the program traps, so that the fuzzer keeps the bytes.
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "fuzz/layouts.h"
#include "problem/registry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string finding = boresight::fuzz::judge_layout({data, size}, boresight::registered_kernels());
  if (finding.empty()) return 0;
  std::fprintf(stderr, "\n%s\n", finding.c_str());
  __builtin_trap();
}
