// Identify: a right kernel's card has every row as specified; each reading shows in its own row, by its name, and in no other;
// and what can't be told, or asked, is said and not guessed.
#include "properties/identify/card.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/identify/aspects.h"
#include "properties/identify/ladder.h"
#include "properties/identify/text.h"
#include "properties/probe/sample_for_tests.h"
#include "properties/readings/number.h"

namespace boresight::properties::identify {
namespace {

using probe::misread;
using readings::misread_kernel;
using readings::Reading;

const Row& row(const Card& card, std::string_view name) {
  const auto found = std::find_if(card.rows.begin(), card.rows.end(), [&](const Row& r) { return r.name == name; });
  EXPECT_NE(found, card.rows.end()) << name;
  return *found;
}

Card card_of(const Kernel& kernel, std::uint64_t seed = 1) {
  static Stages stages;
  return identify(kernel, seed, stages);
}

Kernel by_the_book() { return misread_kernel("by-the-book", readings::by_the_book); }

// A right kernel but for what `change` does to its outputs.
template <class Change>
Kernel changed(Change change) {
  Kernel kernel = by_the_book();
  kernel.run = [right = kernel.run, change](const Problem& p, const Tensors& t, const Options& options) {
    right(p, t, options);
    change(p, t);
  };
  return kernel;
}

std::vector<std::string> departing(const Card& card) {
  std::vector<std::string> names;
  for (const Row& r : card.rows)
    if (r.answer == Answer::departs || r.answer == Answer::neither || r.answer == Answer::broken) names.push_back(r.name);
  return names;
}

TEST(Aspects, EveryReadingBelongsToOne) {
  for (const Reading& reading : readings::all_readings()) EXPECT_EQ(claimed_by(reading).size(), 1u) << reading.id;
}

TEST(Aspects, NameOnlyReadingsAndKindsThatThereAre) {
  for (const Aspect& aspect : aspects()) {
    const auto all = readings::all_readings();
    for (const std::string_view id : aspect.ids)
      EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Reading& r) { return id == r.id; })) << id;
    for (const std::string_view kind : aspect.kinds)
      EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Reading& r) { return kind == r.kind; })) << kind;
  }
}

TEST(Scenes, AreValidAndShowEveryReadingWithAnySeed) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    Stages stages;
    std::vector<Case> scenes;
    for (const Aspect& aspect : aspects())
      for (const std::string_view token : aspect.scenes) {
        const Result<Case> parsed = parse_token(token);
        ASSERT_TRUE(parsed) << token << ": " << parsed.error().text();
        scenes.push_back(*parsed), scenes.back().seed = seed;
        EXPECT_NE(stages.of(scenes.back()).certified(readings::careful_arithmetic(parsed->problem)), nullptr) << token;
      }
    for (const Reading& reading : readings::all_readings())
      EXPECT_TRUE(std::any_of(scenes.begin(), scenes.end(),
                              [&](const Case& c) {
                                return stages.of(c).tells(reading, readings::careful_arithmetic(c.problem),
                                                          readings::Seen::in_out_or_lse);
                              }))
          << reading.id << " is told on no scene: give its aspect one";
  }
}

TEST(Card, OfARightKernelIsAsSpecifiedInEveryRow) {
  for (const Kernel& kernel : registered_kernels()) {
    if (!kernel.unavailable.empty()) continue;
    const Card card = card_of(kernel);
    EXPECT_FALSE(card.departs()) << kernel.name << "\n" << text(card);
    // In 16 bits some scenes are too coarse to tell, which is said of them.
    const bool narrow = !kernel.unsupported(parse_token("bs1 b1 h1 d1 n1 s1")->problem, {}).empty();
    for (const Row& r : card.rows) {
      if (narrow && !r.untold.empty()) continue;
      EXPECT_TRUE(r.answer == Answer::as_specified || r.answer == Answer::told) << kernel.name << ": " << r.name;
      EXPECT_TRUE(r.untold.empty()) << kernel.name << ": " << r.name;
    }
  }
}

TEST(Card, MeasuresWhatTheRightConventionsAre) {
  const Card card = card_of(registered_kernels().front());
  const auto says = [&](std::string_view name, const std::string& words) {
    const auto& lines = row(card, name).measured;
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [&](const std::string& l) { return l.find(words) != std::string::npos; }))
        << words;
  };
  says("causal anchor", "row i sees c <= i + 7");
  says("window bounds", "tokens of delta -1 to 3 are seen, persistent columns in every row");
  says("bias origin", "bias(i, c) = -slope[h] * |i + 7 - c|, 0 for c < 2");
  says("slopes", "0.25 0.0625 0.01562 0.003906");
  says("head map", "kv heads 0 0 1 1 2 2");
  says("empty rows", "0, lse -inf");
  says("lse", "of 6 equal scores: 1.792");
  says("softcap", "after the bias");
}

