// The planted bugs of mutants/mutants.json, as built into this program.
#pragma once

#include <string>
#include <vector>

namespace boresight::cli {

struct Mutant {
  std::string id, file, killer, why;
};

const std::vector<Mutant>& mutants();

}  // namespace boresight::cli
