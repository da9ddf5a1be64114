// The laws' entry points, one file each: NAME.cc beside this header.
#pragma once

#include "properties/laws/law.h"

namespace boresight::properties {

#define BORESIGHT_LAW(name)             \
  void prepare_##name(Case&, Choices&); \
  Verdict judge_##name(const Case&, const Kernel&)

BORESIGHT_LAW(agrees_with_reference);
BORESIGHT_LAW(hidden_memory_is_no_memory);
BORESIGHT_LAW(chunks_are_one_call);
BORESIGHT_LAW(decode_is_the_full_pass);
BORESIGHT_LAW(permuting_persistent_keys);
BORESIGHT_LAW(padding_is_inert);
BORESIGHT_LAW(batch_order);
BORESIGHT_LAW(head_order);
BORESIGHT_LAW(query_order);
BORESIGHT_LAW(shifting_all_positions);
BORESIGHT_LAW(per_row_constant);
BORESIGHT_LAW(linear_in_values);
BORESIGHT_LAW(inside_the_hull);
BORESIGHT_LAW(splitting_keys);
BORESIGHT_LAW(dense_equals_built_in);
BORESIGHT_LAW(hidden_is_inert);
BORESIGHT_LAW(causal);
BORESIGHT_LAW(inputs_unchanged_outputs_fenced);
BORESIGHT_LAW(threads);
BORESIGHT_LAW(ways_of_running_agree);
BORESIGHT_LAW(strides_and_alignment);
BORESIGHT_LAW(called_twice);

#undef BORESIGHT_LAW

}  // namespace boresight::properties
