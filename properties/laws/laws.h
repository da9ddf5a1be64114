// The laws' entry points, one file each: NAME.cc beside this header.
#pragma once

#include "properties/laws/law.h"

namespace boresight::properties {

#define BORESIGHT_LAW(name)              \
  void prepare_##name(Case&, Choices&);  \
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
BORESIGHT_LAW(hidden_is_inert);
BORESIGHT_LAW(causal);
BORESIGHT_LAW(inputs_unchanged_outputs_fenced);

#undef BORESIGHT_LAW

}  // namespace boresight::properties
