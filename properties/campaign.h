// A whole verification: cases drawn one after another, each held to one law on every kernel; failures shrunk and named.
// With a fixed number of cases the report depends on the seed alone, whatever the number of threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/diagnosis.h"
#include "properties/heat_map.h"
#include "properties/histogram.h"
#include "properties/laws/law.h"

namespace boresight::properties {

struct Progress {
  std::int64_t cases = 0;
  double seconds = 0;
};

// The part `index` of `count` of a campaign. Parts are cut by whole rounds through the laws: the parts of one seed judge the
// cases of the whole, each once, and each part meets every law as soon as it has a round.
struct Shard {
  std::int64_t index = 1, count = 1;  // 1 <= index <= count
  bool whole() const { return count == 1; }
};

inline constexpr std::int64_t shards_max = 65536;

// "2/5"; nothing where it is not that, or out of range.
std::optional<Shard> parse_shard(std::string_view text);

// The number (from 1) of the k-th (from 0) case of a shard, and how many of the first `cases` are its own.
std::int64_t shard_number(Shard shard, std::int64_t laws, std::int64_t k);
std::int64_t shard_cases(Shard shard, std::int64_t laws, std::int64_t cases);

struct Plan {
  std::vector<Kernel> kernels;
  std::vector<Law> laws;
  std::int64_t cases = 0;      // of all shards together; 0: as many as the budget allows
  std::int64_t round = 256;    // cases between two looks at the clock and at the findings, and between two calls of `progress`
  double budget_seconds = 60;  // where cases is 0
  std::uint64_t seed = 0;
  Shard shard;
  int threads = 1;
  bool fit = false;  // bend each case to what the kernel supports (fitted.h)
  bool shrink = true;
  std::string filters;     // how kernels and laws were chosen, for the words that repeat the run: " --law 'threads'"
  bool fail_fast = false;  // end with the round that brings the first finding
  std::function<void(const Progress&)> progress;  // called now and then from the thread that called run()
  const std::atomic<bool>* stop = nullptr;        // set from outside: finish the round and report
};

// A failure, from the first case that showed it to the smallest that still does. It follows from seed, kernel, law and number
// alone, so that shards find what the whole run finds.
struct Finding {
  std::string kernel, law;
  std::int64_t case_number = 0;  // from 1
  std::int64_t shrinks = 0;
  Case drawn, smallest;  // where the smallest does not fail every time both are the drawn one
  Verdict verdict;       // of the smallest
  std::string unsteady;  // "does not fail every time: .."; empty: what was shrunk failed again
  Diagnosis diagnosis;
  std::optional<HeatMap> map;  // nothing where none is made: an exhaustive run
};

// The evidence of one kernel under one law. Every case counts, those after a failure too.
struct Evidence {
  std::int64_t passed = 0, failed = 0, skipped = 0, mistrusted = 0;
  double largest = 0;                           // error / bound
  Histogram histogram{};                        // of error / bound, of what passed or was mistrusted
  std::map<std::string, std::int64_t> reasons;  // of skips and mistrust, with their numbers

  std::int64_t judged() const { return passed + failed; }
  // The kernel refused every case that the law could have judged.
  bool not_supported() const { return judged() == 0 && mistrusted == 0 && reasons.contains("not supported"); }
};

// The readings that agreement's cases could have told from the truth, by the first kernel's arithmetic: [id] cases, counted
// until there are enough of them (power_enough); 0 where no case could.
struct Power {
  std::string kernel;
  std::map<std::string, std::int64_t> cases;
};
inline constexpr std::int64_t power_enough = 32;

struct Unavailable {
  std::string kernel, instruction_set, why;
};

// A kernel that takes all the time that it is given, so often that it is judged no further: no evidence, never a pass.
struct GivenUp {
  std::string kernel;
  std::int64_t case_number = 0;  // of the last case that it was judged on
  std::string why;
};
inline constexpr std::size_t hangs_enough = 3;  // of one kernel in one run

// What a run was made by and on, without its name and the time.
struct Machine {
  std::string processor, operating_system, compiler, commit;
  std::vector<std::string> instruction_sets;  // of the kernels that could run
  bool operator==(const Machine&) const = default;
};

struct Report {
  std::string version;            // of Boresight
  std::string source;             // " --library ./libmine.so", as replay is given it; empty: the program's own kernels
  std::vector<Machine> machines;  // of the shards, each once
  std::string filters;            // of the plan
  std::uint64_t seed = 0;
  std::int64_t cases = 0;  // numbers gone through: what repeats the run
  Shard shard;
  std::int64_t share = 0;  // the shard's own of these, all of them where there is one shard
  double seconds = 0;
  bool interrupted = false;
  std::vector<Unavailable> unavailable;
  std::vector<GivenUp> given_up;                                    // by case number
  std::vector<std::string> laws;                                    // all that the run was to hold kernels to
  std::map<std::string, std::map<std::string, Evidence>> evidence;  // [kernel][law]
  std::optional<Power> power;                                       // nothing: agreement was not among the laws
  std::vector<Finding> findings;                                    // by case number, then kernel
};

// All of it but version, source and machines, which the caller knows.
Report run(const Plan& plan);

// Adds another's counts: what the same row has of other cases.
void add(Evidence& sum, const Evidence& part);

}  // namespace boresight::properties
