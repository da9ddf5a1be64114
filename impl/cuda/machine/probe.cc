#include "impl/cuda/machine/probe.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <random>

#include "impl/cuda/host/models.h"

namespace boresight::impl::cuda {
namespace {

// Two finite numbers in either type: exponents from 2^-8 to 2^7 of f16, and what the same bits are in bf16.
std::uint32_t two_elements(std::mt19937& random) {
  const auto one = [&] { return std::uint32_t((random() & 1u) << 15 | (7u + random() % 16u) << 10 | (random() & 0x3ffu)); };
  const std::uint32_t low = one();
  return low | one() << 16;
}

bool same_bits(const std::uint32_t (&a)[4], const std::uint32_t (&b)[4]) { return std::memcmp(a, b, sizeof a) == 0; }

// The sum of a product of matrices may be kept in f32, aligned to the largest addend and truncated at each of 17 additions.
struct ProductBound {
  double exact, magnitude;
  bool holds(float sum) const { return std::fabs(double(sum) - exact) <= 18 * 0x1p-23 * magnitude; }
};
template <class Element>
ProductBound product_bound(const ProbeLane* warp, int lane, int element) {
  const models::At at = models::d_at(lane, element);
  const auto half = [](const std::uint32_t* registers, int e) {
    return double(models::widen<Element>(std::uint16_t(registers[e / 2] >> (e % 2 * 16))));
  };
  double row[16] = {}, column[16] = {};
  for (int i = 0; i < warp_size; ++i) {
    for (int e = 0; e < 8; ++e)
      if (models::a_at(i, e).row == at.row) row[models::a_at(i, e).column] = half(warp[i].a, e);
    for (int e = 0; e < 4; ++e)
      if (models::b_at(i, e).column == at.column) column[models::b_at(i, e).row] = half(warp[i].b, e);
  }
  ProductBound bound{double(warp[lane].c[element]), std::fabs(double(warp[lane].c[element]))};
  for (int k = 0; k < 16; ++k) {
    bound.exact += row[k] * column[k];
    bound.magnitude += std::fabs(row[k] * column[k]);
  }
  return bound;
}

// What this lane got wrong, or null. `block` are the lanes of its block.
const char* wrong(const ProbeLane* block, int thread, int block_index, int blocks) {
  const ProbeLane& lane = block[thread];
  const int in_warp = thread % warp_size;
  const ProbeLane* warp = block + (thread - in_warp);
  if (lane.thread != thread || lane.lane != in_warp || lane.warp != thread / warp_size) return "thread, lane, warp";
  if (lane.block != block_index || lane.blocks != blocks) return "block, blocks";
  if (lane.shuffled != warp[lane.from % warp_size].x) return "shuffle";
  if (lane.exchanged != warp[in_warp ^ lane.mask].x) return "shuffle_xor";
  std::uint32_t votes = 0;
  for (int i = 0; i < warp_size; ++i) votes |= std::uint32_t(warp[i].x < warp[i].y) << i;
  if (lane.votes != votes) return "ballot";

  std::uint32_t plain[warp_size][4], transposed[warp_size][4];
  models::Rows rows[warp_size], columns[warp_size];
  for (int i = 0; i < warp_size; ++i) {
    const void* row = block[Probe::threads - 1 - (thread - in_warp + i)].row;
    rows[i] = {plain[i], row};
    columns[i] = {transposed[i], row};
  }
  models::load_matrices(rows, false);
  models::load_matrices(columns, true);
  if (!same_bits(lane.plain, plain[in_warp])) return "copy_async, load_matrices";
  if (!same_bits(lane.transposed, transposed[in_warp])) return "load_matrices_transposed";
  if (!same_bits(lane.zeros, {0, 0, 0, 0})) return "copy_async of zeros, wait_copies<1>";

  for (int e = 0; e < 4; ++e) {
    if (!product_bound<Bf16>(warp, in_warp, e).holds(lane.product_bf16[e])) return "multiply_add<Bf16>";
    if (!product_bound<F16>(warp, in_warp, e).holds(lane.product_f16[e])) return "multiply_add<F16>";
  }
  if (lane.packed_bf16 != models::pack<Bf16>(lane.x, lane.y)) return "pack<Bf16>";
  if (lane.packed_f16 != models::pack<F16>(lane.x, lane.y)) return "pack<F16>";
  if (lane.widened_bf16 != models::widen<Bf16>(std::uint16_t(lane.a[0]))) return "widen<Bf16>";
  if (lane.widened_f16 != models::widen<F16>(std::uint16_t(lane.a[0]))) return "widen<F16>";
  const double power = std::exp2(double(lane.x));
  const bool flushed = power < 0x1p-126;
  if (flushed ? lane.power != 0.0f : !(std::fabs(double(lane.power) - power) <= 0x1p-22 * power)) return "exp2_approx";
  if (lane.fused != std::fma(lane.x, lane.y, lane.z)) return "fused";
  return nullptr;
}

}  // namespace

std::vector<ProbeLane> probe_inputs(int blocks, std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto real = [&](float limit) { return limit * (float(random() >> 8) * 0x1p-23f - 1.0f); };
  std::vector<ProbeLane> lanes(std::size_t(blocks) * Probe::threads);
  for (ProbeLane& lane : lanes) {
    for (std::uint32_t& two : lane.a) two = two_elements(random);
    for (std::uint32_t& two : lane.b) two = two_elements(random);
    for (float& c : lane.c) c = real(64);
    for (std::uint32_t& two : lane.row) two = std::uint32_t(random());
    lane.x = real(140);  // some powers of 2 are flushed
    if (lane.x >= 127) lane.x = 0;
    lane.y = real(140);
    lane.z = real(9000);
    lane.from = std::int32_t(random() % 64);
    lane.mask = std::int32_t(random() % warp_size);
  }
  // One mask for a warp: the lanes exchange.
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i].mask = lanes[i - i % warp_size].mask;
  return lanes;
}

std::string probe_difference(const std::vector<ProbeLane>& lanes, std::int32_t count) {
  const int blocks = int(lanes.size()) / Probe::threads;
  for (int i = 0; i < int(lanes.size()); ++i)
    if (const char* what = wrong(&lanes[std::size_t(i - i % Probe::threads)], i % Probe::threads, i / Probe::threads, blocks))
      return "block " + std::to_string(i / Probe::threads) + ", thread " + std::to_string(i % Probe::threads) + ": " + what;
  if (count != std::int32_t(lanes.size())) return "atomic_add: " + std::to_string(count) + " of " + std::to_string(lanes.size());
  return "";
}

}  // namespace boresight::impl::cuda
