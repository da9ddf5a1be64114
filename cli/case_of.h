// The case that a command line names by its token, refused before anything is allocated where it is too large; and what is
// too large.
#pragma once

#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/result.h"

namespace boresight::cli {

// What its inputs and the truth with its bound take, about, and the most that is allowed at once.
double bytes_needed(const Case& a_case);
inline constexpr double bytes_max = 4e9;

// The words are the token, quoted or not.
Result<Case> case_of(const std::vector<std::string>& token_words);

}  // namespace boresight::cli
