#include "reference/decode.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "reference/sample_for_tests.h"

namespace boresight::reference {
namespace {

Tensor vector_of(void* data, Type type, std::int64_t size) { return {data, type, 1, {size}, {1}}; }

TEST(Decode, ReadsEveryBf16Exactly) {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t x = 0; x < bits.size(); ++x) bits[x] = std::uint16_t(x);
  Vector read;
  decode_row(vector_of(bits.data(), Type::bf16, 65536), read);
  for (std::uint32_t x = 0; x < 65536; ++x) {
    const double expected = std::bit_cast<float>(x << 16);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(read[x])) << x;
    } else {
      EXPECT_EQ(read[x], expected) << x;
    }
  }
}

TEST(Decode, ReadsEveryF16Exactly) {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t x = 0; x < bits.size(); ++x) bits[x] = std::uint16_t(x);
  Vector read;
  decode_row(vector_of(bits.data(), Type::f16, 65536), read);
  for (int x = 0; x < 65536; ++x) {
    const int exponent = (x >> 10) & 31, fraction = x & 1023;
    double expected = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) expected = std::numeric_limits<double>::infinity();
    if (exponent == 31 && fraction != 0) {
      EXPECT_TRUE(std::isnan(read[x])) << x;
    } else {
      EXPECT_EQ(read[x], (x & 0x8000) != 0 ? -expected : expected) << x;
    }
  }
}

TEST(Decode, ReadsTheOtherTypes) {
  std::vector<double> doubles{0.1, -3};
  std::vector<float> floats{0.1f, -3};
  std::vector<std::uint8_t> bytes{0, 255};
  std::vector<std::int32_t> integers{-5, 2147483647};
  EXPECT_EQ(element(vector_of(doubles.data(), Type::f64, 2), 0), 0.1);
  EXPECT_EQ(element(vector_of(floats.data(), Type::f32, 2), 0), double(0.1f));
  EXPECT_EQ(element(vector_of(bytes.data(), Type::u8, 2), 1), 255);
  EXPECT_EQ(element(vector_of(integers.data(), Type::i32, 2), 1), 2147483647);
}

TEST(Decode, FollowsStridesAndBroadcasts) {
  std::vector<float> data(24);
  for (std::size_t x = 0; x < data.size(); ++x) data[x] = float(x);
  // [1][2][2][3]: heads 12 apart, rows backwards, every second element.
  const Tensor tensor{data.data() + 6, Type::f32, 4, {1, 2, 2, 3}, {99, 12, -6, 2}};
  Matrix read = Matrix::Constant(3, 4, -1);
  decode_rows(tensor, read, 1, 1, 7, 1);  // sequence 7 of a broadcast dimension, head 1
  Matrix expected(3, 4);
  expected << -1, -1, -1, -1, -1, 18, 20, 22, -1, 12, 14, 16;
  EXPECT_EQ(read, expected);
}

TEST(Decode, LayoutsHoldTheSameNumbers) {
  for (const Type type : {Type::f64, Type::f32, Type::bf16, Type::f16}) {
    Case plain = case_of(tiny(3, 4));
    plain.problem.type = type;
    plain.problem.heads = 2;
    plain.problem.head_dim = 5;
    const Matrix expected = Sample(plain).attend().heads[1].query;
    for (const Layout layout : {Layout::bnhd, Layout::padded, Layout::strided, Layout::reversed}) {
      Case other = plain;
      other.layout = layout;
      EXPECT_EQ(Sample(other).attend().heads[1].query, expected);
    }
  }
}

}  // namespace
}  // namespace boresight::reference
