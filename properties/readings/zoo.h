// The zoo: alignment bugs of public implementations, one entry each, and how each is held here: by readings, which one call's
// decisions can express; by planted bugs, which mutants/mutants.json names itself (its field "zoo"); or not, and why not.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace boresight::properties::readings {

struct ZooEntry {
  std::string id;
  std::string source;  // where it was first reported
  std::string kind;
  std::vector<std::string> readings;  // none: planted bugs hold it, or nothing can
  std::string why_not;                // nothing can: why
};

std::span<const ZooEntry> zoo();

}  // namespace boresight::properties::readings
