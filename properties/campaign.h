// A whole verification: cases drawn one after another, each held to one law on every kernel; failures shrunk and named.
// With a fixed number of cases the report depends on the seed alone, whatever the number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/diagnosis.h"
#include "properties/laws/law.h"

namespace boresight::properties {

struct Progress {
  std::int64_t cases = 0;
  double seconds = 0;
};

struct Plan {
  std::vector<Kernel> kernels;
  std::vector<Law> laws;
  std::int64_t cases = 0;      // 0: as many as the budget allows
  double budget_seconds = 60;  // where cases is 0
  std::uint64_t seed = 0;
  int threads = 1;
  bool shrink = true;
  std::function<void(const Progress&)> progress;  // called now and then from the thread that called run()
  const std::atomic<bool>* stop = nullptr;        // set from outside: finish the round and report
};

// A failure, from the case that first showed it to the smallest that still does.
struct Finding {
  std::string kernel, law;
  std::int64_t case_number = 0;  // from 1
  std::int64_t shrinks = 0;
  Case drawn, smallest;
  Verdict verdict;  // of the smallest
  Diagnosis diagnosis;
};

// The evidence of one kernel under one law.
struct Evidence {
  std::int64_t passed = 0, failed = 0, skipped = 0, mistrusted = 0;
  double largest = 0;                           // error / bound
  std::map<std::string, std::int64_t> reasons;  // of skips and mistrust, with their numbers

  std::int64_t judged() const { return passed + failed; }
};

struct Report {
  std::uint64_t seed = 0;
  std::int64_t cases = 0;
  double seconds = 0;
  bool interrupted = false;
  std::vector<std::string> unavailable;                     // "name (instruction set): why"
  std::map<std::string, std::map<std::string, Evidence>> evidence;  // [kernel][law]
  std::vector<Finding> findings;                            // by case number, then kernel
};

Report run(const Plan& plan);

// The case of this number (from 1) of a campaign, as drawn for a law.
Case drawn_case(std::uint64_t seed, std::int64_t number, const Law& law);

// The smallest case that still fails the law on the kernel, and how many steps led there.
Case shrunk(const Case& failing, const Law& law, const Kernel& kernel, std::int64_t* steps);

}  // namespace boresight::properties
