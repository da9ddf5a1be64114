// The facts: none departs on a right kernel, and each tells the misreading that it is there for.
#include "properties/probe/facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/probe/sample_for_tests.h"
#include "properties/readings/sample_for_tests.h"

namespace boresight::properties::probe {
namespace {

using readings::misread_kernel;
using readings::Reading;

std::map<std::string, Fact> facts_of(const Case& c, const Kernel& kernel) {
  std::map<std::string, Fact> found;
  for (Fact& fact : facts(c, kernel, plumb(c, kernel))) found.emplace(fact.name, fact);
  return found;
}

TEST(Facts, NoneDepartsOnARightKernelInAnyType) {
  std::map<std::string, int> measured;
  for (std::uint64_t number = 0; number < 150; ++number)
    for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
      Case c = readings::small_case(number);
      c.problem.type = type;
      for (const auto& [name, fact] : facts_of(c, registered_kernels().front())) {
        EXPECT_FALSE(fact.departs) << name << ": " << fact.got << ", right is " << fact.right << ": " << token(c);
        if (fact.unmeasured.empty()) ++measured[name];
      }
    }
  for (const char* name : {"head map of keys", "head map of values", "rotary pairs", "rotary angles", "persistent keys",
                           "empty rows", "sink", "zero key", "softcap", "scale", "scale of q.k", "lse"})
    EXPECT_GE(measured[name], 3) << name << " is never measured";
  for (const auto& [name, count] : measured) std::cout << name << " " << count << ", ";
  std::cout << "measured\n";
}

struct Told {
  const char* reading;
  const char* fact;
  const char* token;
  const char* got;    // what the misreading's kernel gives away
  const char* right;  // what a right one does
};

class Misreading : public ::testing::TestWithParam<Told> {};

TEST_P(Misreading, IsToldFromTheRightOne) {
  const Told& told = GetParam();
  for (const char* type : {"", " bf16", " f16"}) {
    const Case c = parsed(std::string(told.token) + type);
    const Fact wrong = facts_of(c, misread_kernel(reading(told.reading)))[told.fact];
    EXPECT_EQ(wrong.unmeasured, "");
    EXPECT_TRUE(wrong.departs) << wrong.got << type;
    EXPECT_EQ(wrong.got, told.got) << type;
    EXPECT_EQ(wrong.right, told.right) << type;
    for (const Kernel& right :
         {registered_kernels().front(), misread_kernel("book", [](const Problem& p) { return readings::by_the_book(p); })}) {
      const Fact fact = facts_of(c, right)[told.fact];
      EXPECT_EQ(fact.unmeasured, "");
      EXPECT_FALSE(fact.departs) << fact.got << type;
      EXPECT_EQ(fact.got, told.right) << type;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Facts, Misreading,
    ::testing::Values(Told{"gqa-tile-instead-of-interleave", "head map of keys", "bs1 b1 h4/2 d8 n3 s5", "kv heads 0 1 0 1",
                           "kv heads 0 0 1 1"},
                      Told{"gqa-tile-instead-of-interleave", "head map of values", "bs1 b1 h6/3 d8 n3 s5", "kv heads 0 1 2 0 1 2",
                           "kv heads 0 0 1 1 2 2"},
                      Told{"values-of-the-other-head-map", "head map of values", "bs1 b1 h4/2 d8 n3 s5 bias=alibi",
                           "kv heads 0 1 0 1", "kv heads 0 0 1 1"},
                      Told{"rope-pairs-swapped", "rotary pairs", "bs1 b1 h1 d8 n3 s5 rotary=4 base=16",
                           "4 of 8 entries turn: (0, 2) (1, 3)", "4 of 8 entries turn: (0, 1) (2, 3)"},
                      Told{"rope-turns-backwards", "rotary angles", "bs1 b1 h1 d8 n3 s5 rotary=4 base=16", "-1, -0.25 a position",
                           "1, 0.25 a position"},
                      Told{"persistent-kv-turned", "persistent keys", "bs1 b1 h1 d8 n3 s5 P3 rotary=4",
                           "row 2 against column 0 turns by t = 7, row 2 against column 2 turns by t = 5",
                           "row 2 against column 0 turns by t = 4, row 2 against column 2 turns by t = 4"},
                      Told{"rope-origin-visible-through-persistent-kv", "persistent keys", "bs1 b1 h1 d8 n3 s5 M2 P3 rotary=4",
                           "row 2 against column 0 turns by t = 6, row 2 against column 2 turns by t = 6",
                           "row 2 against column 0 turns by t = 4, row 2 against column 2 turns by t = 4"},
                      Told{"empty-row-three-behaviours", "empty rows", "bs1 b1 h1 d8 n6 s4 causal",
                           "the mean of all values, lse -1e+30", "0, lse -inf"},
                      Told{"softcap-order-swapped", "softcap", "bs1 b1 h1 d8 n3 s5 bias=relative_buckets softcap=0.5 seed=2",
                           "before the bias, or none", "after the bias"},
                      Told{"softcap-order-swapped", "softcap",
                           "bs1 b1 h1 d8 n3 s5 bias=relative_buckets softcap=0.5 softcap_order=before_bias seed=2",
                           "after the bias", "before the bias"},
                      Told{"relative-term-not-scaled", "scale", "bs1 b1 h1 d8 n3 s5 bias=relative_buckets seed=2",
                           "stretches the bias too", "leaves the bias alone"}));

TEST(Facts, AnIgnoredSinkWeighsNothing) {
  const Case c = parsed("bs1 b1 h1 d8 n3 s5 sink seed=3");
  const Fact wrong = facts_of(c, misread_kernel(reading("sink-ignored")))["sink"];
  EXPECT_TRUE(wrong.departs) << wrong.got;
  EXPECT_GT(std::stod(wrong.right), 0.01);
  EXPECT_LT(std::stod(wrong.got), 1e-4);
  EXPECT_FALSE(facts_of(c, registered_kernels().front())["sink"].departs);
}

TEST(Facts, AnIgnoredScaleIsRead) {
  const Case c = parsed("bs1 b1 h1 d16 n3 s5");
  const Fact wrong = facts_of(c, misread_kernel(reading("scale-ignored")))["scale of q.k"];
  EXPECT_TRUE(wrong.departs);
  EXPECT_EQ(wrong.got, "q.k = 8 lifts a score by 8");
}

TEST(Facts, WhatCannotBeMeasuredSaysWhy) {
  const auto found = facts_of(parsed("bs1 b1 h2/1 d2 n1 s1 rotary=2 softcap=1"), registered_kernels().front());
  EXPECT_EQ(found.at("empty rows").unmeasured, "no row is empty here");
  EXPECT_EQ(found.at("rotary").unmeasured, "the softcap flattens what would tell");
  EXPECT_EQ(found.at("softcap").unmeasured, "no bias to be capped");
  EXPECT_EQ(found.at("scale of q.k").unmeasured, "rotary turns every entry");
  EXPECT_FALSE(found.contains("head map of keys"));
}

}  // namespace
}  // namespace boresight::properties::probe
