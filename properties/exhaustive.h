// Exhaustion: every layout up to a bound (exhaustive/layouts.h) on every kernel. Where verify draws, this leaves nothing out: a
// wrong position, mask, window edge or head that a small layout can show has been shown. The report depends on the bound, the
// kernels and the shard alone, whatever the number of threads and however often the run was interrupted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/campaign.h"
#include "properties/report/report.h"

namespace boresight::properties::exhaustive {

// A finding is one failing layout of its sizes (P, M, S, n). After so many a kernel is not judged any further: the others go on.
inline constexpr std::size_t findings_max = 5;

// The evidence of one kernel.
struct Tally {
  std::int64_t layouts = 0;                     // judged, in every way that applies (exhaustive/layouts.h)
  std::int64_t failed = 0;                      // of these
  std::int64_t runs = 0;                        // layouts times ways
  double largest = 0;                           // error / bound, of what passed
  std::map<std::string, std::int64_t> skipped;  // runs that could not be judged, by reason
  std::size_t findings = 0;
  bool stopped() const { return findings >= findings_max; }
};

// A call in which a kernel fails, by its number (from 0) among all calls, and the case that shows it.
struct Found {
  std::string kernel;
  std::int64_t call = 0;
  Case smallest;
};

// A run so far: all that is needed to go on with it.
struct State {
  std::int64_t calls = 0;    // of this shard, gone through
  std::int64_t layouts = 0;  // in them
  std::map<std::string, Tally> tallies;
  std::vector<Found> found;
};

struct Plan {
  std::int64_t bound = 3;
  std::vector<Kernel> kernels;
  Shard shard;  // calls are dealt out in turn
  int threads = 1;
  State from;                                  // what an earlier run with the same bound, kernels and shard left
  std::function<void(const State&)> progress;  // after each round, from the thread that called run()
  const std::atomic<bool>* stop = nullptr;     // set from outside: finish the round and report
};

struct Report {
  std::int64_t bound = 0;
  Shard shard;
  std::int64_t layouts_of_all_shards = 0;
  State state;
  bool interrupted = false;
  std::vector<std::string> kernels;  // available ones, in the order of the plan
  std::vector<Unavailable> unavailable;
  std::vector<Finding> findings;  // by call, then kernel
};

// Layouts up to the bound: of all shards, and of this one.
std::int64_t layout_count(std::int64_t bound, Shard shard = {});
std::int64_t call_count(std::int64_t bound, Shard shard = {});

Report run(const Plan& plan);

// A table, the findings (the first of each kernel in full), and one closing line. `command` is how this program is called,
// `filters` how kernels were chosen, for the words that repeat the run: " --kernel 'scalar'".
std::string words(const Report& report, const Rerun& rerun, const std::string& filters);

// The same for programs (properties/report/README.md): no time and no machine in it.
std::string json(const Report& report, const std::string& version);

// A state as text, with what it is a state of; and back, refused where it is of another run. `build`: which program made it.
std::string state_text(const State& state, const Plan& plan, const std::string& build);
Result<State> parse_state(const std::string& text, const Plan& plan, const std::string& build);

}  // namespace boresight::properties::exhaustive
