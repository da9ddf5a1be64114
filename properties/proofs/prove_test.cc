// What is true is proved, what is false is refuted by its smallest counterexample, and what is neither is undecided.
#include "properties/proofs/prove.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "problem/token.h"
#include "properties/proofs/claims/geometry.h"
#include "properties/proofs/counterexample.h"
#include "properties/proofs/report.h"

namespace boresight::proofs {
namespace {

Proof proof_of(const Claim& claim, const Asked& asked = {}) { return prove(claim, asked, z3_solver()); }

Number total(Setting& setting) { return geometry_of(setting).columns().end; }

constexpr Claim columns_are_the_sum{.name = "columns", .words = "P + M + S", .state = [](Setting& setting) {
                                      return setting.compare("columns", total(setting), setting.layout().columns());
                                    }};

// False where M > 0: the smallest call is M = 1.
constexpr Claim forgets_memories{.name = "forgets_memories",
                                 .words = "columns without memories",
                                 .state =
                                     [](Setting& setting) {
                                       const Layout& layout = setting.layout();
                                       return setting.compare("columns", total(setting), layout.mem_kv + layout.segment);
                                     },
                                 .shown_by = "sink"};

// False of a tile that begins after row 2 with a second row: [3, 5) of 5.
constexpr Claim no_tile_of_two_after_the_third_row{.name = "no_tile", .words = "", .state = [](Setting& setting) {
                                                     const Span rows = setting.rows();
                                                     return implies(Whole(rows.begin) >= 3,
                                                                    Whole(rows.end) - Whole(rows.begin) < 2);
                                                   }};

constexpr Claim vacuous{.name = "vacuous", .words = "", .state = [](Setting& setting) {
                          setting.assume(setting.layout().queries < 0);
                          return Truth(false) || setting.layout().queries == 0;
                        }};

// A padded column past the last, in 32 bits: the size limit is where it still fits.
constexpr Claim padded_end_fits{.name = "padded_end", .words = "", .state = [](Setting& setting) {
                                  static_cast<void>(total(setting) + Number(127));
                                  return Truth(true);
                                }};

TEST(Prove, ATrueClaimIsProved) {
  const Proof proof = proof_of(columns_are_the_sum);
  EXPECT_EQ(proof.verdict, Verdict::proved);
  EXPECT_EQ(words(columns_are_the_sum, proof, 0.014, 9, "boresight"), "columns      0.01 s  proved\n");
}
TEST(Prove, AFalseClaimIsRefutedByTheSmallestCall) {
  const Proof proof = proof_of(forgets_memories);
  ASSERT_EQ(proof.verdict, Verdict::refuted);
  EXPECT_EQ(proof.counterexample->token, "bs1 b1 h1 d1 n1 s0 M1 sink");
  EXPECT_TRUE(proof.counterexample->is_smallest);
  EXPECT_EQ(words(forgets_memories, proof, 0, 16, "boresight"),
            "forgets_memories    0.00 s  refuted\n"
            "  claims  columns without memories\n"
            "  where   n=1 S=0 M=1 P=0\n"
            "  wrong   columns is 1, right is 0\n"
            "  token   bs1 b1 h1 d1 n1 s0 M1 sink\n"
            "  again   boresight replay 'bs1 b1 h1 d1 n1 s0 M1 sink'\n");
}
TEST(Prove, WhatNoOutputShowsIsProvedAgain) {
  Claim silent = forgets_memories;
  silent.shown_by = "";
  const std::string told = words(silent, proof_of(silent), 0, 0, "boresight");
  EXPECT_NE(told.find("  again   boresight prove --claim forgets_memories --at 'bs1 b1 h1 d1 n1 s0 M1'\n"), std::string::npos)
      << told;
}
TEST(Prove, ACounterexampleOverRangesIsATileOfASmallShape) {
  const Proof proof = proof_of(no_tile_of_two_after_the_third_row);
  ASSERT_EQ(proof.verdict, Verdict::refuted);
  EXPECT_EQ(proof.counterexample->token, "bs1 b1 h1 d1 n6 s1 tile=2x1");
  EXPECT_EQ(proof.counterexample->where, "n=6 S=1 M=0 P=0, rows [4, 6)");
}
TEST(Prove, ATileThatIsGivenIsKept) {
  const Proof proof = proof_of(no_tile_of_two_after_the_third_row, {.scope = {.shape = TileShape{3, 5}}});
  ASSERT_EQ(proof.verdict, Verdict::refuted);
  EXPECT_EQ(proof.counterexample->token, "bs1 b1 h1 d1 n5 s1 tile=3x5");
}
TEST(Prove, AClaimAboutNothingIsUndecided) {
  const Proof proof = proof_of(vacuous);
  EXPECT_EQ(proof.verdict, Verdict::undecided);
  EXPECT_EQ(words(vacuous, proof, 0, 7, ""), "vacuous    0.00 s  its assumptions hold nowhere: undecided\n");
}
TEST(Prove, AClaimThatSaysNothingOfOneLayoutIsSilentThere) {
  Problem none;
  EXPECT_EQ(proof_of(no_tile_of_two_after_the_third_row, {.scope = {.layout = none}}).verdict, Verdict::silent);
}
// Thirteen pigeons in twelve holes: true, and long to see.
constexpr Claim pigeons{.name = "pigeons", .words = "", .state = [](Setting& setting) {
                          std::vector<Whole> holes;
                          Truth apart(true);
                          for (int pigeon = 0; pigeon < 13; ++pigeon) {
                            holes.push_back(Whole(setting.number("hole", 0, 11)));
                            for (int other = 0; other < pigeon; ++other)
                              apart = apart && holes[std::size_t(pigeon)] != holes[std::size_t(other)];
                          }
                          return !apart;
                        }};
TEST(Prove, AQueryThatTakesTooLongIsUndecided) {
  const Proof proof = proof_of(pigeons, {.limit = std::chrono::milliseconds(300)});
  EXPECT_EQ(proof.verdict, Verdict::undecided);
  EXPECT_EQ(proof.why, "timeout");
}
TEST(Prove, ASolverThatDoesNotStopIsLeft) {
  const auto sleeps = [](const Query&, std::chrono::milliseconds) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    return Answer{Answer::Kind::unsatisfiable, {}, {}};
  };
  const std::chrono::milliseconds short_time(20), long_time(10'000);
  const Proof left = prove(columns_are_the_sum, {.limit = short_time}, limited(sleeps, short_time));
  EXPECT_EQ(left.verdict, Verdict::undecided);
  EXPECT_EQ(left.why, "timeout, and the solver does not stop");
  EXPECT_EQ(prove(columns_are_the_sum, {}, limited(z3_solver(), long_time)).verdict, Verdict::proved);
}
TEST(Prove, WhatOverflowsIsToldWithItsExactValue) {
  EXPECT_EQ(proof_of(padded_end_fits).verdict, Verdict::proved);
  const Proof proof = proof_of(padded_end_fits, {.scope = {.size_limit = size_limit + 1}});
  ASSERT_EQ(proof.verdict, Verdict::refuted);
  ASSERT_EQ(proof.counterexample->wrong.size(), 1u);
  EXPECT_NE(proof.counterexample->wrong[0].find("2147483521 + 127 = 2147483648 does not fit in 32 bits"), std::string::npos)
      << proof.counterexample->wrong[0];
  EXPECT_EQ(proof.counterexample->token, "");  // no valid call is so large
  EXPECT_TRUE(proof.counterexample->is_smallest);
}
TEST(Prove, OneLayoutIsAskedAloneHoweverLarge) {
  Problem large;
  large.queries = 3, large.segment = size_limit - 2, large.mem_kv = 2;
  EXPECT_EQ(proof_of(forgets_memories, {.scope = {.layout = large}}).verdict, Verdict::proved);
  large.memories = 1, large.segment -= 1;
  const Proof proof = proof_of(forgets_memories, {.scope = {.layout = large}});
  ASSERT_EQ(proof.verdict, Verdict::refuted);
  EXPECT_EQ(proof.counterexample->where, "n=3 S=2147483517 M=1 P=2");
}

// Solvers that are wrong.
TEST(Prove, ASolverIsNotBelieved) {
  const auto says = [](Answer::Kind kind) {
    return
        [kind](const Query& query, std::chrono::milliseconds) { return Answer{kind, Model(query.terms.variables().size()), {}}; };
  };
  const Proof refuted = prove(columns_are_the_sum, {}, says(Answer::Kind::satisfiable));
  EXPECT_EQ(refuted.verdict, Verdict::undecided);
  EXPECT_EQ(refuted.why, "it holds where the solver says that it does not");
  EXPECT_EQ(prove(columns_are_the_sum, {}, says(Answer::Kind::unsatisfiable)).verdict, Verdict::undecided);
}

TEST(Claims, EachIsNamedOnceAndShownByWordsOfATokenAndThereAreSome) {
  ASSERT_FALSE(claims().empty());
  std::set<std::string_view> names;
  for (const Claim& claim : claims()) {
    EXPECT_TRUE(names.insert(claim.name).second) << claim.name;
    EXPECT_FALSE(claim.words.empty()) << claim.name;
    EXPECT_TRUE(parse_token("bs1 b1 h1 d1 n1 s1 causal " + std::string(claim.shown_by))) << claim.name;
  }
}

}  // namespace
}  // namespace boresight::proofs
