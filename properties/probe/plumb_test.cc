// The plumb bob: right kernels give up the right bias and visibility of every element, in every type and on long rows; wrong
// ones give up their own, and every misreading of bias or visibility that outputs can show departs.
#include "properties/probe/plumb.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>
#include <stdexcept>

#include "problem/registry.h"
#include "problem/token.h"
#include "properties/diagnosis.h"
#include "properties/prepared.h"
#include "properties/probe/words.h"
#include "properties/probe/rows.h"
#include "properties/probe/sample_for_tests.h"
#include "properties/readings/power.h"
#include "properties/readings/sample_for_tests.h"

namespace boresight::properties::probe {
namespace {

using readings::misread_kernel;
using readings::Reading;
using readings::small_case;

Case of_type(Case c, Type type) {
  c.problem.type = type;
  return c;
}

const Kernel& scalar() { return registered_kernels().front(); }

Kernel by_the_book() {
  return misread_kernel("book", [](const Problem& p) { return readings::by_the_book(p); });
}

std::vector<std::string> all_words(const Case& c, const Plumb& seen) {
  const Prepared prepared = prepare(c);
  return words(c.problem, prepared.call.tensors, seen, departures(seen));
}

// Every element is recovered as the reference has it; counts what was.
void expect_right(const Case& c, const Plumb& seen, std::int64_t& elements, double& widest) {
  EXPECT_EQ(seen.below_reach + seen.broken, 0) << token(c);
  for (const HeadPlumb& head : seen.heads)
    for (std::int64_t i = 0; i < c.problem.queries; ++i)
      for (std::int64_t k = 0; k < c.problem.columns(); ++k) {
        ++elements;
        const bool visible = head.at(i, k) == Seen::visible;
        ASSERT_EQ(visible, bool(head.right_visible(i, k))) << token(c) << " i " << i << " c " << k;
        if (!visible) continue;
        ASSERT_TRUE(head.low(i, k) <= 0 && 0 <= head.high(i, k)) << token(c) << " i " << i << " c " << k;
        widest = std::max(widest, head.high(i, k) - head.low(i, k));
      }
  EXPECT_FALSE(departures(seen).any()) << token(c);
}

TEST(Plumb, RecoversEveryElementOfARightKernelInEveryType) {
  std::map<std::pair<BiasKind, Type>, std::int64_t> elements;
  std::map<Type, double> widest;
  for (std::uint64_t number = 0; number < 120; ++number)
    for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
      const Case c = of_type(small_case(number), type);
      const Plumb seen = plumb(c, scalar());
      const bool has_elements = c.problem.queries > 0 && c.problem.columns() > 0;
      EXPECT_EQ(seen.refused, has_elements ? "" : "no row or no column to probe") << token(c);
      expect_right(c, seen, elements[{c.problem.bias.kind, type}], widest[type]);
    }
  EXPECT_EQ(elements.size(), 18u);
  std::int64_t sum = 0;
  for (const auto& [kind, count] : elements) {
    sum += count;
    EXPECT_GT(count, 0);
  }
  EXPECT_LE(widest[Type::f32], 1e-3);
  EXPECT_LE(widest[Type::bf16], 0.0625);
  EXPECT_LE(widest[Type::f16], 0.0625);
  std::cout << sum << " elements recovered, the widest interval " << widest[Type::f32] << " f32, " << widest[Type::bf16]
            << " bf16, " << widest[Type::f16] << " f16\n";
}

TEST(Plumb, EveryRegisteredKernelIsRight) {
  const Case c = parsed("bs1 b2 h4/2 d8 n3 s6 M3 P2 causal bias=alibi key_mask=0.8 memory_mask=0.5 rotary=8 sink seed=4");
  Case narrow = c;  // for kernels that take 16-bit types alone
  narrow.problem.type = Type::bf16;
  for (const Kernel& kernel : registered_kernels()) {
    if (!kernel.unavailable.empty()) continue;
    std::int64_t elements = 0;
    double widest = 0;
    const Case& its = kernel.unsupported(c.problem, {}).empty() ? c : narrow;
    expect_right(its, plumb(its, kernel), elements, widest);
    EXPECT_EQ(elements, 2 * 4 * 3 * 11) << kernel.name;
  }
}

TEST(Plumb, LongRowsAreRecoveredToTheirEnd) {
  // The first of eight geometric slopes is 1/2: 2047 nats at the far end of 4096 columns.
  for (const char* words : {"n1 s4096", "n1 s1024 bf16", "n1 s1024 f16"}) {
    const Case c = parsed((std::string("bs1 b1 h8/1 d32 causal bias=alibi ") + words).c_str());
    const Plumb seen = plumb(c, scalar());
    std::int64_t elements = 0;
    double widest = 0;
    expect_right(c, seen, elements, widest);
    EXPECT_EQ(elements, 8 * c.problem.segment);
    EXPECT_GT(seen.lifted, c.problem.segment);
    EXPECT_LE(widest, 0.0625);
  }
}

// Nothing of the right bias helps here: the lifts are found by search, and a wrong slope of 1 is walked to 4095 nats.
TEST(Plumb, AWrongSteepSlopeIsWalkedToItsEnd) {
  const Case c = parsed("bs1 b1 h1 d8 n1 s4096 causal bias=alibi");
  const Kernel steep = misread_kernel("steep", [](const Problem& p) {
    readings::Decisions d = readings::by_the_book(p);
    d.slope = [](const readings::Reader&, std::int64_t, std::int64_t) { return 1.0; };
    return d;
  });
  const Plumb seen = plumb(c, steep);
  EXPECT_EQ(seen.visible, 4096);
  const HeadPlumb& head = seen.heads[0];
  for (const std::int64_t k : {0, 1, 1000, 4000, 4094})
    EXPECT_NEAR(head.recovered(0, k) - head.recovered(0, 4095), double(k - 4095), 0.01) << k;
  const std::vector<std::string> said = all_words(c, seen);
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said[0].find("bias(i, c) = -1 * |i + 4095 - c|"), std::string::npos) << said[0];
}

