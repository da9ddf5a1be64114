// The planted bugs of mutants/mutants.json, as built into this program.
#pragma once

#include <string>
#include <vector>

namespace boresight::cli {

struct Mutant {
  std::string id, file, killer, why;
  std::string zoo;      // the public bug that it plants again; empty: none
  std::string reading;  // what the judge must call it; empty: no reading describes it
};

const std::vector<Mutant>& mutants();

}  // namespace boresight::cli
