// Comparison by the certified bound, in the positive form: what is not shown to be within it has failed, NaN first of all.
#pragma once

#include <optional>

#include "properties/call.h"
#include "properties/verdict.h"
#include "reference/error_bound.h"

namespace boresight::properties {

// The truth of a call with the bound of a declared arithmetic.
struct Certified {
  reference::Attention truth;
  reference::ErrorBound bound;
};

// The same as views: several bounds may share one truth.
struct Certificate {
  const reference::Attention& truth;
  const reference::ErrorBound& bound;
  Certificate(const reference::Attention& of, const reference::ErrorBound& within) : truth(of), bound(within) {}
  Certificate(const Certified& certified) : truth(certified.truth), bound(certified.bound) {}  // implicit: a view of its owner
};

// The place of one element of out, or of one lse (d is 0).
struct Element {
  bool lse = false;
  std::int64_t b = 0, h = 0, i = 0, d = 0;
};

double at(const Results& results, const Element& element);
double at(const reference::Attention& truth, const Results& of, const Element& element);
double at(const reference::ErrorBound& bound, const Results& of, const Element& element);

// What an element should be, give or take its bound.
struct Expected {
  double value = 0, bound = 0;
};

// Error as a fraction of the bound: 0 where equal (infinities too), infinity for NaN or any error above a bound of 0.
double error_over_bound(double got, double expected, double bound);

// Keeps the worst element seen, one of out before any lse; a failure is anything not shown to be within its bound.
class Worst {
 public:
  void see(const Mismatch& element);
  Verdict take();

 private:
  Verdict verdict_;
  double ratio_ = 0;  // of verdict_.mismatch
};

// Each element of a run against expect(element), which gives std::optional<Expected>: nothing where it does not matter.
template <class Expect>
Verdict compare_each(const Results& got, Expect expect);

// A verdict on results against the truth: the worst element if any is outside its bound.
Verdict compare(const Results& got, const Certificate& certificate);

// The first element whose bits differ, over the rows (b, h, i) for which `matters` holds.
template <class Matters>
std::optional<Mismatch> first_changed_bit(const Results& got, const Results& expected, Matters matters);

}  // namespace boresight::properties

#include "properties/compare-inl.h"
