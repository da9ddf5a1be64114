// Choices by RapidCheck's generator of random numbers alone, without its generators of values: light to compile, and the same
// draws as those of properties/draw/rapid.h.
#pragma once

#include <rapidcheck/Random.h>

#include "properties/draw/choices.h"

namespace boresight::properties {

class RandomChoices : public Choices {
 public:
  explicit RandomChoices(const rc::Random& random) : random_(random) {}
  std::uint64_t pick(std::uint64_t options) override { return (random_.next() >> 16) % options; }
  std::uint64_t bits() override { return random_.next(); }

 private:
  rc::Random random_;
};

}  // namespace boresight::properties
