// Tests tried on mistakes: which would each let through. The answer depends on the settings alone, whatever the threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "properties/lint/bench.h"

namespace boresight::properties::lint {

// One subject under one test at one size, all trials together.
struct Cell {
  bool judged = false;  // false: the problem is out of the domain there, or nothing drawn shows the subject
  bool caught = false;
  double ratio = 0;        // the largest of the rule's error over its threshold; past 1 it is caught
  bool certified = false;  // let through, though outside the certified bound on the same inputs
  Problem problem;         // the one it was tried on
  bool let_through() const { return judged && !caught; }
};

// What a right kernel met on the same problems.
struct Honest {
  std::int64_t problems = 0, refused = 0;
};

// Of one setting: cells[size][subject].
struct Judged {
  std::vector<std::vector<Cell>> cells;
  Honest honest;

  bool caught(std::size_t subject) const;          // in any size
  bool certified(std::size_t subject) const;       // let through, but outside the bound in some size
  const Cell& closest(std::size_t subject) const;  // the size in which its ratio is largest
};

// Called from 0 on; the last time with `done` == `all`.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

std::vector<Judged> judge(const std::vector<Setting>& settings, const std::vector<Subject>& subjects, int threads,
                          const Progress& progress = {});

// The number of the case that catches a subject in a campaign by agreement with the reference alone; nothing: not so soon.
using CaughtAt = std::optional<std::int64_t>;
inline constexpr std::int64_t own_cases_most = 20000;

// The campaign's own cases (properties/steering.h), up to `most`: the median of seeds 1, 2 and 3.
std::vector<CaughtAt> cases_until_caught(const std::vector<Subject>& subjects, std::int64_t most, int threads);

// "5", or "not in 20000".
std::string words(CaughtAt at, std::int64_t most);

}  // namespace boresight::properties::lint