TEST(Plumb, AMaskThatIsAddedAsAFiniteNumberIsSeen) {
  const Case c = parsed("bs1 b1 h1 d8 n3 s6 causal bias=alibi");
  const Kernel finite = misread_kernel("finite", [](const Problem& p) {
    readings::Decisions d = readings::by_the_book(p);
    d.problem.causal = false;
    d.bias_value = [](const readings::Reader& r, std::int64_t b, std::int64_t h, std::int64_t, std::int64_t, std::int64_t x) {
      return -r.decide.slope(r, b, h) * double(std::abs(x)) - (x < 0 ? 10000.0 : 0.0);
    };
    return d;
  });
  const Plumb seen = plumb(c, finite);
  const Departures found = departures(seen);
  EXPECT_EQ(found.visible, 3);
  EXPECT_EQ(found.hidden + found.levels, 0);
}

TEST(Plumb, AKernelThatTakesPartOfTheProblemsIsProbedOrTold) {
  Kernel partial = scalar();
  partial.unsupported = [](const Problem& p, const Tensors&) -> std::string {
    if (p.custom_positions) return "custom positions";
    return p.value_dim == 8 ? "" : "value_dim other than 8";
  };
  EXPECT_EQ(plumb(parsed("bs1 b1 h2 d8/4 n3 s5 bias=alibi"), partial).refused, "not supported: value_dim other than 8");
  EXPECT_EQ(plumb(parsed("bs1 b1 h2 d8 n3 s5 bias=alibi positions=shuffled"), partial).refused,
            "not supported: custom positions");
  const Plumb seen = plumb(parsed("bs1 b1 h2 d8 n3 s21 causal bias=alibi"), partial);
  EXPECT_EQ(seen.refused, "");
  EXPECT_EQ(seen.elements, 2 * 3 * 21);
  EXPECT_EQ(seen.hidden, 2 * 3);
}

TEST(Plumb, AKernelThatThrowsIsToldWithItsWords) {
  Kernel thrower = scalar();
  thrower.run = [](const Problem&, const Tensors&, const Options&) { throw std::runtime_error("no such tile"); };
  EXPECT_EQ(plumb(parsed("bs1 b1 h1 d8 n2 s2"), thrower).refused, "the kernel threw: no such tile");
}

