// Rows converted a vector at a time are those of impl/convert.h, on every instruction set of this machine: all numbers of 16
// bits, and floats around every one of bf16. NaN stays NaN, whatever else its bits say.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

#include "impl/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/simd/convert_rows_test.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "impl/simd/convert-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

void read_floats(const Tensor& tensor, std::int64_t offset, std::int64_t width, float* row) {
  ReadRow()(tensor, offset, width, row);
}
void write_back(const Tensor& tensor, std::int64_t offset, std::int64_t width, const float* row) {
  write_floats(tensor, offset, width, row);
}

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace boresight::impl::simd {
namespace {

using Read = void(const Tensor&, std::int64_t, std::int64_t, float*);
using Write = void(const Tensor&, std::int64_t, std::int64_t, const float*);
constexpr Target<Read> readers[] = BORESIGHT_TARGETS(read_floats);
constexpr Target<Write> writers[] = BORESIGHT_TARGETS(write_back);

Tensor row_of(std::vector<std::uint16_t>& elements, Type type, std::int64_t step) {
  Tensor tensor;
  tensor.data = elements.data();
  tensor.type = type;
  tensor.rank = 4;
  tensor.shape = {1, 1, 1, std::int64_t(elements.size()) / step};
  tensor.stride = {1, 1, 1, step};
  return tensor;
}

// The numbers of 16 bits from an odd place on, so that vectors end within the row.
constexpr std::int64_t first = 3, width = 65536 - first;

TEST(ConvertRows, ReadWhatElementsSay) {
  std::vector<std::uint16_t> numbers(65536);
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = std::uint16_t(k);
  for (const Target<Read>& target : readers) {
    if (!why_not(target).empty()) continue;
    for (const Type type : {Type::bf16, Type::f16})
      for (const std::int64_t step : {1, 2}) {
        const Tensor tensor = row_of(numbers, type, step);
        std::vector<float> row(std::size_t(width / step));
        target.run(tensor, first, width / step, row.data());
        for (std::size_t k = 0; k < row.size(); ++k) {
          const float expected = read_element(tensor, first + std::int64_t(k) * step);
          if (expected != expected)
            ASSERT_NE(row[k], row[k]) << target.name;
          else
            ASSERT_EQ(std::bit_cast<std::uint32_t>(row[k]), std::bit_cast<std::uint32_t>(expected)) << target.name << ' ' << k;
        }
      }
  }
}

TEST(ConvertRows, WriteWhatElementsRoundTo) {
  for (const std::uint32_t below : {0x0000u, 0x0001u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) {
    std::vector<float> row(65536);
    for (std::size_t k = 0; k < row.size(); ++k) row[k] = std::bit_cast<float>(std::uint32_t(k) << 16 | below);
    for (const Target<Write>& target : writers) {
      if (!why_not(target).empty()) continue;
      for (const std::int64_t step : {1, 2}) {
        std::vector<std::uint16_t> written(65536, 0x1234);
        target.run(row_of(written, Type::bf16, step), first, width / step, row.data());
        for (std::int64_t k = 0; k < width / step; ++k)
          ASSERT_EQ(written[std::size_t(first + k * step)], round_to_bf16(row[std::size_t(k)])) << target.name << ' ' << k;
        EXPECT_EQ(written[std::size_t(first - 1)], 0x1234);
      }
    }
  }
}

}  // namespace
}  // namespace boresight::impl::simd
#endif
