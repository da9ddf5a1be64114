// What the host's functions do beyond their results: when copies land, what memory holds, which addresses are refused.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "impl/cuda/host/fault_of.h"
#include "impl/cuda/machine.h"

namespace boresight::impl::cuda {
namespace {

using host::fault_of;

struct MachineOnFibers : testing::Test {
  void SetUp() override {
    if (!host::runs_grids()) GTEST_SKIP() << host::why_no_grids;
  }
};

struct alignas(16) Four {
  float value[4];
};

// A block of one warp, of which lane 0 alone does something.
template <class Body>
void on_one_lane(std::size_t shared_bytes, Body&& body) {
  host::run_grid({{1, 1, 1}, 32, shared_bytes}, [&] {
    if (lane() == 0) body(static_cast<Four*>(shared_memory()));
  });
}

TEST_F(MachineOnFibers, SharedMemoryIsNanWhenABlockBegins) {
  bool aligned = true, all_nan = true;
  host::run_grid({{2, 1, 1}, 32, 4096}, [&] {
    float* shared = static_cast<float*>(shared_memory());
    if (lane() != 0) return;
    const host::Unwatched unwatched;
    aligned = aligned && reinterpret_cast<std::uintptr_t>(shared) % 128 == 0;
    for (int i = 0; i < 1024; ++i) all_nan = all_nan && std::isnan(shared[i]);
    std::memset(shared, 0, 4096);
  });
  EXPECT_TRUE(aligned);
  EXPECT_TRUE(all_nan);
  for (const auto half : {widen<Bf16>(0xffff), widen<F16>(0xffff)}) EXPECT_TRUE(std::isnan(half));
}

// ---- Copies ----

TEST_F(MachineOnFibers, CopyLandsWhenItIsWaitedForAndReadsItsSourceThen) {
  Four source{{1, 2, 3, 4}};
  on_one_lane(64, [&](Four* shared) {
    shared[0] = {{5, 5, 5, 5}};
    copy_async(shared, &source, true);
    EXPECT_TRUE(std::isnan(shared[0].value[0]));
    commit_copies();
    EXPECT_TRUE(std::isnan(shared[0].value[3]));
    source.value[1] = 20;
    wait_copies<0>();
    EXPECT_EQ(shared[0].value[0], 1);
    EXPECT_EQ(shared[0].value[1], 20);
  });
}

TEST_F(MachineOnFibers, CopyThatIsNotWholeIsZerosAndReadsNothing) {
  on_one_lane(64, [&](Four* shared) {
    copy_async(shared, reinterpret_cast<const void*>(std::uintptr_t{1}), false);
    EXPECT_TRUE(std::isnan(shared[0].value[0]));
    commit_copies();
    wait_copies<0>();
    for (const float value : shared[0].value) EXPECT_EQ(value, 0.0f);
  });
}

TEST_F(MachineOnFibers, TheLatestGroupsMayBePending) {
  const Four source[3] = {{{1}}, {{2}}, {{3}}};
  on_one_lane(64, [&](Four* shared) {
    const auto landed = [&] {
      int count = 0;
      for (int i = 0; i < 3; ++i) count += !std::isnan(shared[i].value[0]);
      return count;
    };
    for (int i = 0; i < 3; ++i) {
      copy_async(shared + i, source + i, true);
      commit_copies();
    }
    wait_copies<3>();
    EXPECT_EQ(landed(), 0);
    wait_copies<2>();
    EXPECT_EQ(landed(), 1);
    wait_copies<1>();
    EXPECT_EQ(landed(), 2);
    commit_copies();  // an empty group counts
    wait_copies<1>();
    EXPECT_EQ(landed(), 3);
  });
}

TEST_F(MachineOnFibers, CopyOfAnOpenGroupNeverLands) {
  const Four source{{1}};
  on_one_lane(64, [&](Four* shared) {
    commit_copies();
    copy_async(shared, &source, true);
    wait_copies<0>();
    EXPECT_TRUE(std::isnan(shared[0].value[0]));
    commit_copies();
    wait_copies<0>();
    EXPECT_EQ(shared[0].value[0], 1);
  });
}

TEST_F(MachineOnFibers, LongPipelineLandsEveryCopyInOrder) {
  std::vector<Four> source(1000);
  for (std::size_t i = 0; i < source.size(); ++i) source[i].value[0] = float(i);
  on_one_lane(64, [&](Four* shared) {
    for (int i = 0; i < 1000; ++i) {
      copy_async(shared + i % 4, &source[std::size_t(i)], true);
      commit_copies();
      wait_copies<2>();
      if (i < 2) continue;
      EXPECT_EQ(shared[(i - 2) % 4].value[0], float(i - 2));
    }
  });
}

TEST_F(MachineOnFibers, CopiesOfAnEarlierBlockAreForgotten) {
  const Four source{{1}};
  host::run_grid({{2, 1, 1}, 32, 64}, [&] {
    if (lane() != 0) return;
    Four* shared = static_cast<Four*>(shared_memory());
    if (block().x == 0)
      copy_async(shared, &source, true);
    else
      commit_copies();
    if (block().x == 1) wait_copies<0>();
    EXPECT_TRUE(std::isnan(shared[0].value[0]));
  });
}

// ---- Addresses ----

TEST_F(MachineOnFibers, AddressesThatAreWrongAreFaults) {
  const Four source[2] = {};
  const auto copy = [&](std::ptrdiff_t to, std::ptrdiff_t from) {
    return fault_of({{1, 1, 1}, 32, 64}, [&] {
      char* shared = static_cast<char*>(shared_memory());
      if (thread() == 3) copy_async(shared + to, reinterpret_cast<const char*>(source) + from, true);
    });
  };
  const auto begins = [](const std::string& said, const std::string& words) {
    EXPECT_EQ(said.substr(0, words.size()), words);
    EXPECT_NE(said.find(", in impl/cuda/machine/host_test.cc:"), said.npos) << said;
  };
  EXPECT_EQ(copy(48, 16), "");
  begins(copy(8, 0), "block (0, 0, 0): thread 3: copy_async() to an address that is no multiple of 16");
  begins(copy(0, 8), "block (0, 0, 0): thread 3: copy_async() from an address that is no multiple of 16");
  begins(copy(64, 0), "block (0, 0, 0): thread 3: copy_async() to where no shared memory is");
  begins(copy(-16, 0), "block (0, 0, 0): thread 3: copy_async() to where no shared memory is");

  const auto load = [&](int step) {
    return fault_of({{1, 1, 1}, 32, 512}, [&] {
      std::uint32_t r[4];
      load_matrices(r, static_cast<char*>(shared_memory()) + lane() * step);
    });
  };
  EXPECT_EQ(load(16), "");
  begins(load(8), "block (0, 0, 0): thread 1: load_matrices() from an address that is no multiple of 16");
  begins(load(32), "block (0, 0, 0): thread 16: load_matrices() from where no shared memory is");
  begins(fault_of({{1, 1, 1}, 32, 512},
                  [&] {
                    alignas(16) std::uint32_t r[4] = {};
                    load_matrices_transposed(r, r);
                  }),
         "block (0, 0, 0): thread 0: load_matrices_transposed() from where no shared memory is");
}

TEST_F(MachineOnFibers, WritesOutsideOfSharedMemoryAreFound) {
  const auto write_at = [](int at) {
    return fault_of({{1, 1, 1}, 32, 64}, [=] {
      if (thread() == 31) static_cast<volatile char*>(shared_memory())[at] = 1;
    });
  };
  EXPECT_EQ(write_at(0), "");
  EXPECT_EQ(write_at(63), "");
#if defined(BORESIGHT_ASAN)
  EXPECT_DEATH(write_at(64), "use-after-poison");
  EXPECT_DEATH(write_at(-1), "use-after-poison");
#else
  EXPECT_EQ(write_at(64), "block (0, 0, 0): shared memory was written outside of its 64 bytes");
  EXPECT_EQ(write_at(-1), "block (0, 0, 0): shared memory was written outside of its 64 bytes");
#endif
}

// ---- Atomics ----

TEST_F(MachineOnFibers, AtomicsGiveEveryThreadOfEveryBlockItsOwnTicket) {
  for (const auto& schedule : host::schedules) {
    std::int32_t next = 0;
    std::vector<int> taken(5 * 64);
    host::run_grid({{5, 1, 1}, 64, 0, schedule}, [&] { ++taken[std::size_t(atomic_add(&next, 1))]; });
    EXPECT_EQ(taken, std::vector<int>(taken.size(), 1)) << name_of(schedule);
    EXPECT_EQ(next, 320);
  }
}

}  // namespace
}  // namespace boresight::impl::cuda
