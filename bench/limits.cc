#include "bench/limits.h"

#include "bench/limit_loops.h"

namespace boresight::bench {
namespace {

constexpr std::int64_t rounds = std::int64_t(1) << 18;  // about a millisecond

// What the loops computed goes here, so that no compiler leaves them out.
template <class Value>
void use(Value value) {
  volatile Value sink = value;
  (void)sink;
}

const Loops& loops_of(std::string_view instruction_set) {
  const std::string_view name = instruction_set.substr(0, instruction_set.find('_'));
  for (const Loops& set : loops())
    if (set.instruction_set == name) return set;
  return loops().front();
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const Loops& set : loops()) names.push_back(set.instruction_set);
  return names;
}

Limit f32_peak(std::string_view instruction_set, int threads) {
  const Loops& set = loops_of(instruction_set);
  return {"f32 peak", set.flop_per_round * double(rounds) * threads, [&set](int) { use(set.multiply_adds(rounds)); }};
}

std::optional<Limit> bf16_peak(int threads) {
  const Bf16Loop loop = bf16_loop();
  if (loop == nullptr) return std::nullopt;
  return Limit{"bf16 peak", bf16_flop_per_round * double(rounds) * threads, [loop](int) { use(loop(rounds)); }};
}

Limit read_rate(const std::vector<Bytes>& memory, int threads) {
  double bytes = 0;
  for (const Bytes& part : memory) bytes += double(part.size());
  return {"read rate", bytes, [memory, threads](int thread) {
            for (const Bytes& part : memory) {
              const std::size_t share = part.size() / std::size_t(threads);
              use(loops().front().reads(part.data() + std::size_t(thread) * share, share));
            }
          }};
}

}  // namespace boresight::bench