// One of each aspect; all of them are mutants/identified.py's.
TEST(Card, NamesAReadingInItsOwnRowAndInNoOther) {
  std::map<std::size_t, const Reading*> last;
  for (const Reading& reading : readings::all_readings()) last[aspect_of(reading)] = &reading;
  EXPECT_EQ(last.size(), aspects().size());
  for (const auto& [aspect, reading] : last) {
    const Card card = card_of(misread_kernel(*reading));
    ASSERT_EQ(departing(card), std::vector<std::string>{std::string(aspects()[aspect].name)}) << reading->id << "\n"
                                                                                              << text(card);
    EXPECT_EQ(row(card, aspects()[aspect].name).departures.front().readings, std::vector<std::string>{reading->id});
  }
}

TEST(Card, TellsTwoMistakesInTheirTwoRows) {
  const Kernel both = misread_kernel("both", [](const Problem& p) {
    readings::Decisions decisions = readings::under(probe::reading("causal-sees-one-future-key"), p);
    probe::reading("gqa-tile-instead-of-interleave").apply(decisions);
    return decisions;
  });
  const Card card = card_of(both);
  EXPECT_EQ(departing(card), (std::vector<std::string>{"causal anchor", "head map"})) << text(card);
}

// ALiBi alone covers persistent columns: other kinds of bias are right, which excludes the reading as a whole.
TEST(Card, NamesAReadingThatIsFollowedInPartAndSaysWhereItIsNot) {
  const Kernel in_part = misread_kernel("in-part", [](const Problem& p) {
    if (p.bias.kind != BiasKind::alibi || p.custom_positions) return readings::by_the_book(p);
    return readings::under(probe::reading("bias-built-over-persistent-kv"), p);
  });
  const Card card = card_of(in_part);
  ASSERT_EQ(departing(card), std::vector<std::string>{"bias origin"}) << text(card);
  const Row& origin = row(card, "bias origin");
  ASSERT_EQ(origin.departures.size(), 1u) << text(card);
  EXPECT_EQ(origin.departures.front().readings, std::vector<std::string>{"bias-built-over-persistent-kv"});
  EXPECT_NE(origin.departures.front().not_on.find("bias="), std::string::npos) << text(card);
  EXPECT_EQ(origin.departures.front().not_on.find("bias=alibi"), std::string::npos) << text(card);
  EXPECT_EQ(row(card_of(misread("bias-built-over-persistent-kv")), "bias origin").departures.front().not_on, "");
}

TEST(Card, OfWhatNoReadingExplainsSaysNeither) {
  const Card card = card_of(changed([](const Problem& p, const Tensors& t) {
    if (p.window.right != unlimited) t.out.at<float>(0, 0, 0, 0) += 1;
  }));
  EXPECT_EQ(departing(card), std::vector<std::string>{"window bounds"}) << text(card);
  EXPECT_EQ(row(card, "window bounds").answer, Answer::neither);
  EXPECT_NE(row(card, "window bounds").words.find("out[b=0 h=0 i=0 d=0]"), std::string::npos);
}

TEST(Card, MarksWhatAKernelDocuments) {
  Kernel kernel = misread("causal-top-left");
  kernel.documented = {"causal-top-left"};
  const Card card = card_of(kernel);
  EXPECT_FALSE(card.departs()) << text(card);
  EXPECT_EQ(row(card, "causal anchor").answer, Answer::as_documented);
  kernel = misread("lse-base-two-vs-e");  // departs in every case
  kernel.documented = {"lse-base-two-vs-e"};
  const Card all = card_of(kernel);
  EXPECT_FALSE(all.departs()) << text(all);
  EXPECT_EQ(row(all, "bias origin").answer, Answer::as_specified);
}

TEST(Card, SaysWhatIsDocumentedAndNotDone) {
  Kernel kernel = by_the_book();
  kernel.documented = {"causal-top-left"};
  EXPECT_EQ(row(card_of(kernel), "causal anchor").measured.front(), "documents causal-top-left, which no case showed");
}

