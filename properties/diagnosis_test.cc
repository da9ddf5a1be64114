// The diagnosis: a kernel made from a reading is named by it, a true kernel never is, and a mistake that no reading knows is
// told by its place and pattern.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>

#include "problem/token.h"
#include "properties/diagnosis.h"
#include "properties/prepared.h"
#include "properties/readings/fit.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/sample_for_tests.h"
#include "properties/readings/table.h"

namespace boresight::properties {
namespace {

using readings::Decisions;
using readings::Reading;

// Takes other decisions of a problem; what a kernel of these tests is made from.
using Change = std::function<Decisions(const Problem&)>;

Kernel kernel_of(Change change, std::function<void(const Problem&, const Tensors&)> after = {}) {
  Kernel kernel = readings::misread_kernel("made", std::move(change));
  kernel.run = [run = kernel.run, after](const Problem& p, const Tensors& t, const Options& options) {
    run(p, t, options);
    if (after) after(p, t);
  };
  return kernel;
}

Kernel true_kernel(std::function<void(const Problem&, const Tensors&)> after = {}) {
  return kernel_of(readings::by_the_book, after);
}

Change change_of(const Reading& reading) {
  return [&reading](const Problem& p) { return readings::under(reading, p); };
}

const Reading& find(const std::string& id) {
  for (const Reading& reading : readings::all_readings())
    if (reading.id == id) return reading;
  ADD_FAILURE() << "no reading " << id;
  return readings::all_readings().front();
}

Case case_of(const std::string& text) {
  const Result<Case> c = parse_token(text);
  EXPECT_TRUE(c) << (c ? "" : c.error().text());
  return c ? *c : Case{};
}

bool shows(const Reading& reading, const Case& c) {
  const Decisions decisions = readings::under(reading, c.problem);
  if (decisions == readings::by_the_book(c.problem)) return false;
  const Prepared prepared = prepare(c);
  const Kernel kernel = true_kernel();
  std::optional<Verdict> outside;
  const Certified& certified = certify(prepared.call, kernel, {}, 0, outside);
  return !outside && readings::shows(decisions, prepared.call, kernel.arithmetic(c.problem, {}), certified);
}

// The reading that gave a kernel its mistake is the name, or among those that fit as well.
bool names(const Diagnosis& diagnosis, const std::string& id) {
  if (diagnosis.reading == id) return true;
  return std::find(diagnosis.coincide.begin(), diagnosis.coincide.end(), id) != diagnosis.coincide.end();
}

TEST(Diagnosis, NamesTheReadingThatAKernelWasMadeFrom) {
  constexpr int wanted = 3;
  std::map<std::string, int> first, named;
  std::map<std::string, int> tried;
  for (std::uint64_t number = 0; number < 600; ++number)
    for (const Reading& reading : readings::all_readings()) {
      if (tried[reading.id] == wanted) continue;
      const Case c = reading.bend != nullptr ? readings::bent_case(reading, number) : readings::small_case(number);
      if (!shows(reading, c)) continue;
      ++tried[reading.id];
      const Diagnosis diagnosis = diagnose(c, kernel_of(change_of(reading)));
      EXPECT_TRUE(names(diagnosis, reading.id))
          << reading.id << " is called " << diagnosis.reading << ": " << diagnosis.words << "\n"
          << token(c);
      first[reading.id] += diagnosis.reading == reading.id;
    }
  int firsts = 0, all = 0;
  for (const Reading& reading : readings::all_readings()) {
    EXPECT_GT(tried[reading.id], 0) << reading.id;
    firsts += first[reading.id], all += tried[reading.id];
  }
  std::cout << firsts << " of " << all << " kernels are named by their own reading first, the others by an equivalent one\n";
}

TEST(Diagnosis, NeverNamesATrueKernel) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Diagnosis diagnosis = diagnose(readings::small_case(number), true_kernel());
    EXPECT_EQ(diagnosis.reading, "");
    const bool judged = diagnosis.words == "agrees with the reference on this call";
    EXPECT_TRUE(judged || diagnosis.words.starts_with("out of the domain")) << diagnosis.words;
  }
}

TEST(Diagnosis, SaysThatOnlyTheLawsSecondCallDiffers) {
  Case c = case_of("bs1 b1 h2 d8 n3 s4 M4 P3 causal alibi");
  c.law = "hidden_is_inert";
  EXPECT_EQ(diagnose(c, true_kernel()).words, "agrees with the reference on the plain call; the law's second call differs");
}

TEST(Diagnosis, TellsThePersistentColumnsStory) {
  const Case c = case_of("bs1 b1 h2 d8 n3 s4 M4 P3 causal alibi seed=5");
  const Diagnosis diagnosis = diagnose(c, kernel_of(change_of(find("bias-built-over-persistent-kv"))));
  EXPECT_EQ(diagnosis.reading, "bias-built-over-persistent-kv");
  EXPECT_TRUE(diagnosis.words.starts_with(
      "persistent columns are counted as tokens: bias(i, c < 3) = -slope * (i + 5 + 3 - c), right is 0"))
      << diagnosis.words;
}

