// Setting: what a claim is stated in. It gives variables, each between bounds, one call's sizes as any call may have them, and
// ranges of rows and columns; it takes assumptions, and remembers what a counterexample should be told as.
//
// A claim is run once, over variables: what it returns is then true of all their values, or of none that was found.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "problem/problem.h"
#include "properties/proofs/specification.h"
#include "properties/proofs/terms.h"

namespace boresight::proofs {

struct TileShape {
  std::int64_t height = 1;  // rows
  std::int64_t width = 1;   // columns
  bool operator==(const TileShape&) const = default;
};

// Where a claim is asked: for any call, or for one.
struct Scope {
  std::int64_t size_limit = boresight::size_limit;  // of queries, and of mem_kv + memories + segment
  std::optional<TileShape> shape = {};              // ranges are tiles of this shape; none: any ranges
  std::optional<Problem> layout = {};               // sizes, window and causality are this problem's
};

// One call, as the code under proof gets it: sizes and window sides as in Problem.
struct Call {
  Wide queries, segment, memories, mem_kv;
  Wide left, right;
  Truth causal;
};

// [begin, end), not empty.
struct Span {
  Number begin, end;
};

class Setting {
 public:
  explicit Setting(const Scope& scope);

  const Call& call() const { return call_; }
  const Layout& layout() const { return layout_; }  // the same call, for the specification
  // Given with Kind::shaped alone.
  TileShape shape() const { return scope_.shape.value_or(TileShape{}); }

  // A fresh variable, low <= it <= high.
  template <int bits = 32>
  Term<bits> number(const std::string& name, Whole low, Whole high) {
    return Term<bits>::at(fresh(name, low, high, true).place());
  }

  // A row of 0 .. n - 1 + padding, or a column of 0 .. K - 1 + padding. Where a counterexample needs no padding it has none.
  Number row(std::int64_t padding = 0);
  Number column(std::int64_t padding = 0);
  // A range inside [0, n) or [0, K) that is not empty: any, or a tile of the shape.
  Span rows();
  Span columns();
  Number inside(const std::string& name, Span range) { return number(name, Whole(range.begin), Whole(range.end) - 1); }
  // Parts of a split: 1 to `most`.
  Number splits(Whole most);

  void assume(Truth truth) { assumptions_.push_back(truth.place()); }
  // A fact of arithmetic, true of any three integers, that a solver does not find by itself: proved of variables that nothing is
  // known of, then at hand for these.
  using Fact = Truth (*)(Whole, Whole, Whole);
  void lemma(Fact fact, Whole a, Whole b, Whole c);
  // What a counterexample should be like, where there is one.
  void prefer(Truth truth) { preferences_.push_back(truth.place()); }

  // That what the code says is what the specification says; a counterexample tells both.
  template <class Code, class Specification>
  Truth compare(const std::string& name, Code code, Specification specification) {
    return compare(name, code.place(), specification.place(), std::same_as<Code, Truth>);
  }

  // ---- For the prover ----

  struct Named {
    std::string name;
    Place place, low;  // low: its lower bound
  };
  struct NamedSpan {
    std::string name;
    Span span;
  };
  struct Compared {
    std::string name;
    Place code, specification;
    bool is_truth;
  };
  struct Lemma {
    Fact fact;
    Place general, instance;
  };
  Terms& terms() { return terms_; }
  const Terms& terms() const { return terms_; }
  const std::vector<Place>& assumptions() const { return assumptions_; }
  const std::vector<Lemma>& lemmas() const { return lemmas_; }
  const std::vector<Place>& preferences() const { return preferences_; }
  const std::vector<Named>& told() const { return told_; }  // numbers, in the order in which they were made
  const std::vector<NamedSpan>& ranges() const { return ranges_; }
  const std::vector<Compared>& compared() const { return compared_; }
  const std::optional<Number>& parts() const { return parts_; }
  const Scope& scope() const { return scope_; }

 private:
  Whole fresh(const std::string& name, Whole low, Whole high, bool told);
  Span range(const std::string& name, Whole items, std::int64_t size);
  Truth compare(const std::string& name, Place code, Place specification, bool is_truth);
  Call make_call();
  void fix(const Problem& problem);

  Scope scope_;
  Terms terms_;
  Open open_;
  std::vector<Place> assumptions_, preferences_;
  std::vector<Lemma> lemmas_;
  std::vector<Named> told_;
  std::vector<NamedSpan> ranges_;
  std::vector<Compared> compared_;
  std::optional<Number> parts_;
  Call call_;
  Layout layout_;
};

}  // namespace boresight::proofs
