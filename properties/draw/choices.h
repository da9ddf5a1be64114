// Choices: where a case generator gets its decisions from: RapidCheck, fuzz bytes, an enumeration, Python.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace boresight::properties {

class Choices {
 public:
  virtual ~Choices() = default;

  // A number in [0, options); options >= 1.
  virtual std::uint64_t pick(std::uint64_t options) = 0;

  // 64 bits for a seed of values.
  virtual std::uint64_t bits() = 0;

  // True `of` times out of `out_of`.
  virtual bool chance(std::uint64_t of, std::uint64_t out_of) { return pick(out_of) < of; }

  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + std::int64_t(pick(std::uint64_t(most - least) + 1));
  }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return *std::next(list.begin(), std::ptrdiff_t(pick(list.size())));
  }
};

}  // namespace boresight::properties