TEST(Diagnosis, FitsTheNumberOfAFamily) {
  const Case c = case_of("bs1 b1 h2 d8 n3 s7 P2 bias=relative_buckets seed=5");
  const Diagnosis diagnosis =
      diagnose(c, kernel_of([](const Problem& p) {
                 Decisions other_origin = readings::by_the_book(p);
                 other_origin.distance = [](const readings::Reader& r, std::int64_t, std::int64_t i, std::int64_t column) {
                   return readings::book::delta(r, i, column) - 11;
                 };
                 return other_origin;
               }));
  EXPECT_EQ(diagnosis.reading, "cached-bias-sliced-top-left") << diagnosis.words;
  EXPECT_TRUE(
      diagnosis.words.starts_with("the bias is that of a call with another origin: distance(i, c) = i - 5 - c, right is "
                                  "i + 6 - c (as x-transformers#153)"))
      << diagnosis.words;
}

TEST(Diagnosis, FindsTwoMistakesAtOnce) {
  const Reading &a = find("bias-built-over-persistent-kv"), &b = find("memory-mask-forced-true");
  const Kernel kernel = kernel_of([&](const Problem& p) {
    Decisions both = readings::under(a, p);
    b.apply(both);
    return both;
  });
  const auto start = std::chrono::steady_clock::now();
  const Diagnosis diagnosis =
      diagnose(case_of("bs1 b1 h2 d8 n3 s4 M4 P3 causal alibi memory_mask=0b0110 key_mask=0b0111 seed=5"), kernel);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_EQ(diagnosis.reading, "bias-built-over-persistent-kv + memory-mask-forced-true") << diagnosis.words;
  EXPECT_NE(diagnosis.words.find("; and the memory mask is ignored"), std::string::npos) << diagnosis.words;
  std::cout << "pairs took " << seconds << " s\n";
}

// What no reading explains: a true kernel whose results are spoilt afterwards.
Diagnosis spoilt(const std::string& text, std::function<void(const Problem&, const Tensors&)> after) {
  const Diagnosis diagnosis = diagnose(case_of(text), true_kernel(std::move(after)));
  EXPECT_EQ(diagnosis.reading, "");
  return diagnosis;
}

TEST(Diagnosis, TellsThePlaceAndTheRowsOfAnUnknownMistake) {
  const Diagnosis diagnosis = spoilt("bs1 b1 h2 d8 n5 s5 causal alibi", [](const Problem&, const Tensors& t) {
    for (const std::int64_t i : {3, 4}) t.out.at<float>(0, 1, i, 2) += 100;
  });
  EXPECT_NE(diagnosis.words.find("first wrong is out(b 0, h 1, i 3, d 2)"), std::string::npos) << diagnosis.words;
  EXPECT_NE(diagnosis.words.find("wrong in exactly the rows with h = 1, i >= 3, at d = 2 only; every lse is right"),
            std::string::npos)
      << diagnosis.words;
}

TEST(Diagnosis, TellsNaNInEmptyRows) {
  const Diagnosis diagnosis = spoilt("bs1 b1 h1 d4 n5 s3 causal", [](const Problem&, const Tensors& t) {
    for (const std::int64_t i : {0, 1})
      for (std::int64_t d = 0; d < 3; ++d) t.out.at<float>(0, 0, i, d) = std::numeric_limits<float>::quiet_NaN();
  });
  EXPECT_NE(diagnosis.words.find("NaN in exactly the empty rows"), std::string::npos) << diagnosis.words;
}

TEST(Diagnosis, TellsThatLseAloneIsWrong) {
  const Diagnosis diagnosis =
      spoilt("bs1 b1 h2 d4 n3 s3", [](const Problem&, const Tensors& t) { t.lse.at<float>(0, 1, 2) += 7; });
  EXPECT_NE(diagnosis.words.find("every output is right, lse alone is wrong in exactly the rows with h = 1, i = 2"),
            std::string::npos)
      << diagnosis.words;
}

TEST(Diagnosis, TellsThatNothingWasComputed) {
  const Diagnosis diagnosis = spoilt("bs1 b1 h2 d4 n3 s3", [](const Problem&, const Tensors& t) {
    for (std::int64_t k = 0; k < t.out.elements(); ++k) static_cast<float*>(t.out.data)[k] = 0;
  });
  EXPECT_NE(diagnosis.words.find("gives one number everywhere"), std::string::npos) << diagnosis.words;
}

TEST(Diagnosis, PassesOnABrokenGuard) {
  const Diagnosis diagnosis = spoilt(
      "bs1 b1 h2 d4 n3 s3", [](const Problem&, const Tensors& t) { static_cast<float*>(t.out.data)[t.out.elements()] = 0; });
  EXPECT_NE(diagnosis.words.find("outside"), std::string::npos) << diagnosis.words;
}

}  // namespace
}  // namespace boresight::properties
