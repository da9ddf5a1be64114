// The command line of attention_bench, besides what is Google Benchmark's.
#pragma once

#include <string>
#include <vector>

#include "problem/result.h"

namespace boresight::bench {

struct Settings {
  std::vector<int> threads{1};  // --threads 1,2: each row once with each
  std::string instruction_set;  // --set avx2: kernels compiled for it, and for any; empty: the best that each kernel has here
  double seconds = 0.3;         // --seconds: of samples for each row
};

// Takes its flags out of the arguments, written --flag value or --flag=value.
Result<Settings> take_settings(int& argc, char** argv);

}  // namespace boresight::bench
