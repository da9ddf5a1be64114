// Recipes of inputs: their ranges, that a seed gives the same bytes on every machine, and text that can't be read.
#include "properties/lint/inputs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "problem/inputs.h"

namespace boresight::properties::lint {
namespace {

Recipe recipe(const char* text) {
  const Result<Recipe> parsed = parse_recipe(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
  return *parsed;
}

std::vector<double> values(const char* text) {
  std::vector<double> values;
  for (std::int64_t k = 0; k < 20000; ++k) values.push_back(value(recipe(text), element_bits(1, k)));
  return values;
}

double share(const std::vector<double>& values, double of) {
  return double(std::count(values.begin(), values.end(), of)) / double(values.size());
}

double deviation(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return std::sqrt(sum / double(values.size()));
}

TEST(LintInputs, HaveTheirRanges) {
  for (const auto& [text, least, most] : {std::tuple("rand", 0.0, 1.0), {"uniform", -1.0, 1.0}, {"rand*0.3", 0.0, 0.3}}) {
    const auto [low, high] = std::ranges::minmax(values(text));
    EXPECT_GE(low, least) << text;
    EXPECT_LT(low, least + 0.01) << text;
    EXPECT_LT(high, most) << text;
    EXPECT_GT(high, most - 0.01) << text;
  }
  EXPECT_NEAR(deviation(values("normal")), 1, 0.03);
  EXPECT_NEAR(deviation(values("normal*0.1")), 0.1, 0.003);
  EXPECT_NEAR(deviation(values("normal*3")), 3, 0.1);
}

TEST(LintInputs, IntegersAreFive) {
  for (const double x : {-2.0, -1.0, 0.0, 1.0, 2.0}) EXPECT_NEAR(share(values("integers"), x), 0.2, 0.02) << x;
  EXPECT_NEAR(share(values("sparse-integers"), 0), 0.8, 0.02);
  for (const double x : {-2.0, -1.0, 1.0, 2.0}) EXPECT_NEAR(share(values("sparse-integers"), x), 0.05, 0.01) << x;
}

std::uint64_t filled(const char* text, Type type, Layout layout, std::uint64_t seed) {
  Inputs inputs;
  inputs.tensors.q = inputs.allocate(type, {2, 3, 5, 4}, layout);
  inputs.tensors.mem_v = inputs.allocate(type, {3, 2, 4}, layout);
  fill_rows(inputs.tensors, recipe(text), seed);
  return hash(inputs.tensors);
}

TEST(LintInputs, OfASeedAreTheSameOnEveryMachine) {
  EXPECT_EQ(filled("normal", Type::f32, Layout::bhnd, 1), 14684599204054336405u);
  EXPECT_EQ(filled("rand*0.3", Type::bf16, Layout::bhnd, 1), 12439016238903800081u);
  EXPECT_EQ(filled("uniform", Type::f16, Layout::bhnd, 1), 12401001355974325760u);
  EXPECT_EQ(filled("integers", Type::f32, Layout::bhnd, 1), 16218960224582079179u);
  EXPECT_EQ(filled("sparse-integers", Type::f32, Layout::bhnd, 1), 15283132039704915574u);
}

TEST(LintInputs, AreTheSameInAnyLayoutAndOthersForAnotherSeed) {
  const std::uint64_t one = filled("normal", Type::f32, Layout::bhnd, 1);
  EXPECT_EQ(filled("normal", Type::f32, Layout::reversed, 1), one);
  EXPECT_EQ(filled("normal", Type::f32, Layout::padded, 1), one);
  EXPECT_NE(filled("normal", Type::f32, Layout::bhnd, 2), one);
}

TEST(LintInputs, ReadBackAsWritten) {
  for (const char* written : {"normal", "rand", "uniform", "integers", "sparse-integers", "normal*0.1", "rand*-2"})
    EXPECT_EQ(text(recipe(written)), written);
}

TEST(LintInputs, ThatCannotBeReadAreToldTheRightForm) {
  EXPECT_NE(parse_recipe("gaussian").error().text().find("gaussian is unknown; allowed: normal, rand"), std::string::npos);
  for (const char* written : {"normal*", "normal*x", "normal*0", "normal*inf", "normal*nan"})
    EXPECT_NE(parse_recipe(written).error().text().find("write it as normal*0.1"), std::string::npos) << written;
}

}  // namespace
}  // namespace boresight::properties::lint
