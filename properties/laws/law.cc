#include "properties/laws/law.h"

#include "properties/laws/laws.h"

namespace boresight::properties {

const std::vector<Law>& laws() {
  static const std::vector<Law> table = {
      {agreement_name, "out and lse lie within the certified bound of the reference", prepare_agrees_with_reference,
       judge_agrees_with_reference},
      {"hidden_memory_is_no_memory", "masking every memory equals having none: columns go, positions stay",
       prepare_hidden_memory_is_no_memory, judge_hidden_memory_is_no_memory},
      {"chunks_are_one_call", "segments one after another, earlier keys handed on as memories or cache, equal one call",
       prepare_chunks_are_one_call, judge_chunks_are_one_call},
      {"decode_is_the_full_pass", "one query at a time over a growing cache equals all at once", prepare_decode_is_the_full_pass,
       judge_decode_is_the_full_pass},
      {"permuting_persistent_keys", "permuting mem_k, mem_v and their mask columns changes nothing",
       prepare_permuting_persistent_keys, judge_permuting_persistent_keys},
      {"padding_is_inert", "padding queries and keys alike, the pads masked, changes no other row", prepare_padding_is_inert,
       judge_padding_is_inert},
      {"batch_order", "sequences in another order, or alone, give the same", prepare_batch_order, judge_batch_order},
      {"head_order", "heads in another order, with all that is their own, give the same", prepare_head_order, judge_head_order},
      {"query_order", "queries in another order give the same rows", prepare_query_order, judge_query_order},
      {"shifting_all_positions", "all positions moved alike change nothing", prepare_shifting_all_positions,
       judge_shifting_all_positions},
      {"per_row_constant", "a constant added to all scores of a row leaves out, and moves lse by it", prepare_per_row_constant,
       judge_per_row_constant},
      {"linear_in_values", "out is linear in the values; values times a power of two give out times it, bit by bit",
       prepare_linear_in_values, judge_linear_in_values},
      {"inside_the_hull", "out lies among the values that its row sees; an empty row is 0", prepare_inside_the_hull,
       judge_inside_the_hull},
      {"splitting_keys", "parts of the keys, chosen by masks and merged by lse, equal one call", prepare_splitting_keys,
       judge_splitting_keys},
      {"dense_equals_built_in", "a built-in bias equals the same numbers as a dense bias", prepare_dense_equals_built_in,
       judge_dense_equals_built_in},
      {"hidden_is_inert", "what a hidden key and value hold changes no bit", prepare_hidden_is_inert, judge_hidden_is_inert},
      {"causal", "what later keys and values hold changes no bit of earlier rows; that there are later ones changes nothing",
       prepare_causal, judge_causal},
      {"inputs_unchanged_outputs_fenced", "inputs keep their values, every output is written, nothing outside is",
       prepare_inputs_unchanged_outputs_fenced, judge_inputs_unchanged_outputs_fenced},
      {"threads", "the number of threads changes no bit", prepare_threads, judge_threads},
      {"ways_of_running_agree", "tile sizes, splits and other kernels agree", prepare_ways_of_running_agree,
       judge_ways_of_running_agree},
      {"strides_and_alignment", "layouts and alignment of the same numbers change no bit", prepare_strides_and_alignment,
       judge_strides_and_alignment},
      {"called_twice", "a second call gives the same bits, and sees data changed in place", prepare_called_twice,
       judge_called_twice},
  };
  return table;
}

const Law& agreement() { return *find_law(agreement_name); }

const Law* find_law(std::string_view name) {
  for (const Law& law : laws())
    if (law.name == name) return &law;
  return nullptr;
}

}  // namespace boresight::properties
