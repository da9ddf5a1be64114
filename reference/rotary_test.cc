#include "reference/rotary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "reference/sample_for_tests.h"

#ifndef BORESIGHT_SOURCE_DIR
#error "BORESIGHT_SOURCE_DIR must be the top of the source tree"
#endif

namespace boresight::reference {
namespace {

constexpr double pi = std::numbers::pi;

// One query of width 6 at position t = 1 that turns by frequencies pi/2 and pi; two keys, at 0 and 1.
Problem quarter_turns(RotaryPairs pairs) {
  Problem p = tiny(1, 2);
  p.head_dim = 6;
  p.rotary.dims = 4;
  p.rotary.pairs = pairs;
  p.rotary.frequencies_as_data = true;
  return p;
}

void set_quarter_turns(Sample& sample) {
  sample.set(&Tensors::inverse_frequency, {pi / 2, pi});
  sample.set(&Tensors::q, {1, 2, 3, 4, 5, 6});
  sample.set(&Tensors::segment_k, {1, 2, 3, 4, 5, 6});
}

void expect_row(const Matrix& rows, Index row, std::initializer_list<double> expected) {
  Index d = 0;
  for (const double value : expected) {
    EXPECT_NEAR(rows(row, d), value, 1e-14) << "entry " << d;
    ++d;
  }
}

TEST(Rotary, TurnsAdjacentPairs) {
  Sample sample(quarter_turns(RotaryPairs::adjacent));
  set_quarter_turns(sample);
  const Attention truth = sample.attend();
  expect_row(truth.heads[0].query, 0, {-2, 1, -3, -4, 5, 6});
  expect_row(truth.heads[0].key, 0, {1, 2, 3, 4, 5, 6});
  expect_row(truth.heads[0].key, 1, {-2, 1, -3, -4, 5, 6});
}

TEST(Rotary, TurnsHalves) {
  Sample sample(quarter_turns(RotaryPairs::halves));
  set_quarter_turns(sample);
  expect_row(sample.attend().heads[0].query, 0, {-3, -2, 1, -4, 5, 6});
}

TEST(Rotary, InterpolationDividesThePosition) {
  Problem p = quarter_turns(RotaryPairs::adjacent);
  p.segment = 3;  // the query stands at 2
  p.rotary.interpolation = 2;
  Sample sample(p);
  set_quarter_turns(sample);
  expect_row(sample.attend().heads[0].query, 0, {-2, 1, -3, -4, 5, 6});
}

TEST(Rotary, MemoriesTurnBackwardsAndPersistentKeysNever) {
  Problem p = quarter_turns(RotaryPairs::adjacent);
  p.memories = 1;
  p.mem_kv = 1;
  p.zero_kv = true;
  Sample sample(p);
  set_quarter_turns(sample);
  sample.set(&Tensors::mem_k, {1, 2, 3, 4, 5, 6});
  sample.set(&Tensors::memory_k, {1, 2, 3, 4, 5, 6});
  const Head head = sample.attend().heads[0];
  expect_row(head.key, 0, {0, 0, 0, 0, 0, 0});
  expect_row(head.key, 1, {1, 2, 3, 4, 5, 6});
  expect_row(head.key, 2, {2, -1, -3, -4, 5, 6});
  EXPECT_EQ(head.query_turn, Vector::Constant(1, 1));
  EXPECT_EQ(head.key_turn, (Vector(5) << 0, 0, 1, 0, 1).finished());
}

TEST(Rotary, CustomPositionsTurn) {
  Problem p = quarter_turns(RotaryPairs::adjacent);
  p.custom_positions = true;
  Sample sample(p);
  set_quarter_turns(sample);
  sample.set(&Tensors::query_positions, {-1});
  sample.set(&Tensors::key_positions, {4, -3});
  const Head head = sample.attend().heads[0];
  expect_row(head.query, 0, {2, -1, -3, -4, 5, 6});
  EXPECT_NEAR(head.key(0, 0), 1, 1e-14);
  EXPECT_NEAR(head.key(1, 0), -2, 1e-14);
}

TEST(Rotary, FrequenciesAreThoseOfXTransformers) {
  std::ifstream file(BORESIGHT_SOURCE_DIR "/tests/data/oracle/x-transformers/tables.jsonl");
  int tables = 0;
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json record = nlohmann::json::parse(line);
    if (record.at("kind") != "rotary") continue;
    Problem p = tiny(1, 1);
    p.head_dim = p.rotary.dims = record.at("dim");
    p.rotary.base = record.at("base");
    p.rotary.base_rescale = record.at("base_rescale");
    Vector frequency, z;
    inverse_frequencies(p, Tensors{}, frequency);
    xpos_scales(p, Tensors{}, z);
    const std::vector<double> theirs = record.at("inv_freq"), scales = record.at("xpos_scale");
    ASSERT_EQ(std::size_t(frequency.size()), theirs.size());
    for (Index r = 0; r < frequency.size(); ++r) {
      EXPECT_NEAR(frequency[r], theirs[r], 1e-7 * theirs[r]) << r;  // theirs are computed in f32
      EXPECT_NEAR(z[r], scales[r], 4 * 0x1p-53);
    }
    ++tables;
  }
  EXPECT_EQ(tables, 9);
}

TEST(Rotary, RescalingTheBaseOfOnePairDoesNothing) {
  Problem p = tiny(1, 1);
  p.head_dim = p.rotary.dims = 2;
  p.rotary.base_rescale = 8;
  Vector frequency;
  inverse_frequencies(p, Tensors{}, frequency);
  EXPECT_EQ(frequency, Vector::Constant(1, 1));
  p.head_dim = p.rotary.dims = 4;
  p.rotary.base = 2;  // rescaled by 8^(4/2): 128, of which r = 1 is the inverse root
  inverse_frequencies(p, Tensors{}, frequency);
  EXPECT_NEAR(frequency[1], std::sqrt(1. / 128), 1e-16);
}

TEST(Rotary, ComputedFrequenciesAreRoundedToF32OnlyOutsideF64) {
  Problem p = tiny(1, 1);
  p.head_dim = p.rotary.dims = 6;
  Vector exact, rounded;
  inverse_frequencies(p, Tensors{}, exact);
  p.type = Type::f16;
  inverse_frequencies(p, Tensors{}, rounded);
  EXPECT_NE(exact, rounded);
  EXPECT_EQ(exact.cast<float>().cast<double>(), rounded);
}

TEST(Rotary, XposScalesQueriesUpAndKeysDown) {
  Problem p = quarter_turns(RotaryPairs::adjacent);
  p.rotary.xpos = {.on = true, .scale_base = 2, .center = -3, .scales_as_data = true};
  Sample sample(p);
  set_quarter_turns(sample);
  sample.set(&Tensors::xpos_scale, {0.25, 0.5});
  const Head head = sample.attend().heads[0];  // the query at 1: u = 2
  expect_row(head.query, 0, {-2. / 16, 1. / 16, -3. / 4, -4. / 4, 5, 6});
  EXPECT_NEAR(head.key(1, 0), -2. * 16, 1e-14);
  EXPECT_NEAR(head.key(1, 2), -3. * 4, 1e-14);
  EXPECT_NEAR(head.key(0, 0), 1. * 8, 1e-14);  // u = 3/2
}

TEST(Rotary, ScoresDependOnDistancesAlone) {
  for (const bool xpos : {false, true}) {
    Problem p = tiny(1, 3);
    p.head_dim = 6;
    p.rotary.dims = 6;
    p.rotary.xpos = {.on = xpos, .scale_base = 8};
    p.custom_positions = true;
    Sample here(p), there(p);
    here.set(&Tensors::query_positions, {2});
    here.set(&Tensors::key_positions, {0, 1, 2});
    there.set(&Tensors::query_positions, {12});
    there.set(&Tensors::key_positions, {10, 11, 12});
    EXPECT_TRUE(here.attend().heads[0].product.isApprox(there.attend().heads[0].product, 1e-14)) << xpos;
    there.set(&Tensors::key_positions, {11, 11, 12});
    EXPECT_FALSE(here.attend().heads[0].product.isApprox(there.attend().heads[0].product, 1e-3)) << xpos;
  }
}

TEST(Rotary, SizesAreWhatNoTurnChanges) {
  Matrix rows(1, 6), adjacent, halves, straight;
  rows << 3, -4, -5, 12, -1, 2;
  Rotary rotary;
  sizes(rotary, rows, straight);
  rotary.dims = 4;
  sizes(rotary, rows, adjacent);
  rotary.pairs = RotaryPairs::halves;
  sizes(rotary, rows, halves);
  EXPECT_TRUE(adjacent.isApprox((Matrix(1, 4) << 5, 13, 1, 2).finished(), 1e-15));
  EXPECT_TRUE(halves.isApprox((Matrix(1, 4) << std::sqrt(34.), std::sqrt(160.), 1, 2).finished(), 1e-15));
  EXPECT_EQ(straight, rows.cwiseAbs());
}

}  // namespace
}  // namespace boresight::reference
