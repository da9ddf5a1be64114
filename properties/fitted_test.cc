// Of a drawn case all is kept that a kernel takes, and what is left is one that it takes.
#include "properties/fitted.h"

#include <gtest/gtest.h>

#include "problem/inputs.h"
#include "problem/token.h"
#include "properties/laws/law.h"
#include "properties/readings/misread_kernel.h"
#include "properties/steering.h"

namespace boresight::properties {
namespace {

Case parsed(const char* text) { return *parse_token(text); }

Kernel taking(std::function<bool(const Problem&, const Tensors&)> takes) {
  Kernel kernel = readings::misread_kernel("narrow", readings::by_the_book);
  kernel.unsupported = [takes](const Problem& p, const Tensors& t) { return takes(p, t) ? "" : std::string("no"); };
  return kernel;
}

TEST(Fitted, ACaseThatIsTakenStaysAsItIs) {
  const Case c = parsed("bs1 b2 h4/2 d8 n3 s9 M3 P2 causal bias=relative_buckets sink key_mask=0.5 seed=4");
  EXPECT_EQ(fitted(c, taking([](const Problem&, const Tensors&) { return true; })), c);
}

TEST(Fitted, OnlyWhatIsNotTakenGoes) {
  const Kernel no_masks = taking([](const Problem& p, const Tensors& t) { return !t.key_mask && !p.sink; });
  const Case c = parsed("bs1 b2 h4/2 d8 n3 s9 M3 P2 causal window=4 bias=alibi sink key_mask=0.5 seed=4");
  EXPECT_EQ(token(fitted(c, no_masks)), token(parsed("bs1 b2 h4/2 d8 n3 s9 M3 P2 causal window=4 bias=alibi seed=4")));
}

TEST(Fitted, ABiasGivesWayToOneThatIsTaken) {
  const Kernel slopes_as_data = taking([](const Problem& p, const Tensors&) {
    return p.bias.kind == BiasKind::none || (p.bias.kind == BiasKind::alibi && p.bias.slopes == Slopes::per_head);
  });
  for (const char* text :
       {"bs1 b1 h2 d4 n3 s5 bias=dense", "bs1 b1 h2 d4 n3 s5 bias=alibi", "bs1 b1 h2 d4 n3 s5 bias=relative_buckets"}) {
    const Bias bias = fitted(parsed(text), slopes_as_data).problem.bias;
    EXPECT_EQ(bias.kind, BiasKind::alibi) << text;
    EXPECT_EQ(bias.slopes, Slopes::per_head) << text;
  }
}

TEST(Fitted, AKernelThatTakesNothingWithoutABiasIsGivenOne) {
  const Kernel biased = taking([](const Problem& p, const Tensors&) {
    return p.bias.kind == BiasKind::alibi && p.bias.slopes == Slopes::per_batch && p.mem_kv == 0;
  });
  for (const char* text : {"bs1 b1 h2 d4 n3 s5 causal", "bs1 b1 h2 d4 n3 s5 P2 causal bias=dense"})
    EXPECT_EQ(token(fitted(parsed(text), biased)), "bs1 b1 h2 d4 n3 s5 causal bias=alibi slopes=per_batch") << text;
}

TEST(Fitted, FormsGiveWayBeforeSizes) {
  const Kernel tiled = taking(
      [](const Problem& p, const Tensors&) { return p.kv_heads == p.heads || p.kv_heads == 1 || p.head_map == HeadMap::tiled; });
  EXPECT_EQ(token(fitted(parsed("bs1 b1 h4/2 d4 n3 s5 P2 window=2 sink"), tiled)),
            "bs1 b1 h4/2 d4 n3 s5 P2 window=2 sink head_map=tiled");
  const Kernel causal = taking([](const Problem& p, const Tensors&) { return p.queries == p.segment || p.causal; });
  EXPECT_EQ(token(fitted(parsed("bs1 b1 h2 d4 n3 s5 M2 P2"), causal)), "bs1 b1 h2 d4 n3 s5 M2 P2 causal");
}

TEST(Fitted, SizesGiveWayLast) {
  const Kernel square = taking([](const Problem& p, const Tensors&) { return p.value_dim == p.head_dim && p.mem_kv == 0; });
  EXPECT_EQ(token(fitted(parsed("bs1 b1 h2 d4/6 n3 s5 P2 causal"), square)), token(parsed("bs1 b1 h2 d4 n3 s5 causal")));
}

TEST(Fitted, WhereNothingLikeItIsTakenTheCaseStays) {
  const Case c = parsed("bs1 b1 h2 d4 n3 s5 P2 causal");
  EXPECT_EQ(fitted(c, taking([](const Problem&, const Tensors&) { return false; })), c);
}

TEST(Fitted, EveryDrawnCaseBecomesOneThatIsTaken) {
  const Kernel narrow = taking([](const Problem& p, const Tensors& t) {
    return p.type == Type::f32 && p.rotary.dims == 0 && !t.attention_mask && p.bias.kind <= BiasKind::alibi && !p.zero_kv;
  });
  int changed = 0;
  for (std::int64_t number = 1; number <= 200; ++number) {
    const Case drawn = drawn_case(3, number, agreement()), left = fitted(drawn, narrow);
    EXPECT_EQ(narrow.unsupported(left.problem, make_inputs(left).tensors), "") << token(drawn);
    changed += !(left == drawn);
  }
  EXPECT_GT(changed, 100);
}

}  // namespace
}  // namespace boresight::properties