TEST(Card, OfAKernelThatThrowsGoesOn) {
  Kernel kernel = by_the_book();
  kernel.run = [right = kernel.run](const Problem& p, const Tensors& t, const Options& options) {
    if (p.softcap > 0) throw std::runtime_error("no softcap today");
    right(p, t, options);
  };
  const Card card = card_of(kernel);
  EXPECT_EQ(row(card, "softcap").answer, Answer::broken);
  EXPECT_NE(row(card, "softcap").words.find("no softcap today"), std::string::npos);
  EXPECT_EQ(row(card, "causal anchor").answer, Answer::as_specified);
}

TEST(Card, OfAKernelThatHangsStopsAfterThree) {
  int calls = 0;
  Kernel kernel = by_the_book();
  kernel.run = [&](const Problem&, const Tensors&, const Options&) {
    ++calls;
    throw KernelFault("took longer than it was given", true);
  };
  const Card card = card_of(kernel);
  EXPECT_EQ(calls, 3);
  EXPECT_NE(card.note.find("hung 3 times"), std::string::npos) << card.note;
  EXPECT_TRUE(card.departs());
}

// Contiguous f32, causal ALiBi by slopes that are given, no masks, nothing prepended, heads of 64: what one paper's kernel takes.
Kernel narrow(Kernel kernel) {
  kernel.contiguous = true;
  kernel.unsupported = [](const Problem& p, const Tensors& t) -> std::string {
    if (p.type != Type::f32) return "type: f32 alone";
    if (p.head_dim != 64 || p.value_dim != 64) return "head_dim: 64 alone";
    if (!p.causal) return "not causal";
    if (p.bias.kind != BiasKind::alibi || p.bias.slopes != Slopes::per_head) return "bias: ALiBi with slopes as data alone";
    if (p.mem_kv + p.memories > 0 || p.zero_kv || p.sink) return "prepended columns";
    if (t.key_mask || t.memory_mask || t.attention_mask) return "masks";
    if (!(p.window == Window{}) || p.softcap > 0 || p.rotary.dims > 0 || p.custom_positions) return "a feature that it lacks";
    return "";
  };
  return kernel;
}

TEST(Card, OfANarrowKernelSaysWhatCouldNotBeAsked) {
  const Card card = card_of(narrow(by_the_book()));
  EXPECT_FALSE(card.departs()) << text(card);
  EXPECT_TRUE(card.asked());
  for (const char* const name : {"causal anchor", "bias origin", "bias form", "slopes", "head map", "lse"})
    EXPECT_EQ(row(card, name).answer, Answer::as_specified) << name << "\n" << text(card);
  for (const char* const name : {"rotary", "xpos", "softcap", "window bounds"})
    EXPECT_EQ(row(card, name).answer, Answer::unasked) << name;
  EXPECT_NE(row(card, "rotary").words.find("a feature that it lacks"), std::string::npos);
}

TEST(Card, OfAKernelWithoutLseClaimsNothingOfIt) {
  Kernel kernel = by_the_book();
  kernel.without_lse = true;
  const Card card = card_of(kernel);
  EXPECT_FALSE(card.departs()) << text(card);
  EXPECT_EQ(row(card, "lse").answer, Answer::unasked) << text(card);
  EXPECT_EQ(row(card, "empty rows").answer, Answer::as_specified) << text(card);
  const std::vector<std::string>& untold = row(card, "empty rows").untold;
  EXPECT_NE(std::find(untold.begin(), untold.end(), "empty-lse-plus-inf"), untold.end()) << text(card);
  kernel = misread("lse-base-two-vs-e");
  kernel.without_lse = true;
  EXPECT_FALSE(card_of(kernel).departs());
  kernel = misread("scale-ignored");
  kernel.without_lse = true;
  EXPECT_EQ(row(card_of(kernel), "lse").answer, Answer::unasked) << "what is wrong with out is no matter of lse";
}

TEST(Card, OfANarrowKernelNamesWhatItMisreads) {
  for (const char* const id : {"causal-top-left", "bias-of-head-0"}) {
    const Card card = card_of(narrow(misread(id)));
    const std::string name(aspects()[aspect_of(probe::reading(id))].name);
    ASSERT_EQ(departing(card), std::vector<std::string>{name}) << id << "\n" << text(card);
    const std::vector<std::string>& readings = row(card, name).departures.front().readings;
    EXPECT_NE(std::find(readings.begin(), readings.end(), id), readings.end()) << id << "\n" << text(card);
  }
}

