#include "properties/proofs/field/laws.h"

#include <algorithm>

namespace boresight::field {
namespace {

void as_drawn(FieldCase&) {}
void without_ends(FieldCase& c) { c.zero_key = c.sink = 0; }
void with_persistent_keys(FieldCase& c) { c.mem_kv = std::max<std::int64_t>(c.mem_kv, 2); }
void with_an_end_for_each_head(FieldCase& c) {
  c.kv_heads = c.heads;
  if (c.zero_key == 0) c.sink = 1;
}

constexpr Law table[] = {
    {"equals_the_plain_sum", "any tiles and splits give the specification's sums", as_drawn, judge_equals_the_plain_sum},
    {"ways_of_running_agree", "the loops of scalar, of simd/flash and of simd/decode give one state", as_drawn,
     judge_ways_of_running_agree},
    {"chunks_are_one_call", "the last rows by themselves are what they are among all", as_drawn, judge_chunks_are_one_call},
    {"tiles_in_any_order", "tiles in any order, in any parts, merged in any order, give one state", as_drawn,
     judge_tiles_in_any_order},
    {"merging_is_commutative", "a with b is b with a, and the part keeps its value in the common scale", as_drawn,
     judge_merging_is_commutative},
    {"merging_is_associative", "(a with b) with c is a with (b with c)", as_drawn, judge_merging_is_associative},
    {"rescaling_changes_nothing", "any reference tells the same sums, and the same output", as_drawn,
     judge_rescaling_changes_nothing},
    {"splitting_keys", "some keys hidden, merged with the others hidden, are all keys", as_drawn, judge_splitting_keys},
    {"hidden_is_inert", "what a hidden key and value hold reaches no bit of the row", as_drawn, judge_hidden_is_inert},
    {"permuting_persistent_keys", "persistent keys in another order are the same row", with_persistent_keys,
     judge_permuting_persistent_keys},
    {"row_constant", "c more on each score of a row: 7^c times the sums, and the same output", without_ends, judge_row_constant},
    {"sink_is_a_column_without_value", "a sink, and the zero key, are one more persistent column with value 0",
     with_an_end_for_each_head, judge_sink_is_a_column_without_value},
    {"empty_row", "a row that sees nothing is empty, is zero, and changes nothing that it is merged with", as_drawn,
     judge_empty_row},
    {"linear_in_values", "the output of x * v + y * w is x * output(v) + y * output(w)", as_drawn, judge_linear_in_values},
};

}  // namespace

std::span<const Law> laws() { return table; }

}  // namespace boresight::field
