// A Case as ONE line of text that replays it on any machine, compiler and version that says bs1:
//
//   bs1 b2 h8/2 d64 n17 s24 M5 P3 causal window=16,0 bias=alibi softcap=30 sink head_map=tiled key_mask=0.7
//       memory_mask=0b01101 bf16 seed=9 kernel=scalar
//
// Required: b h d n s. Everything else is left out at its default. Words may stand in any order after bs1.
#pragma once

#include <string>
#include <string_view>

#include "problem/case.h"
#include "problem/result.h"

namespace boresight {

// The case with every field that does not apply at its default (alibi_heads without geometric ALiBi, a mask's count
// where its kind is density, ..). The case must be valid. For every canonical case, parse_token(token(case)) is the case.
Case canonical(Case a_case);

// The shortest token of the case, words in one fixed order. It is the token of canonical(case) too.
std::string token(const Case& a_case);

// The case, validated. An error tells the column (from 1), the word, and the nearest right word or the allowed range.
Result<Case> parse_token(std::string_view text);

}  // namespace boresight
