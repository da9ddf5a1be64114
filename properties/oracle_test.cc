// The reference against numbers that others computed: x-transformers' outputs, the wrong outputs it once produced, and
// our own second source. In double, each must lie within the certified bound of double arithmetic, and the wrong ones outside.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "properties/vector_verdict.h"
#include "properties/vectors.h"
#include "reference/attention.h"
#include "reference/error_bound.h"

#ifndef BORESIGHT_SOURCE_DIR
#error "BORESIGHT_SOURCE_DIR must be the directory that holds tests/data"
#endif

namespace boresight::properties {
namespace {

const std::string data_directory = BORESIGHT_SOURCE_DIR "/tests/data/";

// Largest |error| and error / bound of what was looked at; `outside` counts elements beyond their bound, NaN included.
struct Distance {
  double error = 0;
  double fraction = 0;
  std::int64_t outside = 0;

  void add(double found, double truth, double bound) {
    if (found == truth) return;  // minus infinities too
    const double difference = std::abs(found - truth);
    if (!(difference <= bound)) ++outside;
    error = std::max(error, difference);
    fraction = std::max(fraction, difference / bound);
  }
  void add(const Distance& other) {
    error = std::max(error, other.error);
    fraction = std::max(fraction, other.fraction);
    outside += other.outside;
  }
};

struct Truth {
  reference::Attention attention;
  reference::ErrorBound bound;

  explicit Truth(const Vector& vector)
      : attention(reference::attend(vector.problem, vector.inputs.tensors)),
        bound(reference::error_bound(vector.problem, vector.inputs.tensors, attention, double_arithmetic(vector.problem))) {}
};

Distance output_distance(const Vector& vector, const Truth& truth, const std::vector<double>& output) {
  Distance distance;
  std::size_t element = 0;
  for (std::size_t head = 0; head < truth.attention.heads.size(); ++head)
    for (std::int64_t i = 0; i < vector.problem.queries; ++i)
      for (std::int64_t d = 0; d < vector.problem.value_dim; ++d)
        distance.add(output[element++], truth.attention.heads[head].out(i, d), truth.bound.heads[head].out(i, d));
  EXPECT_EQ(element, output.size()) << vector.id;
  return distance;
}

Distance lse_distance(const Vector& vector, const Truth& truth) {
  Distance distance;
  std::size_t element = 0;
  for (std::size_t head = 0; head < truth.attention.heads.size(); ++head)
    for (std::int64_t i = 0; i < vector.problem.queries; ++i)
      distance.add(vector.expected_lse[element++], truth.attention.heads[head].lse(i), truth.bound.heads[head].lse(i));
  return distance;
}

std::vector<Vector> read(const std::string& file) {
  auto vectors = read_vectors(data_directory + file, Type::f64);
  EXPECT_TRUE(vectors) << vectors.error().text();
  return vectors ? std::move(*vectors) : std::vector<Vector>();
}

void tell(const std::string& file, std::size_t count, const Distance& distance) {
  std::cout << file << ": " << count << " records, largest difference " << distance.error << ", " << distance.fraction
            << " of its bound\n";
}

// Every record of a file within the bound; the largest difference is told.
void expect_agreement(const std::string& file, std::size_t count) {
  const auto vectors = read(file);
  EXPECT_EQ(vectors.size(), count);
  Distance largest;
  for (const Vector& vector : vectors) {
    const Truth truth(vector);
    EXPECT_EQ(truth.attention.out_of_domain, "") << vector.id;
    const Distance output = output_distance(vector, truth, vector.expected);
    EXPECT_EQ(output.outside, 0) << vector.id << ": off by " << output.error << ", " << output.fraction << " of the bound";
    largest.add(output);
    if (vector.expected_lse.empty()) continue;
    const Distance lse = lse_distance(vector, truth);
    EXPECT_EQ(lse.outside, 0) << vector.id << ": lse off by " << lse.error << ", " << lse.fraction << " of the bound";
    largest.add(lse);
  }
  tell(file, vectors.size(), largest);
  EXPECT_LT(largest.error, 1e-12);  // the bound itself must not have grown loose enough to hide a formula
}

TEST(Oracle, XTransformersAgreesWithTheReference) { expect_agreement("oracle/x-transformers/vectors.jsonl", 251); }

TEST(Oracle, TheSecondSourceAgreesWithTheReference) { expect_agreement("second_source.jsonl", 76); }

TEST(Oracle, OutputsOfFixedVersionsAgreeWithTheReference) { expect_agreement("oracle/historical-bugs/bugs.jsonl", 13); }

TEST(Oracle, WrongOutputsOfThePastLieOutsideTheBound) {
  int told = 0;
  for (const Vector& bug : read("oracle/historical-bugs/bugs.jsonl")) {
    if (bug.observed.empty()) continue;
    const Distance observed = output_distance(bug, Truth(bug), bug.observed);
    EXPECT_GT(observed.outside, 0) << bug.id << " is not seen";
    EXPECT_GT(observed.error, 0.005) << bug.id;  // the smallest that its README tells is 0.010
    ++told;
  }
  EXPECT_EQ(told, 9);
}

// The same numbers as inputs of narrower kernels: whoever rounds inputs and parameters must still get a case in the domain.
TEST(Oracle, RoundedInputsStayInTheDomain) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
    const auto count = for_each_vector(data_directory + "oracle/x-transformers/vectors.jsonl", type, [](Vector vector) {
      EXPECT_EQ(reference::attend(vector.problem, vector.inputs.tensors).out_of_domain, "") << vector.id;
    });
    ASSERT_TRUE(count) << count.error().text();
    EXPECT_EQ(*count, 251);
  }
}

}  // namespace
}  // namespace boresight::properties
