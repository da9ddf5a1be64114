// What lint found of one test, in words and as JSON, and what would make the test stronger.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "properties/lint/lint.h"

namespace boresight::properties::lint {

// A change to the test, and how many of the subjects that it lets through it would catch then.
struct Advice {
  std::string change;  // "--inputs normal"
  std::size_t caught = 0;
};

// Untested: no subject that can show was judged.
enum class Conclusion : std::uint8_t { passed, failed, untested };

struct Report {
  Setting setting;
  std::vector<Subject> subjects;
  Judged judged;
  std::size_t through = 0;          // subjects that can show and are let through
  std::size_t caught = 0;           // and those that are caught
  std::vector<Advice> advice;       // what helps, tried on those, the best first
  std::vector<CaughtAt> own_cases;  // Boresight's until caught, of each subject; filled for those let through

  Conclusion conclusion() const;
};

Report lint(const Setting& setting, std::vector<Subject> subjects, int threads, const Progress& progress = {});

std::string words(const Report& report);
std::string json(const Report& report, const std::string& version);

}  // namespace boresight::properties::lint
