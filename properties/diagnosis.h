// The name of the mistake: the reading (properties/readings) that explains every element of what a kernel computed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"

namespace boresight::properties::readings {
struct Observation;  // properties/readings/fit.h: not included, so that who reads a report needs neither readings nor Eigen
}

namespace boresight::properties {

struct Diagnosis {
  std::string reading;                  // its id in the table of readings, or two, "A + B"; empty: none explains it all
  std::string words;                    // what the kernel did and what is right, with this case's numbers
  std::vector<std::string> coincide{};  // other readings that compute the same here: with the first they are one named set
  std::string beyond{};                 // what it does not explain, where more is known than this case
};

// All of it in one line: the words, the other names, and what is beyond them.
std::string told(const Diagnosis& diagnosis);

// For a case that the kernel fails: runs it once and holds the results against every reading.
Diagnosis diagnose(const Case& a_case, const Kernel& kernel);

// Looks at other cases of agreement, drawn from the seed, with what the smallest failing case was diagnosed as: readings of
// its set that do not fit there are dropped, and where none fits alone a second mistake is sought beside it: "A + B".
// What was seen is kept, for the next failure of the same kernel that has the same names.
class FurtherCases {
 public:
  explicit FurtherCases(std::uint64_t seed);
  ~FurtherCases();
  Diagnosis look(const Diagnosis& diagnosis, const Case& smallest, const Kernel& kernel);

 private:
  struct Kept;
  std::unique_ptr<Kept> kept_;
};

// For results that are there already, whoever computed them: by what they are alone, without another run.
Diagnosis diagnose(const readings::Observation& seen);

}  // namespace boresight::properties
