// The readings: by the book the plain evaluator is the reference; each reading shows somewhere, each one's words carry the
// case's numbers, and the wrong outputs that x-transformers once produced are their readings.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <map>
#include <set>

#include "problem/token.h"
#include "properties/prepared.h"
#include "properties/readings/evaluator.h"
#include "properties/readings/fit.h"
#include "properties/readings/sample_for_tests.h"
#include "properties/readings/table.h"
#include "properties/vector_verdict.h"
#include "properties/vectors.h"
#include "reference/attention.h"

#ifndef BORESIGHT_SOURCE_DIR
#error "BORESIGHT_SOURCE_DIR must be the directory that holds tests/data"
#endif

namespace boresight::properties::readings {
namespace {

constexpr std::uint64_t small_cases = 400;

Certified certified(const Call& call, const Arithmetic& arithmetic) {
  Certified result;
  reference::attend(call.problem, call.tensors, result.truth);
  reference::error_bound(call.problem, call.tensors, result.truth, arithmetic, result.bound);
  return result;
}

// The largest error of a reading against recorded heads, over the sum of both bounds.
double evaluator_distance(const Call& call, const Certified& truth) {
  double largest = 0;
  const Decisions book = by_the_book(call.problem);
  for (std::int64_t b = 0; b < call.problem.batch; ++b)
    for (std::int64_t h = 0; h < call.problem.heads; ++h) {
      const std::size_t head = std::size_t(b * call.problem.heads + h);
      const Evaluation e = evaluate(book, call.tensors, b, h, 0, call.problem.queries);
      const reference::HeadBound& bound = truth.bound.heads[head];
      for (std::int64_t i = 0; i < call.problem.queries; ++i) {
        for (std::int64_t d = 0; d < call.problem.value_dim; ++d)
          largest = std::max(largest, error_over_bound(e.head.out(i, d), truth.truth.heads[head].out(i, d), bound.out(i, d)));
        largest = std::max(largest, error_over_bound(e.head.lse(i), truth.truth.heads[head].lse(i), bound.lse(i)));
      }
    }
  return largest;
}

TEST(Readings, ByTheBookTheEvaluatorIsTheReference) {
  std::map<BiasKind, int> kinds;
  double largest = 0;
  for (std::uint64_t number = 0; number < 300; ++number) {
    Case c = drawn_case(number);
    c.problem.type = Type::f64;
    const Prepared prepared = prepare(c);
    const Arithmetic arithmetic = f64_arithmetic(c.problem);
    const Certified truth = certified(prepared.call, arithmetic);
    if (!truth.truth.out_of_domain.empty()) continue;
    const double distance = evaluator_distance(prepared.call, truth);
    EXPECT_LE(distance, 1) << token(c);
    largest = std::max(largest, distance);
    ++kinds[c.problem.bias.kind];
  }
  EXPECT_EQ(kinds.size(), 6u) << "a bias kind was never drawn";
  std::cout << "largest difference: " << largest << " of the bound\n";
}

// One more for each of the readings that shows on the case.
void count_shown(const Case& c, std::span<const Reading> readings, std::map<std::string, int>& shown) {
  const Prepared prepared = prepare(c);
  const Arithmetic arithmetic = careful_arithmetic(c.problem);
  const Certified truth = certified(prepared.call, arithmetic);
  if (!truth.truth.out_of_domain.empty()) return;
  BookProducts shared(c.problem, prepared.call.tensors);
  for (const Reading& reading : readings) {
    const Decisions decisions = under(reading, c.problem);
    if (decisions != by_the_book(c.problem) && shows(decisions, prepared.call, arithmetic, truth, &shared)) ++shown[reading.id];
  }
}

TEST(Readings, EveryOneWithoutABendShowsOnSomeDrawnCase) {
  std::map<std::string, int> shown;
  for (std::uint64_t number = 0; number < small_cases; ++number) count_shown(small_case(number), all_readings(), shown);
  for (const Reading& reading : all_readings()) {
    std::cout << reading.id << ": shows on " << shown[reading.id] << " of " << small_cases << " cases\n";
    EXPECT_TRUE(shown[reading.id] > 0 || reading.bend != nullptr) << reading.id;
  }
}

TEST(Readings, BendsKeepACaseValidAndMakeTheReadingShow) {
  constexpr int bent = 20;
  for (const Reading& reading : all_readings()) {
    if (reading.bend == nullptr) continue;
    std::map<std::string, int> shown;
    for (std::uint64_t number = 0; number < bent; ++number) {
      const Case c = bent_case(reading, number);
      ASSERT_TRUE(validate(c)) << reading.id << ": " << validate(c).error().text();
      EXPECT_NE(under(reading, c.problem), by_the_book(c.problem)) << reading.id << " does not apply to " << token(c);
      count_shown(c, {&reading, 1}, shown);
    }
    std::cout << reading.id << ": shows on " << shown[reading.id] << " of " << bent << " bent cases\n";
    EXPECT_GT(shown[reading.id], 0) << reading.id;
  }
}

TEST(Readings, SayWhereTheyShowAndWhereNot) {
  for (const Reading& reading : all_readings()) {
    EXPECT_STRNE(reading.shows, "") << reading.id;
    EXPECT_STRNE(reading.equivalent, "") << reading.id;
  }
}

TEST(Readings, OfAFamilyHaveOneName) {
  for (const Reading& reading : all_readings())
    for (const Reading& member : family(reading)) EXPECT_STREQ(member.id, reading.id);
}

TEST(Readings, HaveTheirOwnNames) {
  std::set<std::string> ids;
  for (const Reading& reading : all_readings()) {
    EXPECT_TRUE(ids.insert(reading.id).second) << reading.id;
    EXPECT_EQ(std::string(reading.id).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos)
        << reading.id;
    EXPECT_STRNE(reading.kind, "") << reading.id;
  }
  EXPECT_GE(ids.size(), 80u);
}

const Reading& find(const std::string& id) {
  for (const Reading& reading : all_readings())
    if (reading.id == id) return reading;
  ADD_FAILURE() << "no reading " << id;
  return all_readings().front();
}

std::string words_of(const std::string& id, const std::string& text) {
  const Result<Case> c = parse_token(text);
  EXPECT_TRUE(c) << (c ? "" : c.error().text());
  return words(find(id), c->problem);
}

TEST(Readings, SayTheNumbersOfTheCase) {
  EXPECT_EQ(
      words_of("bias-built-over-persistent-kv", "bs1 b1 h2 d8 n3 s4 M4 P3 causal alibi"),
      "persistent columns are counted as tokens: bias(i, c < 3) = -slope * (i + 5 + 3 - c), right is 0 (as x-transformers#242)");
  EXPECT_EQ(words_of("xl-bias-not-shifted-by-mem-len", "bs1 b1 h2 d8 n3 s4 M4 P3 causal alibi"),
            "the bias forgets the 4 memories: distance(i, c) = i + 4 - c, right is i + 8 - c (as x-transformers#103)");
  EXPECT_EQ(
      words_of("rope-origin-visible-through-persistent-kv", "bs1 b1 h2 d8 n3 s5 M4 P3 rotary=8"),
      "rotary positions are counted from the oldest of 4 memories: row i turns by i + 6, right is i + 2 (as x-transformers#223)");
  EXPECT_EQ(words_of("causal-top-left", "bs1 b1 h1 d8 n5 s3 P1 causal"),
            "causality is anchored top-left: row i sees c <= i, right is c <= i - 1 (as pytorch/pytorch#103082)");
}

TEST(Readings, SayTheBiasInTheWordsOfItsKind) {
  const std::string table = words_of("bias-built-over-persistent-kv", "bs1 b1 h2 d8 n3 s4 M4 P3 bias=distance_table");
  EXPECT_NE(table.find("table[i + 5 + 3 - c + 2]"), std::string::npos) << table;
}

// The first reading of each, by the record's own summary. (cache-corner is a table of another call's origin.)
const std::map<std::string, std::string> culprits{
    {"issue242-math", "bias-built-over-persistent-kv"},     {"issue242-random", "bias-built-over-persistent-kv"},
    {"issue242-flash", "bias-built-over-persistent-kv"},    {"issue103-alibi", "xl-bias-not-shifted-by-mem-len"},
    {"issue103-t5", "xl-bias-not-shifted-by-mem-len"},      {"softclamp-after-mask", "softcap-after-mask"},
    {"softclamp-after-mask-keymask", "softcap-after-mask"}, {"flash-mask-inverted", "mask-polarity-inverted"}};

TEST(Readings, ExplainTheWrongOutputsOfThePast) {
  std::size_t explained = 0;
  const auto visit = [&](Vector vector) {
    const auto culprit = culprits.find(vector.id);
    if (culprit == culprits.end()) return;
    EXPECT_EQ(diagnose_observed(vector).reading, culprit->second) << vector.id;
    ++explained;
  };
  const auto count = for_each_vector(BORESIGHT_SOURCE_DIR "/tests/data/oracle/historical-bugs/bugs.jsonl", Type::f64, visit);
  ASSERT_TRUE(count) << count.error().text();
  EXPECT_EQ(explained, culprits.size());
}

}  // namespace
}  // namespace boresight::properties::readings
