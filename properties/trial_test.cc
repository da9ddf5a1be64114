// A trial's truths are shared where they are the same, and nowhere else.
#include "properties/laws/trial.h"

#include <gtest/gtest.h>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/laws/law.h"

namespace boresight::properties {
namespace {

const Kernel& honest() { return registered_kernels().front(); }
Case a_case(const std::string& text = "bs1 b1 h2 d8 n5 s9 M3 P2 causal alibi seed=3") { return *parse_token(text); }

TEST(Trial, FindsTheTruthOfAnEarlierTrialOnTheSameCase) {
  const Case c = a_case();
  Trial first("a", c, honest()), second("a", c, honest());
  EXPECT_EQ(&first.certify(first.call()).truth, &second.certify(second.call()).truth);
}

TEST(Trial, OfAnotherCaseOrLawHasATruthOfItsOwn) {
  const Case c = a_case(), other = a_case("bs1 b1 h2 d8 n5 s9 M3 P2 causal alibi seed=4");
  Trial first("a", c, honest());
  const Certificate truth = first.certify(first.call());
  const double before = truth.truth.heads[0].out(0, 0);
  Trial second("a", other, honest()), third("b", c, honest());
  EXPECT_NE(&second.certify(second.call()).truth, &truth.truth);
  EXPECT_NE(&third.certify(third.call()).truth, &truth.truth);
  EXPECT_EQ(truth.truth.heads[0].out(0, 0), before) << "the truth of a trial that still goes on was overwritten";
}

TEST(Trial, GivesEachArithmeticABoundOfItsOwn) {
  Kernel coarse = honest();
  coarse.arithmetic = [](const Problem& p, const Options& o) {
    Arithmetic a = honest().arithmetic(p, o);
    a.weights = Type::bf16;
    return a;
  };
  const Case c = a_case();
  Trial first("a", c, honest()), second("a", c, coarse), third("a", c, honest());
  const Certificate fine = first.certify(first.call()), rough = second.certify(second.call()),
                    again = third.certify(third.call());
  EXPECT_EQ(&fine.truth, &rough.truth);
  EXPECT_EQ(&fine.bound, &again.bound);
  EXPECT_LT(fine.bound.heads[0].out(4, 0), rough.bound.heads[0].out(4, 0));
}

TEST(Trial, OfTheNextKernelDoesNotSeeWhatTheLastOneScribbled) {
  Kernel scribbler = honest();
  scribbler.run = [run = scribbler.run](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    t.q.at<float>(0, 0, 0, 0) += 7;
    t.segment_v.at<float>(0, 0, 0, 0) += 7;
  };
  for (const Law& law : laws()) {
    Case c = a_case();
    if (law.name == "per_row_constant") c = a_case("bs1 b1 h2 d8 n5 s9 causal bias=dense");
    law.judge(c, scribbler);
    const Verdict verdict = law.judge(c, honest());
    EXPECT_NE(verdict.outcome, Outcome::failed) << law.name << ": " << verdict.why;
  }
}

TEST(Trial, DoesNothingAfterTheFirstTrouble) {
  int runs = 0;
  Kernel counting = honest();
  counting.run = [&](const Problem&, const Tensors&, const Options&) { ++runs; };
  const Case c = a_case();
  Trial trial("a", c, counting);
  trial.certify(trial.call());
  const Results results = trial.run(trial.call(), "first");
  EXPECT_TRUE(trial.run(trial.call(), "second").out.empty());
  trial.same_bits(results, results, "not told");
  trial.needs(false, "not told");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(trial.verdict().outcome, Outcome::failed);
  EXPECT_NE(trial.verdict().why.find("unwritten (first)"), std::string::npos) << trial.verdict().why;
}

TEST(Trial, SkipsACallThatTheKernelDoesNotTake) {
  Kernel picky = honest();
  picky.unsupported = [](const Problem&, const Tensors&) { return std::string("no"); };
  const Case c = a_case();
  Trial trial("a", c, picky);
  EXPECT_TRUE(trial.certify(trial.call()).truth.heads.empty());
  EXPECT_EQ(trial.verdict().outcome, Outcome::skipped);
  EXPECT_EQ(trial.verdict().why, "not supported: no");
}

}  // namespace
}  // namespace boresight::properties