TEST(Plumb, WhereNoLiftWorksNothingIsCalledHidden) {
  Kernel no_products = misread_kernel("deaf", [](const Problem& p) {
    readings::Decisions d = readings::by_the_book(p);
    d.scale = [](const readings::Reader&) { return 0.0; };
    return d;
  });
  const Plumb seen = plumb(parsed("bs1 b1 h1 d8 n3 s5 causal"), no_products);
  EXPECT_EQ(seen.hidden, 0);
  EXPECT_EQ(seen.below_reach, 3);
  ASSERT_EQ(seen.notes.size(), 1u);
  EXPECT_NE(seen.notes[0].find("a lift of 2 nats moved its column by"), std::string::npos) << seen.notes[0];
}

bool of_position(const Reading& reading) {
  const std::string kind = reading.kind;
  return kind.starts_with("bias-") || kind == "causal-alignment" || kind == "window" || kind == "key-mask" || kind == "mem-mask";
}

// Outputs alone, on the case's own inputs: what shows in the lse alone is a constant a row, which the probe can't see.
bool shows_in_outputs(const Case& c, const Call& call, const Certified& certified, const Kernel& kernel) {
  const Results got = run(kernel, call, c.options, c.layout);
  for (std::size_t e = 0; e < got.out.size(); ++e) {
    const std::size_t head = e / std::size_t(got.rows * got.width);
    const std::int64_t i = std::int64_t(e) / got.width % got.rows, d = std::int64_t(e) % got.width;
    const double truth = certified.truth.heads[head].out(i, d), bound = certified.bound.heads[head].out(i, d);
    if (!(std::abs(got.out[e] - truth) <= 2 * bound)) return true;
  }
  return false;
}

// Not of q.k = 0: rotary by wrong positions, and a softcap that only products reach. The facts tell those.
bool needs_products(const std::string& id, const Problem& p) {
  return (id == "custom-positions-ignored" && p.rotary.dims > 0) || id == "softcap-ignored" || id == "softcap-order-swapped";
}

TEST(Plumb, EveryReadingOfBiasOrVisibilityThatShowsDeparts) {
  std::map<std::string, std::pair<int, int>> departed;  // of how many that show
  int shown = 0, found = 0, products = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    const Case c = small_case(number);
    const Prepared prepared = prepare(c);
    const Kernel book = by_the_book();
    EXPECT_FALSE(departures(plumb(c, book)).any()) << token(c);
    std::optional<Verdict> outside;
    const Certified& certified = certify(prepared.call, book, c.options, 0, outside);
    if (outside) continue;
    for (const Reading& reading : readings::all_readings()) {
      if (!of_position(reading) || !readings::applies(reading, c.problem)) continue;
      const Kernel kernel = misread_kernel(reading);
      if (!shows_in_outputs(c, prepared.call, certified, kernel)) continue;
      ++shown;
      auto& [some, all] = departed[reading.id];
      ++all;
      if (departures(plumb(c, kernel)).any()) {
        ++some, ++found;
      } else {
        EXPECT_TRUE(needs_products(reading.id, c.problem)) << reading.id << " shows, and the probe finds nothing: " << token(c);
        ++products;
      }
    }
  }
  std::set<std::string> never;
  for (const Reading& reading : readings::all_readings())
    if (of_position(reading) && departed[reading.id].first == 0) never.insert(reading.id);
  std::cout << departed.size() - never.size() << " of " << departed.size() << " readings depart, on " << found << " of " << shown
            << " pairs of case and reading that outputs show (" << products << " need q.k);";
  for (const std::string& id : never) std::cout << " never drawn so that it shows: " << id;
  std::cout << "\n";
  EXPECT_LE(never.size(), 3u);
  for (const std::string& id : never) EXPECT_EQ(departed[id].second, 0) << id << " shows, and never departs";
}

