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

struct Report {
  std::string filters;  // of the plan
  std::uint64_t seed = 0;
  std::int64_t cases = 0;  // numbers gone through: what repeats the run
  Shard shard;
  std::int64_t share = 0;  // the shard's own of these, all of them where there is one shard
  double seconds = 0;
  bool interrupted = false;
  std::vector<Unavailable> unavailable;
  std::vector<std::string> laws;                                    // all that the run was to hold kernels to
  std::map<std::string, std::map<std::string, Evidence>> evidence;  // [kernel][law]
  std::optional<Power> power;                                       // nothing: agreement was not among the laws
  std::vector<Finding> findings;                                    // by case number, then kernel
};

Report run(const Plan& plan);

// Pairs of kernel and law that were asked for and not judged: more cases are needed, or the kernel takes none of agreement. And
// those that need none, since the kernel supports nothing that the law is about.
std::int64_t pairs_not_judged(const Report& report);
std::int64_t pairs_not_supported(const Report& report);

}  // namespace boresight::properties
