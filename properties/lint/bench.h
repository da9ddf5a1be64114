// One problem as a test would pose it: inputs by its recipe, the truth, and whatever its rule measures by. Subjects are judged
// on it one after another; what they share is computed once, and only when asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "properties/call.h"
#include "properties/lint/eager.h"
#include "properties/lint/inputs.h"
#include "properties/lint/rule.h"
#include "properties/lint/subject.h"
#include "properties/lint/suites.h"
#include "properties/readings/products.h"
#include "reference/error_bound.h"

namespace boresight::properties::lint {

// A test: what it feeds a kernel, and when it accepts.
struct Setting {
  std::string suite;  // the known suite that it begins with; empty: none
  Rule rule;
  Recipe inputs;
  std::optional<Recipe> slopes, dense;  // where the test brings its own
  Type type = Type::f32;
  std::int64_t head_dim = 64;
  std::vector<Size> sizes;
  int trials = 1;
  std::uint64_t seed = 1;
};

// The suite as it is modelled, at these sizes or, where none are given, its own.
Setting setting(const Suite& suite, std::uint64_t seed, std::vector<Size> sizes = {});

class Bench {
 public:
  Bench(const Setting& setting, const Case& a_case, std::uint64_t seed);
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  // Why nothing can be judged here; empty: it can.
  const std::string& outside() const { return truth_.out_of_domain; }

  // The rule's error over its threshold for what the subject computes, in the type; accepted where that is at most 1.
  double judge(const Subject& subject, const Rule& rule);

  // The same for a right kernel.
  double judge_right(const Rule& rule);

 private:
  const std::vector<double>& answer(const Subject& subject);
  Elements elements(const std::vector<double>& got, const Rule& rule, bool lse);

  Type type_;
  Inputs inputs_;
  Call call_;
  reference::Attention truth_;
  readings::BookProducts shared_;
  std::vector<double> out_, lse_, weighed_, bound_out_, bound_lse_;
  std::optional<Eager> eager_;
  const Subject* answered_ = nullptr;  // whose answer is kept, for one rule after another
  std::vector<double> answer_;
};

// The case that a subject is tried on. Where the test brings slopes, geometric ones become its own, if the subject can bear it.
Case posed(const Setting& setting, const Subject& subject, Size size);

}  // namespace boresight::properties::lint
