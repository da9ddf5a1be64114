#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace boresight::cli {

ProgressLine::ProgressLine(std::int64_t cases, double budget_seconds, bool quiet, const char* unit)
    : cases_(cases), budget_seconds_(budget_seconds), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), unit_(unit) {}

void ProgressLine::show(std::int64_t cases, double seconds) {
  if (quiet_ || seconds - last_ < (terminal_ ? 0.1 : 10)) return;
  last_ = seconds;
  const double done = cases_ > 0 ? double(cases) / double(cases_) : seconds / budget_seconds_;
  const double share = std::clamp(done, 0.0, 1.0);
  const double left = share > 0 ? seconds * (1 - share) / share : 0;
  const std::string line = fmt::format("{} {}, {:.0f} a second, {:.0f} s left", cases, unit_, double(cases) / seconds, left);
  if (!terminal_) return fmt::print(stderr, "{}\n", line);
  const int filled = int(share * 24);
  fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {}\033[K", "", filled, "", 24 - filled, line);
}

void ProgressLine::clear() {
  if (!quiet_ && terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace boresight::cli
