// What the judge and a worker say to each other: one Message at the start of memory that both map (shared_memory.h), and one
// byte over a socket that says whose turn it is. Both are the same program, so structs are the same on either side.
#pragma once

#include <array>
#include <cstdint>

#include "problem/boresight.h"
#include "problem/c_interface.h"
#include "strangers/library.h"

namespace boresight::strangers {

enum class Ask : std::uint32_t { open, unsupported, arithmetic, run };

enum class Answer : std::uint32_t {
  done,
  said,                // Message::text: why not
  threw,               // a C++ exception; Message::text: its words
  changed_environment  // the rounding mode, or how subnormals are treated, is not what it was before
};

struct TensorRecord {
  std::int32_t present, rank;
  DLDataType type;
  std::int64_t shape[4], stride[4];
  std::uint64_t at;           // of element (0, .., 0), from the start of the memory
  std::uint64_t begin, size;  // of all its elements' bytes
};

struct KernelRecord {
  char name[name_max + 1];
  char documented[documented_max + 1];
  std::uint32_t flags, alignment;
};

// Written by the worker's handler of fatal signals.
struct CrashRecord {
  std::int32_t signal;
  std::int32_t in_memory;  // the address is one of the memory's, and counted from its start
  std::int32_t in_stack;   // just below the stack
  std::uint64_t address;
};

inline constexpr std::size_t text_max = 2000;

struct Message {
  Ask ask;
  std::uint32_t kernel;
  boresight_problem problem;
  boresight_options options;
  std::array<TensorRecord, tensor_count> tensors;

  Answer answer;
  boresight_arithmetic arithmetic;
  char text[text_max + 1];
  CrashRecord crash;

  std::uint32_t kernel_count;
  KernelRecord kernels[kernels_max];
};

}  // namespace boresight::strangers
