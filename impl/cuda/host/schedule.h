// Schedules: which of the threads that can go on goes on, where a GPU promises nothing. A kernel that is right is right under
// all; a missing barrier shows under those that run the reader before the writer.
//   forward   the next by number, round and round: warps side by side
//   backward  the one before
//   shuffled  any, by a seed
//   eager     one of the same warp while there is one: a warp runs as far as it can before the next
// The blocks of a grid go one after another, in an order of the same name.
#pragma once

#include <bit>
#include <cstdint>
#include <numeric>
#include <string>

#include "impl/cuda/machine/types.h"

namespace boresight::impl::cuda::host {

enum class Order : std::uint8_t { forward, backward, shuffled, eager };

struct Schedule {
  Order order = Order::forward;
  std::uint64_t seed = 0;  // of shuffled
};

// One of each kind, to run a kernel under.
inline constexpr Schedule schedules[] = {{Order::forward}, {Order::backward}, {Order::shuffled, 1}, {Order::eager}};

inline std::string name_of(const Schedule& schedule) {
  constexpr const char* names[] = {"forward", "backward", "shuffled", "eager"};
  const std::string name = names[int(schedule.order)];
  return schedule.order == Order::shuffled ? name + "(" + std::to_string(schedule.seed) + ")" : name;
}

inline constexpr int most_threads = 1024;

// A set of a block's threads.
class ThreadSet {
 public:
  static constexpr int word_count = most_threads / 64;

  void add(int thread) { words_[thread / 64] |= bit(thread); }
  void remove(int thread) { words_[thread / 64] &= ~bit(thread); }
  void add_warp(int warp) { words_[warp / 2] |= std::uint64_t{0xffffffff} << warp % 2 * 32; }
  void fill(int threads) {
    for (int word = 0; word < word_count; ++word) words_[word] = threads >= word * 64 + 64 ? ~std::uint64_t{0} : 0;
    if (threads % 64) words_[threads / 64] = bit(threads) - 1;
  }
  bool contains(int thread) const { return words_[thread / 64] & bit(thread); }
  std::uint32_t of_warp(int warp) const { return std::uint32_t(words_[warp / 2] >> warp % 2 * 32); }

  // The least that is not below `begin`, or -1; the greatest that is below `end`, or -1.
  int first_from(int begin) const {
    if (begin >= most_threads) return -1;
    std::uint64_t word = words_[begin / 64] & ~(bit(begin) - 1);
    for (int at = begin / 64;; word = words_[at]) {
      if (word) return at * 64 + std::countr_zero(word);
      if (++at == word_count) return -1;
    }
  }
  int last_before(int end) const {
    if (end <= 0) return -1;
    int at = (end - 1) / 64;
    std::uint64_t word = words_[at] & (~std::uint64_t{0} >> (63 - (end - 1) % 64));
    for (;; word = words_[at]) {
      if (word) return at * 64 + 63 - std::countl_zero(word);
      if (--at < 0) return -1;
    }
  }

 private:
  static std::uint64_t bit(int thread) { return std::uint64_t{1} << thread % 64; }
  std::uint64_t words_[word_count] = {};
};

inline std::uint64_t next_random(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

// Who goes on after `last`, of a block of `threads`; -1: nobody can. `last` is -1 before the first.
class Chooser {
 public:
  void begin(const Schedule& schedule, std::int64_t block) {
    order_ = schedule.order;
    random_ = schedule.seed * 0x2545f4914f6cdd1du + std::uint64_t(block);
  }
  int next(const ThreadSet& ready, int last, int threads) {
    if (order_ == Order::backward) {
      const int before = ready.last_before(last < 0 ? threads : last);
      return before >= 0 ? before : ready.last_before(threads);
    }
    if (order_ == Order::eager && last >= 0) {
      const std::uint32_t lanes = ready.of_warp(last / warp_size);
      const std::uint32_t after = lanes & ~((std::uint32_t{2} << last % warp_size) - 1);
      if (lanes) return last / warp_size * warp_size + std::countr_zero(after ? after : lanes);
    }
    const int from = order_ == Order::shuffled ? int((next_random(random_) >> 32) * std::uint64_t(threads) >> 32) : last + 1;
    const int after = ready.first_from(from);
    return after >= 0 ? after : ready.first_from(0);
  }

 private:
  Order order_ = Order::forward;
  std::uint64_t random_ = 0;
};

// The number of the block that is the `turn`-th to run, of `count`.
class BlockOrder {
 public:
  BlockOrder(const Schedule& schedule, std::int64_t count) : order_(schedule.order), count_(count) {
    std::uint64_t random = ~schedule.seed;
    if (order_ != Order::shuffled || count < 2) return;
    first_ = std::int64_t(next_random(random) % std::uint64_t(count));
    do step_ = std::int64_t(1 + next_random(random) % std::uint64_t(count - 1));
    while (std::gcd(step_, count) != 1);
  }
  std::int64_t block(std::int64_t turn) const {
    if (order_ == Order::backward) return count_ - 1 - turn;
    return (first_ + turn * step_) % count_;
  }

 private:
  Order order_;
  std::int64_t count_, first_ = 0, step_ = 1;
};

}  // namespace boresight::impl::cuda::host
