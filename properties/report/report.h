// A campaign's report, as words for a terminal and as JSON (schema 1, described in properties/report/README.md).
#pragma once

#include <string>

#include "properties/campaign.h"

namespace boresight::properties {

// One finding: what the kernel did, where, expected and got, the smallest case, and the command that runs it again.
// `command` is how this program is called.
std::string words(const Finding& finding, const std::string& command);

// Where a mismatch is and by how much: "out[b=0 h=1 i=2 d=0] is 0.5, right is 0.25, bound 1e-7: off by 2.5e+06 bounds".
std::string words(const Mismatch& mismatch);

// The evidence as a table, a row each kernel and law, then the findings, then one closing line.
std::string words(const Report& report, const std::string& command);

// The same without timings: equal seeds give equal bytes.
std::string json(const Report& report, const std::string& version);

}  // namespace boresight::properties
