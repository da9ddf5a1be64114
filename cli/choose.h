// What an option's patterns choose among names. Each pattern must meet one, so that a misspelt name is told, not passed over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "problem/kernel.h"
#include "problem/result.h"

namespace boresight::cli {

// The registered kernels that `patterns` choose; `called` is how the user gave them: "--kernel", or "kernel=" of a token.
Result<std::vector<Kernel>> choose_kernels(std::string_view called, std::string_view patterns);

// That each of the patterns meets one of the names; `what` they are: "law".
Status each_meets(std::string_view called, std::string_view what, std::string_view patterns,
                  const std::vector<std::string>& names);

}  // namespace boresight::cli
