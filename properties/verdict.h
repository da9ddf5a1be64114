// What a law says of one case: four outcomes, never two. Skipped and Mistrusted carry their reason and are no evidence.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace boresight::properties {

enum class Outcome : std::uint8_t {
  passed,
  failed,
  skipped,     // the kernel doesn't support it, a precondition fails, or it is out of the domain
  mistrusted,  // this input could not have told
};

// One output element that is not what it should be. Bitwise laws have bound 0.
struct Mismatch {
  bool lse = false;  // else an element of out
  std::int64_t b = 0, h = 0, i = 0, d = 0;
  double expected = 0, got = 0, bound = 0;
};

struct Verdict {
  Outcome outcome = Outcome::passed;
  std::string why;                   // reason of a skip or mistrust; of a failure, what happened, in words
  std::optional<Mismatch> mismatch;  // where, for a failure that has a place
  double largest = 0;                // largest error / bound that was seen
  bool hung = false;                 // a failure by taking all the time that was given: expensive to see again
};

// A reason without the numbers of its case, so that reasons can be counted.
inline std::string kind_of(const std::string& reason) { return reason.substr(0, reason.find(':')); }

inline Verdict skipped(std::string why) { return {Outcome::skipped, std::move(why), {}, 0, false}; }
inline Verdict mistrusted(std::string why, double largest = 0) {
  return {Outcome::mistrusted, std::move(why), {}, largest, false};
}
inline Verdict failed(std::string why, std::optional<Mismatch> mismatch = {}) {
  return {Outcome::failed, std::move(why), mismatch, std::numeric_limits<double>::infinity(), false};
}

}  // namespace boresight::properties
