// What options and tokens choose. Each pattern must meet a name, so that a misspelt one is told, not passed over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "problem/result.h"
#include "properties/campaign.h"
#include "properties/laws/law.h"

namespace boresight::cli {

// Those of the kernels that `patterns` choose; `called` is how the user gave them: "--kernel", or "kernel=" of a token.
Result<std::vector<Kernel>> choose_kernels(std::string_view called, std::string_view patterns, const std::vector<Kernel>& from);

// That each of the patterns meets one of the names; `what` they are: "law".
Status each_meets(std::string_view called, std::string_view what, std::string_view patterns,
                  const std::vector<std::string>& names);

// The part that "--shard K/N" names.
Result<properties::Shard> choose_shard(const std::string& text);

// The law that a case names, or agreement.
Result<properties::Law> choose_law(const Case& a_case);

}  // namespace boresight::cli
