// One call processed in parts, row after row, each part with the keys that were seen so far: what chunks_are_one_call and
// decode_is_the_full_pass share.
#pragma once

#include <string_view>
#include <vector>

#include "properties/draw/choices.h"
#include "properties/laws/calls.h"
#include "properties/laws/trial.h"

namespace boresight::properties {

// Bends a case so that later rows alone see later keys, and there are two rows or more.
void prepare_for_parts(Case& c, Choices& choices);

// Why the case can't be processed in parts; empty: it can.
std::string no_parts(const Problem& problem);

struct Rows {
  std::int64_t first, last;  // [first, last)
};

// Each of these parts of the whole call against the whole.
Verdict judge_parts(Trial trial, const std::vector<Rows>& parts, Handover handover, std::string_view otherwise);

}  // namespace boresight::properties
