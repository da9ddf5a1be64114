// Kernels with a mistake in how their threads work together, each with its correct twin. Some schedule shows the mistake: a
// wrong result, or a Fault. The twin is right under all. Under ThreadSanitizer the twins alone run, and must be free of races;
// what races is run in a process of its own, that must end by a report.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "impl/cuda/machine.h"

namespace boresight::impl::cuda {
namespace {

using Floats = std::vector<float>;
constexpr int threads = 64, grid_blocks = 4;

struct alignas(16) Row {
  float value[4];
};

// Everything that a kernel below reads and writes.
struct Memory {
  std::vector<Row> rows{256};  // in: row i holds i, i + 1/4, ..
  Floats out = Floats(256);
  std::vector<Row> partial{grid_blocks};
  std::int32_t count = 0;
  Memory() {
    for (int i = 0; i < 256; ++i)
      for (int k = 0; k < 4; ++k) rows[std::size_t(i)].value[k] = float(i) + float(k) / 4;
  }
};

float* floats() { return static_cast<float*>(shared_memory()); }
Row* rows() { return static_cast<Row*>(shared_memory()); }
float& mine(Memory& m) { return m.out[std::size_t(block().x * threads + thread())]; }

// ---- Memory of the block ----

template <bool right>
void read_before_write(Memory& m) {
  floats()[thread()] = float(thread());
  if (right) barrier();
  mine(m) = floats()[threads - 1 - thread()];
}

// Each step, every value moves on by one thread.
template <bool right>
void write_before_read(Memory& m) {
  floats()[thread()] = float(thread());
  for (int step = 0; step < 3; ++step) {
    barrier();
    const float before = floats()[(thread() + 1) % threads];
    if (right) barrier();
    floats()[thread()] = before;
  }
  mine(m) = floats()[thread()];
}

template <bool right>
void lane_reads_before_write(Memory& m) {
  floats()[thread()] = float(thread());
  if (right) warp_barrier();
  mine(m) = floats()[thread() ^ 1];
}

template <bool right>
void lane_writes_before_read(Memory& m) {
  float sum = float(thread());
  for (int step = 1; step < warp_size; step *= 2) {
    floats()[thread()] = sum;
    warp_barrier();
    sum += floats()[thread() ^ step];
    if (right) warp_barrier();
  }
  mine(m) = sum;
}

template <bool right>
void warps_sums_are_read_too_early(Memory& m) {
  float sum = float(thread());
  for (int mask = 16; mask; mask /= 2) sum += shuffle_xor(sum, mask);
  if (lane() == 0) floats()[warp()] = sum;
  right ? barrier() : warp_barrier();
  mine(m) = floats()[0] + floats()[1];
}

template <bool right>
void memory_is_taken_for_zero(Memory& m) {
  if (right) floats()[thread()] = 0;
  floats()[thread()] += 1;
  mine(m) = floats()[thread()];
}

template <bool right>
void writes_past_the_end(Memory& m) {
  floats()[thread()] = 1;
  if (!right && thread() == 63) floats()[threads * 4] = 1;
  mine(m) = floats()[thread()];
}

// ---- Copies ----

template <bool right>
void copy_is_not_waited_for(Memory& m) {
  copy_async(rows() + thread(), &m.rows[std::size_t(thread())], true);
  commit_copies();
  if (right) wait_copies<0>();
  barrier();
  mine(m) = rows()[threads - 1 - thread()].value[1];
}

template <bool right>
void copy_is_not_committed(Memory& m) {
  copy_async(rows() + thread(), &m.rows[std::size_t(thread())], true);
  if (right) commit_copies();
  wait_copies<0>();
  barrier();
  mine(m) = rows()[threads - 1 - thread()].value[1];
}

template <bool right>
void copy_is_waited_for_after_the_barrier(Memory& m) {
  copy_async(rows() + thread(), &m.rows[std::size_t(thread())], true);
  commit_copies();
  if (right) wait_copies<0>();
  barrier();
  if (!right) wait_copies<0>();
  mine(m) = rows()[threads - 1 - thread()].value[1];
}

// Two buffers of `half` rows, and the sum of four tiles: one is read while the next arrives.
enum class Pipeline { right, too_many_pending, refilled_too_early, last_not_waited_for };
template <Pipeline how>
void pipeline(Memory& m) {
  constexpr int half = threads / 2, tiles = 4;
  const auto fetch = [&](int tile) {
    if (thread() < half) copy_async(rows() + tile % 2 * half + thread(), &m.rows[std::size_t(tile * half + thread())], true);
    commit_copies();
  };
  float sum = 0;
  fetch(0);
  for (int tile = 0; tile < tiles; ++tile) {
    const bool more = tile + 1 < tiles;
    if (more) fetch(tile + 1);
    if (how == Pipeline::too_many_pending)
      wait_copies<2>();
    else if (more || how == Pipeline::last_not_waited_for)
      wait_copies<1>();
    else
      wait_copies<0>();
    barrier();
    sum += rows()[tile % 2 * half + (thread() + 5) % half].value[2];
    if (how != Pipeline::refilled_too_early) barrier();
  }
  mine(m) = sum;
}

// ---- Threads that part ----

template <bool right>
void thread_returns_before_a_barrier(Memory& m) {
  mine(m) = 1;
  if (!right && thread() >= 50) return;
  barrier();
  mine(m) += 1;
}

template <bool right>
void barrier_in_a_branch(Memory& m) {
  if (right)
    barrier();
  else if (warp() == 0)
    barrier();
  else
    barrier();
  mine(m) = 1;
}

template <bool right>
void shuffle_in_a_branch(Memory& m) {
  mine(m) = 1;
  if (right || lane() < 16) mine(m) = shuffle(float(lane()), 3);
}

// ---- Blocks of a grid ----

// The block that comes last adds up what all have left.
enum class Last { right, takes_the_greatest_number, counts_by_hand, without_a_fence };
template <Last how>
void last_block(Memory& m) {
  auto* last = static_cast<std::int32_t*>(shared_memory());
  if (thread() == 0) {
    m.partial[std::size_t(block().x)].value[0] = float(block().x + 1);
    if (how != Last::without_a_fence) fence();
    std::int32_t before = 0;
    if (how == Last::counts_by_hand)
      before = m.count++;
    else
      before = atomic_add(&m.count, 1);
    if (how != Last::without_a_fence) fence();
    *last = how == Last::takes_the_greatest_number ? block().x == grid_blocks - 1 : before == grid_blocks - 1;
  }
  barrier();
  if (!*last || thread() != 0) return;
  for (const Row& partial : m.partial) m.out[0] += partial.value[0];
}

// ---- The list ----

struct Bug {
  const char* name;
  std::function<void(Memory&)> wrong, right;
  enum Shows { by_schedules, as_a_race, by_both } shows = by_both;
  friend void PrintTo(const Bug& bug, std::ostream* to) { *to << bug.name; }
};

const Bug bugs[] = {
    {"read_before_write", read_before_write<false>, read_before_write<true>},
    {"write_before_read", write_before_read<false>, write_before_read<true>},
    {"lane_reads_before_write", lane_reads_before_write<false>, lane_reads_before_write<true>},
    {"lane_writes_before_read", lane_writes_before_read<false>, lane_writes_before_read<true>},
    {"warps_sums_are_read_too_early", warps_sums_are_read_too_early<false>, warps_sums_are_read_too_early<true>},
    {"memory_is_taken_for_zero", memory_is_taken_for_zero<false>, memory_is_taken_for_zero<true>, Bug::by_schedules},
    {"copy_is_not_waited_for", copy_is_not_waited_for<false>, copy_is_not_waited_for<true>, Bug::by_schedules},
    {"copy_is_not_committed", copy_is_not_committed<false>, copy_is_not_committed<true>, Bug::by_schedules},
    {"copy_is_waited_for_after_the_barrier", copy_is_waited_for_after_the_barrier<false>,
     copy_is_waited_for_after_the_barrier<true>},
    {"too_many_copies_pending", pipeline<Pipeline::too_many_pending>, pipeline<Pipeline::right>, Bug::by_schedules},
    {"buffer_is_refilled_too_early", pipeline<Pipeline::refilled_too_early>, pipeline<Pipeline::right>},
    {"last_copy_is_not_waited_for", pipeline<Pipeline::last_not_waited_for>, pipeline<Pipeline::right>, Bug::by_schedules},
    {"thread_returns_before_a_barrier", thread_returns_before_a_barrier<false>, thread_returns_before_a_barrier<true>,
     Bug::by_schedules},
    {"barrier_in_a_branch", barrier_in_a_branch<false>, barrier_in_a_branch<true>, Bug::by_schedules},
    {"shuffle_in_a_branch", shuffle_in_a_branch<false>, shuffle_in_a_branch<true>, Bug::by_schedules},
    {"greatest_block_is_taken_for_the_last", last_block<Last::takes_the_greatest_number>, last_block<Last::right>},
    {"blocks_are_counted_by_hand", last_block<Last::counts_by_hand>, last_block<Last::right>, Bug::as_a_race},
    {"partial_sums_without_a_fence", last_block<Last::without_a_fence>, last_block<Last::right>, Bug::as_a_race},
#if !defined(BORESIGHT_ASAN)  // which ends the process there
    {"writes_past_the_end", writes_past_the_end<false>, writes_past_the_end<true>, Bug::by_schedules},
#endif
};

// What the kernel leaves, and nothing where it breaks a rule.
Floats result(const std::function<void(Memory&)>& kernel, const host::Schedule& schedule) {
  Memory memory;
  try {
    host::run_grid({{grid_blocks, 1, 1}, threads, threads * sizeof(Row), schedule}, [&] { kernel(memory); });
    return memory.out;
  } catch (const host::Fault&) {
    return {};
  }
}

class BugOnFibers : public testing::TestWithParam<Bug> {
  void SetUp() override {
    if (!host::runs_grids()) GTEST_SKIP() << host::why_no_grids;
  }
};

TEST_P(BugOnFibers, IsCaughtAndItsTwinIsRight) {
  const Bug& bug = GetParam();
  const Floats expected = result(bug.right, {});
  EXPECT_FALSE(expected.empty());
  std::vector<host::Schedule> schedules(std::begin(host::schedules), std::end(host::schedules));
  for (std::uint64_t seed = 2; seed < 10; ++seed) schedules.push_back({host::Order::shuffled, seed});
  for (const auto& schedule : schedules) EXPECT_EQ(result(bug.right, schedule), expected) << name_of(schedule);
  if (host::races_are_watched && bug.shows != Bug::by_schedules) return;
  std::string caught_by;
  for (const auto& schedule : host::schedules)
    if (result(bug.wrong, schedule) != expected) caught_by += " " + name_of(schedule);
  RecordProperty("caught_by", caught_by);
  EXPECT_EQ(caught_by.empty(), bug.shows == Bug::as_a_race) << caught_by;
}

#if defined(BORESIGHT_TSAN)
// Runs in a process begun anew, which a race ends by 66.
void end_by_a_race() {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  setenv("TSAN_OPTIONS", "halt_on_error=1", 1);
}

TEST_P(BugOnFibers, IsARaceToThreadSanitizer) {
  const Bug& bug = GetParam();
  if (bug.shows == Bug::by_schedules) return;
  end_by_a_race();
  EXPECT_EXIT(
      {
        for (const auto& schedule : host::schedules) result(bug.wrong, schedule);
        std::exit(0);
      },
      testing::ExitedWithCode(66), "data race");
}

// Both sides of the race are named: the line that writes and the line that reads.
TEST(RaceOnFibers, IsReportedByBothLines) {
  end_by_a_race();
  constexpr int line = __LINE__ + 2;
  const auto kernel = [](Memory& m) {
    floats()[thread()] = 1;
    mine(m) = floats()[thread() ^ 40];
  };
  const std::string file = "planted_bugs_test.cc:";
  const std::string write = file + std::to_string(line), read = file + std::to_string(line + 1);
  EXPECT_EXIT(
      {
        result(kernel, {});
        std::exit(0);
      },
      testing::ExitedWithCode(66), "(" + write + ".*" + read + ")|(" + read + ".*" + write + ")");
}
#endif

INSTANTIATE_TEST_SUITE_P(Planted, BugOnFibers, testing::ValuesIn(bugs),
                         [](const auto& bug) { return std::string(bug.param.name); });

}  // namespace
}  // namespace boresight::impl::cuda
