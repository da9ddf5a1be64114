// Choices from bytes, for a fuzzer: every string of bytes spells a case, and a mutation of one byte changes few choices.
//
// A pick of 1 option takes no byte, of up to 256 options one, of up to 65536 two, and so on, little-endian, modulo the number
// of options. A seed of values takes two bytes: which values they are matters little. Where the bytes run out, zeros follow,
// which are first options, and no to every chance: shorter strings spell plainer cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "properties/draw/choices.h"

namespace boresight::properties {

class ByteChoices : public Choices {
 public:
  explicit ByteChoices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t pick(std::uint64_t options) override {
    int width = 0;
    for (std::uint64_t last = options - 1; last > 0; last >>= 8) ++width;
    return number(width) % options;
  }

  bool chance(std::uint64_t of, std::uint64_t out_of) override { return pick(out_of) >= out_of - of; }

  // In the upper half, where draw() looks.
  std::uint64_t bits() override { return number(2) << 40; }

  std::size_t taken() const { return taken_; }  // bytes asked for, those past the end too

 private:
  std::uint64_t number(int width) {
    std::uint64_t value = 0;
    for (int k = 0; k < width; ++k, ++taken_)
      if (taken_ < bytes_.size()) value |= std::uint64_t(bytes_[taken_]) << (8 * k);
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t taken_ = 0;
};

}  // namespace boresight::properties
