// Progress on standard error: one line that moves on a terminal, a plain line every ten seconds elsewhere, or none.
#pragma once

#include <cstdint>

namespace boresight::cli {

class ProgressLine {
 public:
  // `cases` 0: the budget in seconds is the end. `unit`: what cases are called.
  ProgressLine(std::int64_t cases, double budget_seconds, bool quiet, const char* unit = "cases");
  void show(std::int64_t cases, double seconds);
  void clear();

 private:
  std::int64_t cases_;
  double budget_seconds_;
  bool quiet_, terminal_;
  const char* unit_;
  double last_ = 0;
};

}  // namespace boresight::cli
