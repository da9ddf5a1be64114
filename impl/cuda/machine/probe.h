// A kernel of one warp that calls every function of machine.h on what its lanes bring, and what must come out by host/models.h.
// The host's functions are tested by it; on a GPU it is the first thing that runs (gpu/machine_check.h): a wrapper that is wrong
// is told here, not by a kernel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "impl/cuda/machine.h"

namespace boresight::impl::cuda {

// What a lane brings, and what it gets.
struct ProbeLane {
  std::uint32_t a[4], b[2];  // two 16-bit elements each
  float c[4];
  alignas(16) std::uint32_t row[4];
  float x, y, z;
  std::int32_t from, mask;

  std::int32_t thread, lane, warp, block, blocks;
  float shuffled, exchanged;
  std::uint32_t votes;  // for x < y
  std::uint32_t plain[4], transposed[4], zeros[4];
  float product_bf16[4], product_f16[4];
  std::uint32_t packed_bf16, packed_f16;
  float widened_bf16, widened_f16, power, fused;
};

// A block has two warps, whose shared memory is 64 rows of 16 bytes. Lane i of the grid has lanes[i]; every lane adds 1 to count.
struct Probe {
  static constexpr int threads = 64;
  static constexpr std::size_t shared_bytes = std::size_t(threads) * 16;

  static DEVICE void run(ProbeLane* lanes, std::int32_t* count) {
    ProbeLane& mine = lanes[block().x * threads + thread()];
    char* rows = static_cast<char*>(shared_memory());
    char* row = rows + thread() * 16;
    const char* others_row = rows + (threads - 1 - thread()) * 16;
    mine.thread = thread();
    mine.lane = lane();
    mine.warp = warp();
    mine.block = block().x;
    mine.blocks = blocks().x;
    mine.shuffled = shuffle(mine.x, mine.from);
    mine.exchanged = shuffle_xor(mine.x, mine.mask);
    mine.votes = ballot(mine.x < mine.y);

    // A row that lands before the other, and is read by the block's other warp.
    copy_async(row, mine.row, true);
    commit_copies();
    wait_copies<0>();
    barrier();
    load_matrices(mine.plain, others_row);
    load_matrices_transposed(mine.transposed, others_row);
    barrier();
    copy_async(row, nullptr, false);
    commit_copies();
    commit_copies();
    wait_copies<1>();
    warp_barrier();
    for (int i = 0; i < 4; ++i) mine.zeros[i] = reinterpret_cast<const std::uint32_t*>(row)[i];

    for (int i = 0; i < 4; ++i) mine.product_bf16[i] = mine.product_f16[i] = mine.c[i];
    multiply_add<Bf16>(mine.product_bf16, mine.a, mine.b);
    multiply_add<F16>(mine.product_f16, mine.a, mine.b);
    mine.packed_bf16 = pack<Bf16>(mine.x, mine.y);
    mine.packed_f16 = pack<F16>(mine.x, mine.y);
    mine.widened_bf16 = widen<Bf16>(std::uint16_t(mine.a[0]));
    mine.widened_f16 = widen<F16>(std::uint16_t(mine.a[0]));
    mine.power = exp2_approx(mine.x);
    mine.fused = fused(mine.x, mine.y, mine.z);
    fence();
    atomic_add(count, 1);
  }
};

// Lanes for `blocks` blocks, drawn by the seed.
std::vector<ProbeLane> probe_inputs(int blocks, std::uint32_t seed);
// What the first lane got that is not as the models have it, or "".
std::string probe_difference(const std::vector<ProbeLane>& lanes, std::int32_t count);

}  // namespace boresight::impl::cuda
