// Bends that several readings share: each turns a drawn case into one that a kind of reading shows in. What they are given is
// any drawn case, and what they leave is valid.
#pragma once

#include "problem/case.h"
#include "properties/draw/choices.h"

namespace boresight::properties::readings::bends {

// Out of the way: masks, windows, the zero key, the sink and the softcap; ordinary values in f32 at the usual scale.
void clear(Case& c);

// A few of each, so that a case is small.
void rows(Case& c, Choices& choices, std::int64_t least = 2);
void memories(Case& c, Choices& choices);
void cached(Case& c, Choices& choices);

// Heads, and as many key/value heads; slopes for all of them.
void heads(Case& c, std::int64_t heads, std::int64_t kv_heads);

// The bias or the positions that a reading needs.
void alibi(Case& c);
void ordered(Case& c);
void positions_of_each_sequence(Case& c);
void rotary(Case& c);
void xpos(Case& c);

}  // namespace boresight::properties::readings::bends
