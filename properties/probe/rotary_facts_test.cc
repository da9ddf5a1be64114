// Rotary facts on kernels that no right pairing describes, and on those that turn rightly and stretch wrongly.
#include "properties/probe/rotary_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/probe/sample_for_tests.h"
#include "properties/probe/kernel_on_queries_for_tests.h"
#include "properties/readings/sample_for_tests.h"

namespace boresight::properties::probe {
namespace {

using readings::misread_kernel;
using readings::Reading;

std::map<std::string, Fact> facts_of(const Case& c, const Kernel& kernel) {
  std::map<std::string, Fact> found;
  for (Fact& fact : rotary_facts(c, kernel, plumb(c, kernel))) found.emplace(fact.name, fact);
  return found;
}

const char* const six_entries = "bs1 b1 h1 d6 n3 s5 rotary=2 base=16";

TEST(RotaryFacts, EntriesThatAnswerToSeveralArePairedWithNone) {
  const Kernel spreads = kernel_on_queries([](std::vector<float>& row) {
    float sum = 0;
    for (const float x : row) sum += x;
    row.assign(row.size(), sum);
  });
  auto found = facts_of(parsed(six_entries), spreads);  // bits of all of six entries: 7, which is none of them
  EXPECT_TRUE(found["rotary pairs"].departs);
  EXPECT_EQ(found["rotary pairs"].got, "0 of 6 entries turn: none; 6 of them, entry 0 the first, answer to several or with NaN");
  EXPECT_EQ(found["rotary pairs"].right, "2 of 6 entries turn: (0, 1)");
  EXPECT_EQ(found["rotary angles"].unmeasured, "entry 0 has no one partner");
}

TEST(RotaryFacts, TwoAnswersAreNotTheThirdEntryThatSharesTheirBits) {
  const Kernel doubles = kernel_on_queries([](std::vector<float>& row) { row[1] += row[0], row[2] += row[0]; });
  const Fact pairs = facts_of(parsed("bs1 b1 h1 d8 n3 s5 rotary=2 base=16"), doubles)["rotary pairs"];
  EXPECT_TRUE(pairs.departs);
  EXPECT_EQ(pairs.got.find("(0, 3)"), std::string::npos) << pairs.got;
  EXPECT_NE(pairs.got.find("answer to several"), std::string::npos) << pairs.got;
}

TEST(RotaryFacts, NaNIsNoAnswer) {
  const Kernel breaks = kernel_on_queries([](std::vector<float>& row) {
    if (std::any_of(row.begin(), row.end(), [](float x) { return x != 0; }))
      row.assign(row.size(), std::numeric_limits<float>::quiet_NaN());
  });
  // If it were one, every entry's partner would be the last, by its bits.
  auto found = facts_of(parsed("bs1 b1 h1 d8 n3 s5 rotary=2 base=16"), breaks);
  EXPECT_TRUE(found["rotary pairs"].departs);
  EXPECT_EQ(found["rotary pairs"].got, "0 of 8 entries turn: none; 8 of them, entry 0 the first, answer to several or with NaN");
  EXPECT_NE(found["rotary angles"].unmeasured, "");
}

TEST(RotaryFacts, AWrongFactorOfXposIsNoWrongAngle) {
  for (const char* type : {"", " bf16", " f16"})
    for (const char* id : {"xpos-ignored", "xpos-inverse-missing", "xpos-inverse-on-the-wrong-side"}) {
      const Case c = parsed(std::string("bs1 b1 h1 d8 n3 s5 P2 rotary=6 xpos xpos_scale_base=4 xpos_center=1") + type);
      auto found = facts_of(c, misread(id));
      EXPECT_FALSE(found["rotary pairs"].departs) << id << type;
      EXPECT_FALSE(found["rotary angles"].departs) << id << type << ": " << found["rotary angles"].got;
      EXPECT_TRUE(found["XPOS factors"].departs) << id << type;
      EXPECT_NE(found["XPOS factors"].got, found["XPOS factors"].right) << id << type;
      EXPECT_FALSE(found["XPOS factors"].got.starts_with(found["XPOS factors"].right)) << id << type;
    }
  const Case c = parsed("bs1 b1 h1 d8 n3 s5 P2 rotary=6 xpos xpos_scale_base=4 xpos_center=1");
  auto found = facts_of(c, misread("xpos-ignored"));
  EXPECT_EQ(found["XPOS factors"].got, "1, 1, 1 on q.k of row 1 and column 2");
  EXPECT_TRUE(found["persistent keys"].departs);
  EXPECT_NE(found["persistent keys"].got.find("turns by t = 4 and stretches pair 0 by 1"), std::string::npos);
  EXPECT_EQ(found["persistent keys"].right.find("pair 0 by 1,"), std::string::npos) << found["persistent keys"].right;
}

TEST(RotaryFacts, AFactorWithoutXposIsTold) {
  const Case c = parsed("bs1 b1 h1 d8 n3 s5 rotary=4 base=16");
  const Kernel stretches = kernel_on_queries([](std::vector<float>& row) {
    for (std::size_t e = 0; e < 4; ++e) row[e] *= 1.5F;
  });
  auto found = facts_of(c, stretches);
  EXPECT_FALSE(found["rotary angles"].departs) << found["rotary angles"].got;
  EXPECT_TRUE(found["rotary factors"].departs);
  EXPECT_TRUE(found["rotary factors"].got.starts_with("1.5, 1.5 on q.k")) << found["rotary factors"].got;
  EXPECT_EQ(found["rotary factors"].right, "1, 1");
  EXPECT_FALSE(facts_of(c, registered_kernels().front()).contains("rotary factors"));
}

TEST(RotaryFacts, AWrongAngleIsNoWrongFactor) {
  const Case c = parsed("bs1 b1 h1 d8 n3 s5 rotary=4 base=16");
  for (const char* id : {"rope-turns-backwards", "rope-base-rescale-ignored"}) {
    const Case rescaled = parsed("bs1 b1 h1 d8 n3 s5 rotary=4 base=16 base_rescale=2");
    auto found = facts_of(std::string(id) == "rope-turns-backwards" ? c : rescaled, misread(id));
    EXPECT_TRUE(found["rotary angles"].departs) << id;
    EXPECT_FALSE(found.contains("rotary factors")) << id << ": " << found["rotary factors"].got;
  }
}

// What departs reads otherwise than what is right, whatever the misreading: also past the pairs that fit into a line.
TEST(RotaryFacts, WhatDepartsReadsOtherwise) {
  std::map<std::string, int> departing;
  for (const Reading& reading : readings::all_readings()) {
    if (reading.kind != std::string("rotary-origin")) continue;
    const Kernel kernel = misread_kernel(reading);
    for (std::uint64_t number = 0; number < 150; ++number) {
      const Case c = readings::small_case(number);
      if (c.problem.rotary.dims == 0) continue;
      for (const auto& [name, fact] : facts_of(c, kernel)) {
        if (!fact.departs) continue;
        ++departing[name];
        EXPECT_NE(fact.got, fact.right) << name << " of " << reading.id << ": " << token(c);
      }
    }
  }
  for (const char* name : {"rotary pairs", "rotary angles", "XPOS factors", "persistent keys"})
    EXPECT_GE(departing[name], 3) << name << " never departs";
}

}  // namespace
}  // namespace boresight::properties::probe
