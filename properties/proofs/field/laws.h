// The laws: what must hold of the algorithm over any numbers that add, multiply and divide. Each is judged by exact equality.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "properties/proofs/field/field_case.h"
#include "properties/proofs/field/judgement.h"
#include "properties/proofs/field/subject.h"

namespace boresight::field {

struct Law {
  std::string_view name;
  std::string_view says;
  void (*bend)(FieldCase& c);  // toward its preconditions; twice is as once
  Judgement (*judge)(const Subject& subject, const FieldCase& c);
};

std::span<const Law> laws();

// laws/agreement.cc
Judgement judge_equals_the_plain_sum(const Subject& subject, const FieldCase& c);
Judgement judge_ways_of_running_agree(const Subject& subject, const FieldCase& c);
Judgement judge_chunks_are_one_call(const Subject& subject, const FieldCase& c);
// laws/states.cc
Judgement judge_tiles_in_any_order(const Subject& subject, const FieldCase& c);
Judgement judge_merging_is_commutative(const Subject& subject, const FieldCase& c);
Judgement judge_merging_is_associative(const Subject& subject, const FieldCase& c);
Judgement judge_rescaling_changes_nothing(const Subject& subject, const FieldCase& c);
// laws/keys.cc
Judgement judge_splitting_keys(const Subject& subject, const FieldCase& c);
Judgement judge_hidden_is_inert(const Subject& subject, const FieldCase& c);
Judgement judge_permuting_persistent_keys(const Subject& subject, const FieldCase& c);
// laws/scores.cc
Judgement judge_row_constant(const Subject& subject, const FieldCase& c);
Judgement judge_sink_is_a_column_without_value(const Subject& subject, const FieldCase& c);
Judgement judge_empty_row(const Subject& subject, const FieldCase& c);
// laws/values.cc
Judgement judge_linear_in_values(const Subject& subject, const FieldCase& c);

}  // namespace boresight::field
