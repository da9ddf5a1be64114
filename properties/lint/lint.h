// Tests tried on mistakes: which would each let through. The answer depends on the settings alone, whatever the threads.
#pragma once

#include <cstdint>
#include <functional>
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

using Progress = std::function<void(std::size_t done, std::size_t all)>;

std::vector<Judged> judge(const std::vector<Setting>& settings, const std::vector<Subject>& subjects, int threads,
                          const Progress& progress = {});

// Cases of agreement with the reference, drawn one after another (and bent, where the reading says how), until the subject is
// caught; 0: not in `most`. The median of seeds 1, 2 and 3.
std::vector<std::int64_t> cases_until_caught(const std::vector<Subject>& subjects, std::int64_t most, int threads);

}  // namespace boresight::properties::lint
