// The layouts of one call, judged on every kernel in every way; on kernels that take no f32, in bf16. The truth is computed once, and its bound once for each
// arithmetic that kernels declare. A judge keeps its memory from call to call; each thread has its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/exhaustive/layouts.h"
#include "properties/laws/truths.h"

namespace boresight::properties::exhaustive {

// What one kernel did with the layouts of one call.
struct Judged {
  std::int64_t runs = 0;                        // sequences computed and judged, over all ways
  std::int64_t failed = 0;                      // layouts, in the first way that shows any
  double largest = 0;                           // error / bound, where none failed
  std::map<std::string, std::int64_t> skipped;  // runs that were not judged, by reason
  std::optional<Case> finding;                  // one failing layout alone, or the whole call where each alone is right
};

class Judge {
 public:
  // kernels[k] is judged where judged[k] is true; outcomes[k] receives what it did. Kernels are available here.
  void judge(const Layouts& layouts, const std::vector<const Kernel*>& kernels, const std::vector<bool>& judged,
             Judged* outcomes);

 private:
  void renew(const Case& call);
  void judge(const Case& call, const Kernel& kernel, Judged& outcome);
  std::string refusal(const Kernel& kernel);

  Case case_;  // of the truth, whatever the options
  Inputs inputs_;
  Call call_;
  std::uint64_t inputs_hash_ = 0;
  Truth truth_;
  std::vector<std::int64_t> failing_;
};

}  // namespace boresight::properties::exhaustive
