// A canary for each law: a kernel that is wrong by design in the one way that the law is about, and is seen failing by it;
// honest kernels pass, preconditions that fail are skipped with their reason, inputs that could not tell are mistrusted.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/laws/law.h"

namespace boresight::properties {
namespace {

const Kernel& honest() { return registered_kernels().front(); }

Case parsed(const std::string& text) {
  const Result<Case> result = parse_token(text);
  EXPECT_TRUE(result) << (result ? "" : result.error().text());
  return *result;
}

// The honest kernel, and then something done to its outputs.
Kernel with(std::function<void(const Problem&, const Tensors&, const Options&)> after) {
  Kernel kernel = honest();
  kernel.run = [run = kernel.run, after](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    after(p, t, o);
  };
  return kernel;
}

Kernel adding(std::function<double(const Problem&, const Tensors&, const Options&)> what) {
  return with(
      [what](const Problem& p, const Tensors& t, const Options& o) { t.out.at<float>(0, 0, 0, 0) += float(what(p, t, o)); });
}

// One bit more or less, which every bound allows.
void nudge(float& element) { element = std::nextafter(element, 2 * element); }

Verdict judge(std::string_view law, const Kernel& kernel, const std::string& text) {
  return find_law(law)->judge(parsed(text), kernel);
}

void expect_fails(std::string_view law, const Kernel& kernel, const std::string& text, std::string_view words) {
  const Verdict right = judge(law, honest(), text), wrong = judge(law, kernel, text);
  EXPECT_EQ(right.outcome, Outcome::passed) << law << ": " << right.why;
  EXPECT_EQ(wrong.outcome, Outcome::failed) << law << ": " << wrong.why;
  EXPECT_NE(wrong.why.find(words), std::string::npos) << law << ": " << wrong.why;
}

TEST(LawCanary, AKernelThatIsWrongForOneQueryDoesNotDecodeTheFullPass) {
  const Kernel wrong = adding([](const Problem& p, const Tensors&, const Options&) { return p.queries == 1 ? 1 : 0; });
  expect_fails("decode_is_the_full_pass", wrong, "bs1 b1 h2 d8 n5 s9 M3 P2 causal alibi seed=3", "one at a time");
}

TEST(LawCanary, AKernelThatMissesRowsOfItsOwnLongPassIsFoundByDecodingThem) {
  const Kernel wrong = with([](const Problem& p, const Tensors& t, const Options&) {
    if (p.queries > 30) t.out.at<float>(0, 0, p.queries - 1, 0) += 1;
  });
  expect_fails("decode_is_the_full_pass", wrong, "bs1 b1 h1 d4 n33 s33 causal seed=3", "one at a time");
}

TEST(LawCanary, PaddingThatShowsFailsAtEitherEnd) {
  const Kernel right_end = adding([](const Problem& p, const Tensors& t, const Options&) {
    return t.key_mask && t.key_mask.at<std::uint8_t>(0, p.segment - 1) == 0 ? 1 : 0;
  });
  const Kernel left_end = with([](const Problem& p, const Tensors& t, const Options&) {
    if (t.key_mask && t.key_mask.at<std::uint8_t>(0, 0) == 0) t.out.at<float>(0, 0, p.queries - 1, 0) += 1;
  });
  expect_fails("padding_is_inert", right_end, "bs1 b1 h1 d4 n4 s4 M2 causal alibi", "at the right");
  int caught = 0;
  for (int seed = 0; seed < 8; ++seed)
    caught +=
        judge("padding_is_inert", left_end, "bs1 b1 h1 d4 n4 s4 alibi seed=" + std::to_string(seed)).outcome == Outcome::failed;
  EXPECT_GT(caught, 0);
  EXPECT_LT(caught, 8);
}

TEST(LawCanary, ASequenceThatKnowsItsPlaceInTheBatchFails) {
  const Kernel wrong = with([](const Problem& p, const Tensors& t, const Options&) {
    if (p.batch > 1) t.out.at<float>(1, 0, 0, 0) += 1;
  });
  expect_fails("batch_order", wrong, "bs1 b2 h1 d4 n4 s4 seed=1", "");
}

TEST(LawCanary, ABitThatDependsOnTheBatchFailsWhereBatchInvarianceIsPromised) {
  Kernel kernel = with([](const Problem& p, const Tensors& t, const Options&) {
    if (p.batch > 1) nudge(t.out.at<float>(1, 0, 0, 0));
  });
  ASSERT_TRUE(kernel.batch_invariant);
  const std::string text = "bs1 b2 h1 d4 n4 s4 seed=1";
  EXPECT_EQ(judge("batch_order", kernel, text).outcome, Outcome::failed);
  kernel.batch_invariant = false;
  EXPECT_EQ(judge("batch_order", kernel, text).outcome, Outcome::passed);
}

TEST(LawCanary, AHeadThatKnowsItsNumberFails) {
  const Kernel wrong = with([](const Problem&, const Tensors& t, const Options&) { t.out.at<float>(0, 1, 0, 0) += 1; });
  for (const char* text : {"bs1 b1 h2 d4 n4 s4 alibi", "bs1 b1 h4/2 d4 n4 s4 sink", "bs1 b1 h4/2 d4 n4 s4 head_map=tiled",
                           "bs1 b1 h4/1 d4 n4 s4 bias=distance_table"})
    expect_fails("head_order", wrong, text, "the order of heads shows");
}

TEST(LawCanary, AQueryThatKnowsItsRowFails) {
  const Kernel wrong = with([](const Problem&, const Tensors& t, const Options&) { t.out.at<float>(0, 0, 1, 0) += 1; });
  expect_fails("query_order", wrong, "bs1 b1 h1 d4 n4 s6 bias=dense attention_mask=0.9", "the order of queries shows");
  expect_fails("query_order", wrong, "bs1 b1 h1 d4 n4 s6 alibi positions=shuffled", "the order of queries shows");
}

TEST(LawCanary, PositionsThatCountFromSomewhereFail) {
  const Kernel wrong =
      adding([](const Problem&, const Tensors& t, const Options&) { return t.query_positions.at<std::int32_t>(0, 0); });
  for (const char* text :
       {"bs1 b1 h1 d4 n4 s6 P2 alibi positions=shuffled", "bs1 b1 h1 d4 n4 s6 rotary=4 positions=restart",
        "bs1 b1 h1 d4 n4 s6 rotary=4 xpos positions=doubled", "bs1 b1 h1 d4 n4 s6 bias=distance_table positions=shuffled"})
    expect_fails("shifting_all_positions", wrong, text, "where positions count from shows");
}

TEST(LawCanary, AConstantInTheScoresThatReachesTheOutputFails) {
  const Kernel wrong = adding([](const Problem&, const Tensors& t, const Options&) { return 0.01 * t.lse.at<float>(0, 0, 0); });
  expect_fails("per_row_constant", wrong, "bs1 b1 h2 d4 n4 s6 bias=dense", "a constant added");
}

TEST(LawCanary, AnLseThatIsNotMovedByTheConstantFails) {
  const Kernel wrong = with([](const Problem&, const Tensors& t, const Options&) { t.lse.at<float>(0, 1, 2) = 0; });
  const Verdict verdict = judge("per_row_constant", wrong, "bs1 b1 h2 d4 n4 s6 bias=dense");
  ASSERT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_TRUE(verdict.mismatch->lse);
}

TEST(LawCanary, AnOutputThatIsNotLinearInTheValuesFails) {
  const Kernel wrong = with([](const Problem&, const Tensors& t, const Options&) {
    float& out = t.out.at<float>(0, 0, 0, 0);
    out *= std::abs(out);
  });
  expect_fails("linear_in_values", wrong, "bs1 b1 h1 d4 n4 s6", "not linear");
}

TEST(LawCanary, ABitThatDependsOnTheSizeOfTheValuesFails) {
  const Kernel wrong = with([](const Problem& p, const Tensors& t, const Options&) {
    for (std::int64_t d = 0; d < p.value_dim; ++d)
      if (float& out = t.out.at<float>(0, 0, 0, d); std::abs(out) > 3) nudge(out);
  });
  int caught = 0;
  for (int seed = 0; seed < 8; ++seed) {
    const Verdict verdict = judge("linear_in_values", wrong, "bs1 b1 h1 d4 n4 s6 seed=" + std::to_string(seed));
    caught += verdict.outcome == Outcome::failed && verdict.why.find("power") != std::string::npos;
  }
  EXPECT_GT(caught, 0);
}

TEST(LawCanary, AnOutputOutsideTheHullFails) {
  const Kernel doubled = with([](const Problem& p, const Tensors& t, const Options&) {
    for (std::int64_t d = 0; d < p.value_dim; ++d) t.out.at<float>(0, 0, 0, d) *= 2;
  });
  expect_fails("inside_the_hull", doubled, "bs1 b1 h1 d4 n4 s6 values=offset", "no mean of the values");
  expect_fails("inside_the_hull", doubled, "bs1 b1 h1 d4 n4 s6 values=offset zero_kv", "no mean of the values");
}

TEST(LawCanary, AnEmptyRowThatIsNotExactlyZeroFails) {
  const Kernel wrong = adding([](const Problem&, const Tensors&, const Options&) { return 1e-30; });
  expect_fails("inside_the_hull", wrong, "bs1 b1 h1 d4 n4 s6 key_mask=prefix:0", "no mean of the values");
  expect_fails("inside_the_hull", wrong, "bs1 b1 h1 d4 n4 s6 key_mask=prefix:0 sink", "no mean of the values");
}

TEST(LawCanary, AnLseInBaseTwoDoesNotMerge) {
  const Kernel wrong = with([](const Problem& p, const Tensors& t, const Options&) {
    for (std::int64_t i = 0; i < p.queries; ++i) t.lse.at<float>(0, 0, i) *= 1.442695f;
  });
  expect_fails("splitting_keys", wrong, "bs1 b1 h1 d4 n4 s9 P2 alibi", "merged by lse");
  expect_fails("splitting_keys", wrong, "bs1 b1 h1 d4 n4 s9 P2 alibi sink zero_kv seed=2", "merged by lse");
}

TEST(LawCanary, ASinkThatEveryPartCountsFails) {
  const Kernel wrong = with([](const Problem& p, const Tensors& t, const Options&) {
    if (!p.sink && t.attention_mask) t.lse.at<float>(0, 0, 0) += 0.5f;
  });
  expect_fails("splitting_keys", wrong, "bs1 b1 h1 d4 n4 s9 sink seed=1", "merged by lse");
}

TEST(LawCanary, ABitThatDependsOnThreadsFails) {
  const Kernel wrong = with([](const Problem&, const Tensors& t, const Options& o) {
    if (o.threads == 5) nudge(t.out.at<float>(0, 0, 0, 0));
  });
  expect_fails("threads", wrong, "bs1 b1 h1 d4 n4 s6", "5 give different bits");
}

TEST(LawCanary, TilesThatShowFail) {
  const Kernel wrong = adding([](const Problem&, const Tensors&, const Options& o) { return double(o.tile_keys) * 0.1; });
  int caught = 0;
  for (int seed = 0; seed < 8; ++seed)
    caught +=
        judge("ways_of_running_agree", wrong, "bs1 b1 h1 d4 n4 s6 seed=" + std::to_string(seed)).why.find("tile sizes") == 0;
  EXPECT_GT(caught, 4);
}

TEST(LawCanary, AKernelThatDisagreesWithAnotherFails) {
  Kernel wrong = adding([](const Problem&, const Tensors&, const Options&) { return 1; });
  wrong.name = "planted";
  const Verdict verdict = judge("ways_of_running_agree", wrong, "bs1 b1 h1 d4 n4 s6");
  ASSERT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_NE(verdict.why.find("disagree"), std::string::npos) << verdict.why;
}

TEST(LawCanary, ABuiltInBiasThatIsNotWhatItAddsFails) {
  const Kernel wrong =
      adding([](const Problem& p, const Tensors&, const Options&) { return p.bias.kind == BiasKind::dense ? 0 : 1; });
  for (const char* text : {"bs1 b1 h1 d4 n4 s6 P1 alibi", "bs1 b1 h1 d4 n4 s6 M2 bias=relative_buckets",
                           "bs1 b1 h1 d4 n4 s6 zero_kv bias=distance_table", "bs1 b1 h1 d4 n4 s6 causal bias=forget"})
    expect_fails("dense_equals_built_in", wrong, text, "not the dense bias");
}

TEST(LawCanary, ABitThatDependsOnStridesOrAlignmentFails) {
  const Kernel by_stride = with([](const Problem&, const Tensors& t, const Options&) {
    if (t.segment_k.stride[3] != 1) nudge(t.out.at<float>(0, 0, 0, 0));
  });
  const Kernel by_start = with([](const Problem&, const Tensors& t, const Options&) {
    if (reinterpret_cast<std::uintptr_t>(t.q.data) % 8 != 0) nudge(t.out.at<float>(0, 0, 0, 0));
  });
  const Kernel by_output = with([](const Problem&, const Tensors& t, const Options&) {
    if (reinterpret_cast<std::uintptr_t>(t.out.data) % 8 != 0) nudge(t.out.at<float>(0, 0, 0, 0));
  });
  for (const Kernel& wrong : {by_stride, by_start, by_output}) {
    int caught = 0;
    for (int seed = 0; seed < 16; ++seed)
      caught +=
          judge("strides_and_alignment", wrong, "bs1 b1 h1 d4 n4 s6 seed=" + std::to_string(seed)).outcome == Outcome::failed;
    EXPECT_GT(caught, 0);
  }
}

TEST(LawCanary, ASecondCallWithOtherBitsFails) {
  Kernel wrong = with([calls = std::make_shared<int>(0)](const Problem&, const Tensors& t, const Options&) {
    if (++*calls % 2 == 0) nudge(t.out.at<float>(0, 0, 0, 0));
  });
  expect_fails("called_twice", wrong, "bs1 b1 h1 d4 n4 s6", "the second call");
}

TEST(LawCanary, AResultRememberedByAddressFails) {
  Kernel wrong = with([](const Problem&, const Tensors&, const Options&) {});
  wrong.run = [run = wrong.run, last = std::make_shared<const void*>(), kept = std::make_shared<std::vector<float>>()](
                  const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    const bool again = *last == t.q.data;
    if (!again) kept->clear();
    for (std::int64_t i = 0; i < p.queries; ++i) {
      float& out = t.out.at<float>(0, 0, i, 0);
      if (again)
        out = (*kept)[std::size_t(i)];
      else
        kept->push_back(out);
    }
    *last = t.q.data;
  };
  expect_fails("called_twice", wrong, "bs1 b1 h1 d4 n4 s6", "other data in the same memory");
}

TEST(LawCanary, LaterQueriesAndKeysThatReachEarlierRowsFail) {
  const Kernel wrong = adding([](const Problem& p, const Tensors&, const Options&) { return p.queries > 4 ? 1 : 0; });
  int caught = 0;
  for (int seed = 0; seed < 8; ++seed)
    caught +=
        judge("causal", wrong, "bs1 b1 h1 d4 n4 s6 M2 causal alibi seed=" + std::to_string(seed)).outcome == Outcome::failed;
  EXPECT_GT(caught, 0);
}

TEST(LawCanary, PreconditionsThatFailAreSkippedWithTheReason) {
  for (const char* token :
       {"bs1 b1 h1 d4 n4 s6 law=decode_is_the_full_pass", "bs1 b1 h1 d4 n0 s6 law=padding_is_inert",
        "bs1 b1 h2 d4 n4 s6 law=batch_order", "bs1 b1 h1 d4 n4 s6 law=head_order", "bs1 b1 h1 d4 n4 s6 causal law=query_order",
        "bs1 b1 h1 d4 n4 s6 alibi law=query_order", "bs1 b1 h1 d4 n4 s6 window=2,-1 law=query_order",
        "bs1 b1 h1 d4 n4 s6 alibi law=shifting_all_positions",
        "bs1 b1 h1 d4 n4 s6 P1 rotary=4 positions=shuffled law=shifting_all_positions",
        "bs1 b1 h1 d4 n4 s6 alibi law=per_row_constant", "bs1 b1 h1 d4 n4 s6 P1 bias=dense law=per_row_constant",
        "bs1 b1 h1 d4 n4 s6 sink bias=dense law=per_row_constant", "bs1 b1 h1 d4 n4 s6 zero_kv bias=dense law=per_row_constant",
        "bs1 b1 h1 d4 n4 s6 softcap=2 bias=dense law=per_row_constant", "bs1 b1 h1 d4 n4 s1 law=splitting_keys",
        "bs1 b1 h1 d4 n4 s6 bias=dense law=dense_equals_built_in"}) {
    const Case c = parsed(token);
    const Verdict verdict = find_law(c.law)->judge(c, honest());
    EXPECT_EQ(verdict.outcome, Outcome::skipped) << token << ": " << verdict.why;
    EXPECT_FALSE(verdict.why.empty()) << token;
  }
}

TEST(LawCanary, InputsThatCouldNotTellAreMistrusted) {
  const std::string blind = " key_mask=prefix:0 law=";
  for (const std::string& token :
       {"bs1 b1 h1 d4 n3 s3 causal" + blind + "decode_is_the_full_pass", "bs1 b1 h1 d4 n3 s3" + blind + "padding_is_inert",
        "bs1 b2 h1 d4 n3 s3" + blind + "batch_order", "bs1 b1 h2 d4 n3 s3" + blind + "head_order",
        "bs1 b1 h1 d4 n3 s3" + blind + "query_order",
        "bs1 b1 h1 d4 n3 s3 alibi positions=shuffled" + blind + "shifting_all_positions",
        "bs1 b1 h1 d4 n3 s3 bias=dense" + blind + "per_row_constant", "bs1 b1 h1 d4 n3 s3" + blind + "linear_in_values",
        "bs1 b1 h1 d4 n3 s3" + blind + "splitting_keys", "bs1 b1 h1 d4 n3 s3" + blind + "threads",
        "bs1 b1 h1 d4 n3 s3" + blind + "ways_of_running_agree", "bs1 b1 h1 d4 n3 s3 alibi" + blind + "dense_equals_built_in",
        "bs1 b1 h1 d4 n3 s3" + blind + "strides_and_alignment", "bs1 b1 h1 d4 n3 s3" + blind + "called_twice",
        std::string("bs1 b1 h1 d4 n0 s3 law=inside_the_hull")}) {
    const Case c = parsed(token);
    const Verdict verdict = find_law(c.law)->judge(c, honest());
    EXPECT_EQ(verdict.outcome, Outcome::mistrusted) << token << ": " << verdict.why;
  }
}

}  // namespace
}  // namespace boresight::properties