// The control: a constant a row departs beside what has no bias, and nowhere else.
TEST(Plumb, AConstantARowDepartsOnlyBesideWhatHasNoBias) {
  const auto shift = std::find_if(readings::all_readings().begin(), readings::all_readings().end(),
                                  [](const Reading& r) { return r.id == std::string("alibi-constant-row-shift"); });
  ASSERT_NE(shift, readings::all_readings().end());
  const Kernel kernel = misread_kernel(*shift);
  const std::string plain = "bs1 b1 h8 d8 n4 s6 M2 bias=alibi";
  const auto departs = [&](const std::string& more) { return departures(plumb(parsed((plain + more).c_str()), kernel)).any(); };
  EXPECT_FALSE(departs(""));
  EXPECT_FALSE(departs(" causal"));
  EXPECT_TRUE(departs(" P2"));
  EXPECT_TRUE(departs(" zero_kv"));
  EXPECT_TRUE(departs(" sink seed=3"));
  EXPECT_TRUE(departs(" softcap=0.5"));
}

TEST(Plumb, WordsNameTheFormAndWhereItDeparts) {
  const auto said = [](const char* id, const char* text) {
    for (const Reading& reading : readings::all_readings())
      if (reading.id == std::string(id)) {
        const Case c = parsed(text);
        std::string all;
        for (const std::string& sentence : all_words(c, plumb(c, misread_kernel(reading)))) all += sentence + "\n";
        return all;
      }
    return std::string("no such reading");
  };
  EXPECT_EQ(said("bias-built-over-persistent-kv", "bs1 b1 h1 d8 n4 s6 M1 P2 bias=alibi"),
            "h 0: bias(i, c) = -0.003906 * |i + 5 - c|, persistent columns too, right is -0.003906 * |i + 5 - c|: departs for "
            "c <= 1 in every row\n");
  EXPECT_EQ(said("causal-sees-one-future-key", "bs1 b1 h2 d8 n4 s6 causal"),
            "every head: visible for c = i + 3, right is hidden\n");
  EXPECT_EQ(said("alibi-linear-without-abs", "bs1 b1 h1 d8 n4 s6 bias=alibi"),
            "h 0: bias(i, c) = -0.003906 * (i + 2 - c), right is -0.003906 * |i + 2 - c|: departs for c >= i + 3\n");
  EXPECT_EQ(said("bias-of-head-0", "bs1 b1 h2 d8 n4 s6 bias=alibi"),
            "h 1: bias(i, c) = that of head 0, right is -0.003906 * |i + 2 - c|: departs for 17 of 24 elements (every column, "
            "every row)\n");
}

// A slope that no power of two is, on a long row: the longest fall tells it to more digits than two neighbours do.
TEST(Plumb, AnOddSlopeIsNamed) {
  const Kernel odd = misread_kernel("odd", [](const Problem& p) {
    readings::Decisions d = readings::by_the_book(p);
    d.slope = [](const readings::Reader&, std::int64_t, std::int64_t) { return 0.0123; };
    return d;
  });
  const Case c = parsed("bs1 b1 h1 d8 n3 s300 P2 bias=alibi");
  const std::vector<std::string> said = all_words(c, plumb(c, odd));
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said[0].find("bias(i, c) = -0.0123 * |i + 299 - c|, right is -0.003906 * |i + 299 - c|"), std::string::npos)
      << said[0];
}

// No reading says this: every third column has twice its bias.
TEST(Plumb, ADiagnosisWithoutAReadingHasTheWordsOfAProbe) {
  const Kernel kernel = misread_kernel("third", [](const Problem& p) {
    readings::Decisions d = readings::by_the_book(p);
    d.bias_value = [](const readings::Reader& r, std::int64_t b, std::int64_t h, std::int64_t, std::int64_t c, std::int64_t x) {
      return -r.decide.slope(r, b, h) * double(std::abs(x)) * (c % 3 == 0 ? 2 : 1);
    };
    return d;
  });
  const Diagnosis diagnosis = diagnose(parsed("bs1 b1 h8 d8 n4 s8 bias=alibi"), kernel);
  EXPECT_EQ(diagnosis.reading, "");
  EXPECT_NE(diagnosis.words.find("no reading explains it"), std::string::npos) << diagnosis.words;
  EXPECT_NE(told(diagnosis).find("; probed: h 0: bias(i, c) departs from -0.5 * |i + 4 - c| for "), std::string::npos)
      << diagnosis.words;
}

}  // namespace
}  // namespace boresight::properties::probe
