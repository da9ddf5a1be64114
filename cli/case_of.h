// The case that a command line names by its token, refused before anything is allocated where it is too large.
#pragma once

#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/result.h"

namespace boresight::cli {

// The words are the token, quoted or not.
Result<Case> case_of(const std::vector<std::string>& token_words);

}  // namespace boresight::cli
