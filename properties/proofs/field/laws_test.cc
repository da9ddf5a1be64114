// Each law holds of the algorithm as it is, and fails of one with a fault that it alone forbids.
#include "properties/proofs/field/laws.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace boresight::field {
namespace {

constexpr std::int64_t cases = 100;

Judgement judge_all(const Law& law, const Subject& subject) {
  Judgement all;
  for (std::int64_t number = 1; number <= cases && !all.failed(); ++number) {
    FieldCase c = drawn_case(1, number);
    law.bend(c);
    const Judgement one = law.judge(subject, c);
    all.rows += one.rows;
    all.wrong = one.wrong;
  }
  return all;
}

// The subject with something done to every state of a call.
using Damage = void (*)(const FieldProblem&, State&);
Subject damaged(Damage damage) {
  Subject subject = impl_subject();
  subject.attend = [damage](const FieldProblem& f) {
    std::vector<State> states = impl_subject().attend(f);
    for (State& state : states) damage(f, state);
    return states;
  };
  return subject;
}
void weigh_more(State& state, Weight weight) {
  state.denominator = state.denominator + weight * Field::exp_difference({}, state.reference);
  state.any = true;
}
void rescaled(State& state, Score reference) { impl_subject().rescale(state, reference); }

Subject with_merge(void (*merge)(State&, State&)) {
  Subject subject = impl_subject();
  subject.merge = merge;
  return subject;
}

Subject listed_wrong() {
  Subject subject = impl_subject();
  subject.attend_listed = [](const FieldProblem& f) {
    return std::vector<State>(std::size_t(f.c.heads * f.c.queries), impl_subject().empty(f));
  };
  return subject;
}
Subject tiles_lost() {
  Subject subject = impl_subject();
  subject.tiles = [](const FieldProblem& f, Span rows) {
    std::vector<Span> tiles = impl_subject().tiles(f, rows);
    if (!tiles.empty()) tiles.pop_back();
    return tiles;
  };
  return subject;
}
Subject reference_alone() {
  Subject subject = impl_subject();
  subject.rescale = [](State& state, Score reference) { state.reference = reference; };
  return subject;
}
Subject sink_twice() {
  Subject subject = impl_subject();
  subject.absorb_without_value = [](State& state, Score score) {
    impl_subject().absorb_without_value(state, score);
    impl_subject().absorb_without_value(state, score);
  };
  return subject;
}
Subject empty_is_a_sum_of_zero() {
  Subject subject = impl_subject();
  subject.finish = [](const State& state) {
    Output output = impl_subject().finish(state);
    output.log_sum.empty = false;
    return output;
  };
  return subject;
}

const std::map<std::string, Subject>& faults() {
  static const std::map<std::string, Subject> table = {
      {"equals_the_plain_sum", damaged([](const FieldProblem&, State& state) { weigh_more(state, {1}); })},
      {"ways_of_running_agree", listed_wrong()},
      {"chunks_are_one_call",
       damaged([](const FieldProblem& f, State& state) { weigh_more(state, {std::uint32_t(f.c.queries)}); })},
      {"tiles_in_any_order", tiles_lost()},
      {"merging_is_commutative", with_merge([](State& row, State& part) { row = row.any ? row : part; })},
      {"merging_is_associative", with_merge([](State& row, State& part) {
         weigh_more(part, Field::exp_difference(part.reference, {}) * part.denominator);
         impl_subject().merge(row, part);
       })},
      {"rescaling_changes_nothing", reference_alone()},
      {"splitting_keys", damaged([](const FieldProblem&, State& state) { weigh_more(state, {1}); })},
      {"hidden_is_inert", damaged([](const FieldProblem& f, State& state) {
         if (f.c.segment > 0) rescaled(state, score_of(std::int64_t(f.parts[2].keys[0].bits >> 2)));
       })},
      {"permuting_persistent_keys",
       damaged([](const FieldProblem& f, State& state) { weigh_more(state, {std::uint32_t(f.parts[0].keys[0].bits % prime)}); })},
      {"row_constant", damaged([](const FieldProblem&, State& state) { weigh_more(state, {1}); })},
      {"sink_is_a_column_without_value", sink_twice()},
      {"empty_row", empty_is_a_sum_of_zero()},
      {"linear_in_values", damaged([](const FieldProblem&, State& state) {
         for (Weight& sum : state.sums) sum = sum * sum;
       })},
  };
  return table;
}

TEST(FieldLaws, HoldOfTheAlgorithm) {
  for (const Law& law : laws()) {
    const Judgement judgement = judge_all(law, impl_subject());
    EXPECT_EQ(judgement.wrong, "") << law.name;
    EXPECT_GT(judgement.rows, 100) << law.name;
  }
}

TEST(FieldLaws, FailWhereWhatTheyForbidIsPlanted) {
  for (const Law& law : laws()) {
    const auto fault = faults().find(std::string(law.name));
    ASSERT_NE(fault, faults().end()) << law.name << " has no planted fault";
    EXPECT_TRUE(judge_all(law, fault->second).failed()) << law.name;
  }
  EXPECT_EQ(faults().size(), laws().size());
}

TEST(FieldLaws, SayWhichRowIsWrongInWords) {
  const FieldCase c{.queries = 1, .segment = 1, .seed = 1};
  const Law& law = laws().front();
  const std::string wrong = law.judge(faults().at(std::string(law.name)), c).wrong;
  EXPECT_EQ(wrong.rfind("head 0, row 0: the sum of weights is ", 0), 0u) << wrong;
  EXPECT_NE(wrong.find(": against the plain sum"), std::string::npos) << wrong;
}

}  // namespace
}  // namespace boresight::field
