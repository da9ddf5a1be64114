// The canary: kernels that are wrong by design. A judge that passes one of these judges nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/prepared.h"
#include "properties/laws/law.h"

namespace boresight::properties {
namespace {

const Kernel& honest() { return registered_kernels().front(); }

Case a_case(const std::string& text = "bs1 b1 h2 d8 n5 s9 M3 P2 causal alibi seed=3") {
  const Result<Case> parsed = parse_token(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().text());
  return *parsed;
}

// The honest kernel, and then something done to its tensors.
Kernel with(std::function<void(const Problem&, const Tensors&)> after) {
  Kernel kernel = honest();
  kernel.run = [run = kernel.run, after](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    after(p, t);
  };
  return kernel;
}

Verdict judge(std::string_view law, const Kernel& kernel, const Case& of = a_case()) { return find_law(law)->judge(of, kernel); }

// Adds `bounds` times its bound to one output element.
Kernel off_by(double bounds) {
  return with([bounds](const Problem& p, const Tensors& t) {
    std::optional<Verdict> outside;
    const Certified& certified = certify({p, t}, honest(), {}, 1, outside);
    const reference::Head& truth = certified.truth.heads[1];
    t.out.at<float>(0, 1, 2, 3) = float(truth.out(2, 3) + bounds * certified.bound.heads[1].out(2, 3));
  });
}

TEST(Canary, AnHonestKernelPasses) { EXPECT_EQ(judge("agrees_with_reference", honest()).outcome, Outcome::passed); }

TEST(Canary, TwiceTheBoundFails) {
  const Verdict verdict = judge("agrees_with_reference", off_by(2));
  ASSERT_EQ(verdict.outcome, Outcome::failed);
  ASSERT_TRUE(verdict.mismatch);
  EXPECT_EQ(verdict.mismatch->h, 1);
  EXPECT_EQ(verdict.mismatch->i, 2);
  EXPECT_EQ(verdict.mismatch->d, 3);
}

TEST(Canary, HalfTheBoundPasses) { EXPECT_EQ(judge("agrees_with_reference", off_by(0.5)).outcome, Outcome::passed); }

TEST(Canary, NaNFailsFirst) {
  const Kernel nan = with([](const Problem&, const Tensors& t) { t.out.at<float>(0, 0, 0, 0) = std::nanf(""); });
  EXPECT_EQ(judge("agrees_with_reference", nan).outcome, Outcome::failed);
}

TEST(Canary, AnInfiniteLseFails) {
  const Kernel wrong = with([](const Problem&, const Tensors& t) {
    if (t.lse) t.lse.at<float>(0, 1, 4) = std::numeric_limits<float>::infinity();
  });
  const Verdict verdict = judge("agrees_with_reference", wrong);
  ASSERT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_TRUE(verdict.mismatch->lse);
}

TEST(Canary, AKernelThatThrowsFailsWithItsWords) {
  Kernel throwing = honest();
  throwing.run = [](const Problem&, const Tensors&, const Options&) { throw std::runtime_error("no such tile"); };
  const Verdict verdict = judge("agrees_with_reference", throwing);
  EXPECT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_NE(verdict.why.find("threw: no such tile"), std::string::npos) << verdict.why;
}

TEST(Canary, AnUnwrittenElementFails) {
  const Kernel lazy = with([](const Problem&, const Tensors& t) { std::memset(&t.out.at<float>(0, 0, 3, 1), 0xff, 4); });
  const Verdict verdict = judge("inputs_unchanged_outputs_fenced", lazy);
  EXPECT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_NE(verdict.why.find("unwritten"), std::string::npos) << verdict.why;
}

TEST(Canary, AWriteBehindTheEndFails) {
  const Kernel wild = with([](const Problem& p, const Tensors& t) { (&t.out.at<float>(0, 1, 4, 7))[1] = float(p.heads); });
  const Verdict verdict = judge("inputs_unchanged_outputs_fenced", wild);
  EXPECT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_NE(verdict.why.find("outside"), std::string::npos) << verdict.why;
}

TEST(Canary, AWriteIntoTheGapsOfAStridedOutputFails) {
  const Kernel wild = with([](const Problem&, const Tensors& t) { (&t.out.at<float>(0, 0, 0, 0))[1] = 0; });
  EXPECT_EQ(judge("inputs_unchanged_outputs_fenced", wild, a_case("bs1 b1 h1 d4 n3 s3 layout=strided")).outcome, Outcome::failed);
}

TEST(Canary, AChangedInputFails) {
  const Kernel scribbler = with([](const Problem&, const Tensors& t) { t.q.at<float>(0, 0, 0, 0) *= 2; });
  const Verdict verdict = judge("inputs_unchanged_outputs_fenced", scribbler);
  EXPECT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_NE(verdict.why.find("inputs"), std::string::npos) << verdict.why;
}

TEST(Canary, AKernelThatRemembersIsCaughtByChangedContents) {
  Kernel remembering = honest();
  remembering.run = [run = honest().run, first = std::make_shared<std::vector<float>>()](const Problem& p, const Tensors& t,
                                                                                         const Options& o) {
    run(p, t, o);
    float& element = t.out.at<float>(0, 0, 0, 0);
    first->push_back(element);
    element += first->size() > 1 ? 1.0f : 0.0f;
  };
  EXPECT_EQ(judge("hidden_is_inert", remembering).outcome, Outcome::failed);
}

TEST(Canary, ACaseThatCouldNotHaveToldIsMistrusted) {
  EXPECT_EQ(judge("agrees_with_reference", honest(), a_case("bs1 b1 h1 d4 n1 s1")).outcome, Outcome::mistrusted);
  EXPECT_EQ(judge("agrees_with_reference", honest(), a_case("bs1 b1 h1 d4 n0 s4")).outcome, Outcome::mistrusted);
}

TEST(Canary, LawsMistrustCasesWithoutPower) {
  for (const char* token : {"bs1 b1 h1 d4 n2 s2 causal key_mask=prefix:0 law=causal",
                            "bs1 b1 h1 d4 n3 s3 causal key_mask=prefix:0 law=chunks_are_one_call",
                            "bs1 b1 h1 d4 n3 s3 P2 attention_mask=prefix:0 law=permuting_persistent_keys",
                            "bs1 b1 h1 d4 n3 s3 M2 memory_mask=prefix:0 key_mask=prefix:0 law=hidden_memory_is_no_memory"})
    EXPECT_EQ(judge(a_case(token).law, honest(), a_case(token)).outcome, Outcome::mistrusted) << token;
}

// Scores of 1e9 leave nothing but the hull; a cap of 3e38 loses its quotient to underflow.
TEST(Canary, AnHonestKernelPassesAtTheEndsOfTheRange) {
  for (const char* token : {"bs1 b1 h1 d4 n4 s4 scale=1e9 values=large", "bs1 b1 h1 d4 n4 s4 scale=1e9 values=large seed=2 sink",
                            "bs1 b1 h4 d1 n40 s1 values=tiny scale=16 softcap=3.4e38"}) {
    const Outcome outcome = judge("agrees_with_reference", honest(), a_case(token)).outcome;
    EXPECT_TRUE(outcome == Outcome::passed || outcome == Outcome::mistrusted) << token;
  }
}

TEST(Canary, AnInputChangedOnlyWithoutLseFails) {
  const Kernel scribbler = with([](const Problem&, const Tensors& t) { t.q.at<float>(0, 0, 0, 0) *= t.lse ? 1.0f : 2.0f; });
  EXPECT_EQ(judge("inputs_unchanged_outputs_fenced", scribbler).outcome, Outcome::failed);
}

// Results in f32 of an evaluation in double, declared as such: storing is what the bound must allow for, and no more.
TEST(Canary, AKernelInDoubleThatStoresF32Passes) {
  Kernel precise = honest();
  precise.arithmetic = [](const Problem& p, const Options&) {
    Arithmetic a;
    a.accumulator_roundoff = 0x1p-53;
    a.dot_chain = p.head_dim;
    a.value_chain = p.columns() + 2;
    a.accumulator = a.rotated = a.scaled_query = a.scores = a.weights = Type::f64;
    a.exp_error = a.tanh_error = a.log_error = a.angle_error = a.turn_error = 0x1p-50;
    return a;
  };
  precise.run = [](const Problem& p, const Tensors& t, const Options&) {
    const reference::Attention truth = reference::attend(p, t);
    for (std::int64_t h = 0; h < p.heads; ++h)
      for (std::int64_t i = 0; i < p.queries; ++i) {
        for (std::int64_t d = 0; d < p.value_dim; ++d) t.out.at<float>(0, h, i, d) = float(truth.heads[std::size_t(h)].out(i, d));
        t.lse.at<float>(0, h, i) = float(truth.heads[std::size_t(h)].lse(i));
      }
  };
  const Verdict verdict = judge("agrees_with_reference", precise);
  EXPECT_EQ(verdict.outcome, Outcome::passed) << verdict.why;
  EXPECT_GT(verdict.largest, 0.3);
}

TEST(Canary, FailedGoesBeforeMistrusted) {
  const Kernel wrong = with([](const Problem&, const Tensors& t) { t.out.at<float>(0, 0, 0, 0) += 1; });
  EXPECT_EQ(judge("agrees_with_reference", wrong, a_case("bs1 b1 h1 d4 n1 s1")).outcome, Outcome::failed);
}

}  // namespace
}  // namespace boresight::properties
