// Choices counted off from a seed: the same ones on every machine, without a generator's state or library.
#pragma once

#include <cstdint>

#include "problem/values.h"
#include "properties/draw/choices.h"

namespace boresight::properties {

class CountedChoices : public Choices {
 public:
  explicit CountedChoices(std::uint64_t seed) : state_(mix(seed + 1)) {}
  std::uint64_t pick(std::uint64_t options) override { return (bits() >> 16) % options; }
  std::uint64_t bits() override { return element_bits(state_, next_++); }

 private:
  std::uint64_t state_;
  std::int64_t next_ = 0;
};

}  // namespace boresight::properties
