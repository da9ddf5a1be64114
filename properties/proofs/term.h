// The numbers that impl/geometry.h is run over to be proved: Term<bits> stands for a C++ integer of so many bits, Truth for a
// bool, Whole for an integer of mathematics, which the specification is written in. Each is a place among the Terms of the
// setting that this thread has open (proofs/terms.h), so nothing heavy is included where claims are written.
//
// Terms are integers without a width; what C++ would not forgive is recorded beside them, as obligations: that a + b fits, that
// a / b divides what is not negative by what is positive (C++ truncates, mathematics floors). A claim holds only where its
// obligations do. Wholes have none.
#pragma once

#include <concepts>
#include <cstdint>

namespace boresight::proofs {

enum class Operation : std::uint8_t {
  constant,
  variable,
  add,
  subtract,
  multiply,
  divide,  // the floor of a / b, for b > 0
  less,    // from here to `negation` the node is a truth
  equal,
  conjunction,
  disjunction,
  negation,
  select,
  narrow  // no node: the conversion to fewer bits, for obligations
};

using Place = std::int32_t;

// The node's place in the open setting: a new one, or that of the same node made before.
Place constant_node(std::int64_t value);
Place node(Operation operation, Place first, Place second = -1, Place third = -1);
// Records what `operation` owes for its result to be what C++ computes in `bits` bits.
void oblige(Operation operation, Place first, Place second, Place result, int bits);

// A node that is there already.
struct Made {
  Place place;
};

class Truth {
 public:
  explicit Truth(bool value) : place_(constant_node(value)) {}
  static Truth at(Place place) { return Truth(Made{place}); }
  Place place() const { return place_; }

  friend Truth operator&&(Truth a, Truth b) { return at(node(Operation::conjunction, a.place_, b.place_)); }
  friend Truth operator||(Truth a, Truth b) { return at(node(Operation::disjunction, a.place_, b.place_)); }
  friend Truth operator!(Truth a) { return at(node(Operation::negation, a.place_)); }

 private:
  explicit Truth(Made made) : place_(made.place) {}
  Place place_;
};

inline Truth implies(Truth a, Truth b) { return !a || b; }
inline Truth same(Truth a, Truth b) { return (a && b) || (!a && !b); }

template <int bits>
class Term {
 public:
  Term() : Term(0) {}
  explicit Term(std::integral auto value) : place_(constant_node(std::int64_t(value))) {
    oblige(Operation::narrow, place_, -1, place_, bits);
  }
  template <int others>
  explicit Term(Term<others> other) : place_(other.place()) {
    if (others > bits) oblige(Operation::narrow, place_, -1, place_, bits);
  }
  static Term at(Place place) { return Term(Made{place}); }
  Place place() const { return place_; }

  friend Term operator+(Term a, Term b) { return owed(Operation::add, a, b); }
  friend Term operator-(Term a, Term b) { return owed(Operation::subtract, a, b); }
  friend Term operator*(Term a, Term b) { return owed(Operation::multiply, a, b); }
  friend Term operator/(Term a, Term b) { return owed(Operation::divide, a, b); }
  Term operator-() const { return Term(0) - *this; }

  friend Truth operator<(Term a, Term b) { return Truth::at(node(Operation::less, a.place_, b.place_)); }
  friend Truth operator>(Term a, Term b) { return b < a; }
  friend Truth operator<=(Term a, Term b) { return !(b < a); }
  friend Truth operator>=(Term a, Term b) { return !(a < b); }
  friend Truth operator==(Term a, Term b) { return Truth::at(node(Operation::equal, a.place_, b.place_)); }
  friend Truth operator!=(Term a, Term b) { return !(a == b); }
  friend Term select(Truth condition, Term yes, Term no) {
    return at(node(Operation::select, condition.place(), yes.place_, no.place_));
  }

 private:
  explicit Term(Made made) : place_(made.place) {}
  static Term owed(Operation operation, Term a, Term b) {
    const Place result = node(operation, a.place_, b.place_);
    oblige(operation, a.place_, b.place_, result, bits);
    return at(result);
  }
  Place place_;
};

// An integer of mathematics. Division is the floor, and its divisor must be positive.
class Whole {
 public:
  Whole(std::integral auto value) : place_(constant_node(std::int64_t(value))) {}  // NOLINT: 1 is a number
  template <int bits>
  explicit Whole(Term<bits> term) : place_(term.place()) {}
  static Whole at(Place place) { return Whole(Made{place}); }
  Place place() const { return place_; }

  friend Whole operator+(Whole a, Whole b) { return at(node(Operation::add, a.place_, b.place_)); }
  friend Whole operator-(Whole a, Whole b) { return at(node(Operation::subtract, a.place_, b.place_)); }
  friend Whole operator*(Whole a, Whole b) { return at(node(Operation::multiply, a.place_, b.place_)); }
  friend Whole operator/(Whole a, Whole b) { return at(node(Operation::divide, a.place_, b.place_)); }
  Whole operator-() const { return Whole(0) - *this; }

  friend Truth operator<(Whole a, Whole b) { return Truth::at(node(Operation::less, a.place_, b.place_)); }
  friend Truth operator>(Whole a, Whole b) { return b < a; }
  friend Truth operator<=(Whole a, Whole b) { return !(b < a); }
  friend Truth operator>=(Whole a, Whole b) { return !(a < b); }
  friend Truth operator==(Whole a, Whole b) { return Truth::at(node(Operation::equal, a.place_, b.place_)); }
  friend Truth operator!=(Whole a, Whole b) { return !(a == b); }

 private:
  explicit Whole(Made made) : place_(made.place) {}
  Place place_;
};
// No friend of Whole, so that it is found for constants too: select(truth, 1, 0).
inline Whole select(Truth condition, Whole yes, Whole no) {
  return Whole::at(node(Operation::select, condition.place(), yes.place(), no.place()));
}

using Number = Term<32>;  // sizes, rows, columns
using Wide = Term<64>;    // window sides as given, places in long tables

}  // namespace boresight::proofs
