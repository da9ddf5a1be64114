// The promises of vectors-inl.h, on every instruction set of this machine: exp, 2^x and tanh against the C library in double,
// over floats from end to end. A set that is there and was never tried fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "impl/simd/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/simd/vectors_test.cc"
#include "hwy/foreach_target.h"
// The lines above must come first.
#include "impl/simd/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace boresight::impl::simd {
namespace HWY_NAMESPACE {

// In place, for a count that is a multiple of 16.
void exp_all(std::vector<float>& values) {
  for (std::size_t k = 0; k < values.size(); k += std::size_t(vector_lanes))
    store(exp_of_nonpositive(load(&values[k])), &values[k]);
}
void power_of_two_all(std::vector<float>& values) {
  for (std::size_t k = 0; k < values.size(); k += std::size_t(vector_lanes))
    store(power_of_two_flushed(load(&values[k])), &values[k]);
}
void tanh_all(std::vector<float>& values) {
  for (std::size_t k = 0; k < values.size(); k += std::size_t(vector_lanes)) store(tanh(load(&values[k])), &values[k]);
}

std::int64_t compiled_for() { return HWY_TARGET; }

}  // namespace HWY_NAMESPACE
}  // namespace boresight::impl::simd
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace boresight::impl::simd {
namespace {

using Function = void(std::vector<float>&);

constexpr std::uint32_t sign = 0x80000000u;
constexpr float infinity = std::numeric_limits<float>::infinity();

// Every 997th float from `first` on, up to `last`, by their bits; padded to whole vectors by repeating the first.
std::vector<float> floats_between(float first, float last) {
  std::vector<float> floats;
  for (std::uint64_t bits = std::bit_cast<std::uint32_t>(first); bits <= std::bit_cast<std::uint32_t>(last); bits += 997)
    floats.push_back(std::bit_cast<float>(std::uint32_t(bits)));
  floats.push_back(last);
  while (floats.size() % 16 != 0) floats.push_back(first);
  return floats;
}

// The largest relative error, once `lost` is taken off, on each instruction set in turn.
template <class Exact>
void expect_error_below(double promise, double lost, std::span<const Target<Function>> targets,
                        const std::vector<float>& arguments, Exact exact) {
  int tried = 0;
  for (const Target<Function>& target : targets) {
    if (!why_not(target).empty()) continue;
    std::vector<float> results = arguments;
    target.run(results);
    double largest = 0;
    bool all_numbers = true;
    for (std::size_t k = 0; k < results.size(); ++k) {
      const double right = exact(double(arguments[k]));
      const double error = std::abs(double(results[k]) - right) - lost;
      all_numbers = all_numbers && error == error;
      if (error > largest * std::abs(right)) largest = error / std::abs(right);
    }
    EXPECT_TRUE(all_numbers) << target.name;
    EXPECT_LE(largest, promise) << target.name;
    testing::Test::RecordProperty(std::string("error_ulp_") + target.name, std::to_string(largest * 0x1p24));
    ++tried;
  }
  EXPECT_GT(tried, 0);
}

constexpr Target<Function> exp_targets[] = BORESIGHT_TARGETS(exp_all);
constexpr Target<Function> power_targets[] = BORESIGHT_TARGETS(power_of_two_all);
constexpr Target<Function> tanh_targets[] = BORESIGHT_TARGETS(tanh_all);

TEST(Vectors, RowsAreOfTheInstructionSetTheyAreNamedAfter) {
  constexpr Target<std::int64_t()> targets[] = BORESIGHT_TARGETS(compiled_for);
  for (const auto& target : targets) {
    const std::int64_t id = target.run != nullptr ? target.run() : target.id;
    EXPECT_TRUE(id == target.id || target.id == 0) << target.name;
  }
}

TEST(Vectors, ExpIsWithinItsPromise) {
  const std::vector<float> arguments = floats_between(-0.0f, -200.0f);
  expect_error_below(0x1p-23, 0x1p-150, exp_targets, arguments, [](double x) { return std::exp(x); });
}

// Relative to each result: none is subnormal, so nothing is taken off.
TEST(Vectors, PowersOfTwoAreWithinTheirPromise) {
  const auto exact = [](double x) { return std::exp2(x); };
  expect_error_below(0x1p-22, 0, power_targets, floats_between(-0.0f, -126.0f), exact);
  expect_error_below(0x1p-22, 0, power_targets, floats_between(0.0f, 127.0f), exact);
  expect_error_below(0x1p-22, 0, power_targets, floats_between(127.0f, std::nextafter(128.0f, 0.0f)), exact);
}

TEST(Vectors, TanhIsWithinItsPromise) {
  const auto exact = [](double x) { return std::tanh(x); };
  expect_error_below(0x1p-22, 0x1p-150, tanh_targets, floats_between(0.0f, 1e30f), exact);
  expect_error_below(0x1p-22, 0x1p-150, tanh_targets, floats_between(-0.0f, -1e30f), exact);
}

TEST(Vectors, PowersOfTwoAreExactWhereTheyMustBe) {
  const float below = std::nextafter(-126.0f, -infinity);
  int tried = 0;
  for (const Target<Function>& target : power_targets) {
    if (!why_not(target).empty()) continue;
    std::vector<float> whole;
    for (int n = -126; n <= 127; ++n) whole.push_back(float(n));
    whole.resize(256, -0.0f);
    target.run(whole);
    for (int n = -126; n <= 127; ++n) EXPECT_EQ(whole[std::size_t(n + 126)], std::ldexp(1.0f, n)) << target.name;
    EXPECT_EQ(whole.back(), 1.0f) << target.name;
    std::vector<float> nothing = floats_between(below, -infinity);
    target.run(nothing);
    EXPECT_EQ(std::count(nothing.begin(), nothing.end(), 0.0f), std::ptrdiff_t(nothing.size())) << target.name;
    std::vector<float> none(16, std::numeric_limits<float>::quiet_NaN());
    none[1] = -none[0];
    target.run(none);
    for (const float each : none) EXPECT_TRUE(std::isnan(each)) << target.name;
    ++tried;
  }
  EXPECT_GT(tried, 0);
}

TEST(Vectors, HiddenScoresWeighExactlyNothing) {
  for (const Target<Function>& target : exp_targets) {
    if (!why_not(target).empty()) continue;
    std::vector<float> values(16, -infinity);
    values[1] = -104.5f;
    values[2] = -0.0f;
    target.run(values);
    EXPECT_EQ(values[0], 0.0f) << target.name;
    EXPECT_EQ(values[1], 0.0f) << target.name;
    EXPECT_EQ(values[2], 1.0f) << target.name;
  }
}

}  // namespace
}  // namespace boresight::impl::simd
#endif
