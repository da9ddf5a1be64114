// A test's acceptance rule, parsed from text: `allclose(1e-2,1e-2)`, `eager_max(2)`, several joined by `and`. A rule gives a
// ratio, its error over its threshold: it accepts where that is at most 1. NaN is refused, except by the two rules that are
// written as they are found, "fails where the error is above ..": a NaN is above nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "problem/result.h"
#include "problem/type.h"

namespace boresight::properties::lint {

// What was computed and what is right, element by element; all spans that are not empty are as long as `got`.
struct Elements {
  std::span<const double> got, ref;
  std::span<const double> eager;    // the same by low-precision eager attention, for eager_*
  std::span<const double> weighed;  // sum over columns of weight * |value|, for keys_eps
  std::span<const double> bound;    // the certified bound, for certified
  Type type = Type::f32;
  std::int64_t keys = 0;
};

struct Form;  // one kind of rule: its name, its numbers, how it judges

struct Term {
  const Form* form = nullptr;
  double a = 0, b = 0;
};

struct Rule {
  std::vector<Term> terms;  // all must accept
  std::string text;
  bool needs_eager = false, needs_weighed = false, needs_bound = false;
};

Result<Rule> parse_rule(std::string_view text);

// The largest error over threshold among all terms; infinity where a NaN or an unequal infinity is refused.
double ratio(const Rule& rule, const Elements& elements);
inline bool accepts(const Rule& rule, const Elements& elements) { return ratio(rule, elements) <= 1; }

// Each form with its meaning, a line each: "allclose(RTOL,ATOL)  abs(got - ref) <= ATOL + RTOL * abs(ref) everywhere".
std::string rule_forms();

}  // namespace boresight::properties::lint
