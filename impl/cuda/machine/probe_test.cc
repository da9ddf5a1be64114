// The probe on the host: every function of machine.h under every schedule, and that its judge sees what is wrong.
#include "impl/cuda/machine/probe.h"

#include <gtest/gtest.h>

#include <functional>

namespace boresight::impl::cuda {
namespace {

constexpr int blocks_run = 3;

std::string probe_under(const host::Schedule& schedule, std::vector<ProbeLane>& lanes) {
  std::int32_t count = 0;
  host::run_grid({{blocks_run, 1, 1}, Probe::threads, Probe::shared_bytes, schedule}, [&] { Probe::run(lanes.data(), &count); });
  return probe_difference(lanes, count);
}

struct ProbeOnFibers : testing::Test {
  void SetUp() override {
    if (!host::runs_grids()) GTEST_SKIP() << host::why_no_grids;
  }
};

TEST_F(ProbeOnFibers, FindsEveryFunctionAsItsModelUnderEverySchedule) {
  for (const auto& schedule : host::schedules) {
    std::vector<ProbeLane> lanes = probe_inputs(blocks_run, 7);
    EXPECT_EQ(probe_under(schedule, lanes), "") << name_of(schedule);
  }
}

TEST_F(ProbeOnFibers, SeesEachResultThatIsWrong) {
  const std::pair<const char*, std::function<void(ProbeLane&)>> mistakes[] = {
      {"thread, lane, warp", [](ProbeLane& lane) { lane.warp ^= 1; }},
      {"block, blocks", [](ProbeLane& lane) { lane.blocks += 1; }},
      {"shuffle", [](ProbeLane& lane) { lane.shuffled += 1000; }},
      {"shuffle_xor", [](ProbeLane& lane) { lane.exchanged += 1000; }},
      {"ballot", [](ProbeLane& lane) { lane.votes ^= 4; }},
      {"copy_async, load_matrices", [](ProbeLane& lane) { lane.plain[2] ^= 1; }},
      {"load_matrices_transposed", [](ProbeLane& lane) { lane.transposed[3] ^= 1u << 31; }},
      {"copy_async of zeros, wait_copies<1>", [](ProbeLane& lane) { lane.zeros[0] = 1; }},
      {"multiply_add<Bf16>", [](ProbeLane& lane) { lane.product_bf16[1] = NAN; }},
      {"multiply_add<F16>", [](ProbeLane& lane) { lane.product_f16[3] += 1; }},
      {"pack<Bf16>", [](ProbeLane& lane) { lane.packed_bf16 ^= 1; }},
      {"pack<F16>", [](ProbeLane& lane) { lane.packed_f16 ^= 1u << 16; }},
      {"widen<Bf16>", [](ProbeLane& lane) { lane.widened_bf16 = 0; }},
      {"widen<F16>", [](ProbeLane& lane) { lane.widened_f16 = 0; }},
      {"exp2_approx", [](ProbeLane& lane) { lane.power = lane.power * 1.000001f + 1e-38f; }},
      {"fused", [](ProbeLane& lane) { lane.fused = std::nextafter(lane.fused, 0.0f); }},
  };
  std::vector<ProbeLane> lanes = probe_inputs(blocks_run, 7);
  ASSERT_EQ(probe_under({}, lanes), "");
  const std::int32_t count = std::int32_t(lanes.size());
  for (const auto& [what, plant] : mistakes) {
    std::vector<ProbeLane> wrong = lanes;
    plant(wrong[100]);
    EXPECT_EQ(probe_difference(wrong, count), std::string("block 1, thread 36: ") + what);
  }
  EXPECT_NE(probe_difference(lanes, count - 1), "");
}

}  // namespace
}  // namespace boresight::impl::cuda