TEST(Card, OfAKernelThatTakesNothingSaysWhy) {
  Kernel kernel = by_the_book();
  kernel.unsupported = [](const Problem&, const Tensors&) { return std::string("it is Sunday"); };
  const Card card = card_of(kernel);
  EXPECT_FALSE(card.asked());
  EXPECT_NE(card.note.find("it is Sunday"), std::string::npos) << card.note;
}

TEST(Card, IsTheSameForTheSameSeed) {
  Stages one, other;
  const Kernel kernel = misread("bias-built-over-persistent-kv");
  EXPECT_EQ(json(identify(kernel, 7, one)), json(identify(kernel, 7, other)));
}

TEST(HiddenNaN, ThatReachesTheOutputIsFoundAndNothingElse) {
  // A weight of 0 times NaN, as a kernel has it that multiplies all values.
  const Card card = card_of(changed([](const Problem& p, const Tensors& t) {
    for (std::int64_t b = 0; b < p.batch && t.key_mask; ++b)
      for (std::int64_t s = 0; s < p.segment; ++s)
        if (std::isnan(readings::number(t.segment_v, b, 0, s, 0))) t.out.at<float>(b, 0, 0, 0) = NAN;
  }));
  EXPECT_EQ(departing(card), std::vector<std::string>{"hidden NaN"}) << text(card);
  EXPECT_NE(row(card, "hidden NaN").departures.front().words.find("NaN in values that a key mask hides reaches out"),
            std::string::npos);
}

// Attention in double with weights that are rounded to bf16, of plain calls.
Kernel with_rounded_weights() {
  Kernel kernel = by_the_book();
  kernel.unsupported = [](const Problem& p, const Tensors& t) {
    Problem plain;
    plain.batch = p.batch, plain.heads = plain.kv_heads = p.heads, plain.head_dim = plain.value_dim = p.head_dim;
    plain.queries = p.queries, plain.segment = p.segment;
    return std::string(plain == p && !t.attention_mask && !t.key_mask ? "" : "plain calls in f32 alone");
  };
  kernel.arithmetic = [](const Problem& p, const Options&) { return arithmetic_of(ladder().back(), p); };
  kernel.run = [](const Problem& p, const Tensors& t, const Options&) {
    for (std::int64_t h = 0; h < p.heads; ++h)
      for (std::int64_t i = 0; i < p.queries; ++i) {
        std::vector<double> weights;
        double sum = 0, m = -1e300;
        for (std::int64_t c = 0; c < p.segment; ++c) {
          double score = 0;
          for (std::int64_t d = 0; d < p.head_dim; ++d)
            score += double(t.q.at<float>(0, h, i, d)) * double(t.segment_k.at<float>(0, h, c, d));
          weights.push_back(score * effective_scale(p));
          m = std::max(m, weights.back());
        }
        for (double& w : weights) sum += w = std::exp(w - m);
        for (std::int64_t d = 0; d < p.value_dim; ++d) {
          double out = 0;
          for (std::int64_t c = 0; c < p.segment; ++c)
            out += double(float(Eigen::bfloat16(float(weights[std::size_t(c)])))) * double(t.segment_v.at<float>(0, h, c, d));
          t.out.at<float>(0, h, i, d) = float(out / sum);
        }
        t.lse.at<float>(0, h, i) = float(m + std::log(sum));
      }
  };
  return kernel;
}

TEST(ArithmeticSeen, IsTheTightestRungThatHoldsAndATighterPromiseIsTold) {
  const Card card = card_of(with_rounded_weights());
  EXPECT_FALSE(card.departs()) << text(card);
  const std::vector<std::string>& said = row(card, "arithmetic seen").measured;
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("declared weights and scores in bf16"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("seen weights in bf16"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("a tighter promise would hold on these cases"), std::string::npos) << said[0];
}

TEST(ArithmeticSeen, OfADeclarationThatIsKeptClosePromisesNothingTighter) {
  const std::vector<std::string> said = row(card_of(registered_kernels().front()), "arithmetic seen").measured;
  ASSERT_EQ(said.size(), 3u);
  for (const std::string& line : said) EXPECT_EQ(line.find("tighter"), std::string::npos) << line;
}

TEST(Text, FitsATerminal) {
  for (const char* const id :
       {"window-minus-one-not-infinite", "rope-ignored", "data-dependent-bias-not-padded-for-persistent-kv"}) {
    const std::string all = text(card_of(misread(id)));
    for (std::size_t at = 0, end; at < all.size(); at = end + 1) {
      end = all.find('\n', at);
      EXPECT_LE(end - at, 120u) << all.substr(at, end - at);
    }
  }
}

}  // namespace
}  // namespace boresight::properties::identify
