// A finding on an input that is no mere token: in words, with the input made smaller and the command that judges it again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "problem/kernel.h"
#include "properties/call.h"
#include "properties/laws/truths.h"
#include "properties/verdict.h"

namespace boresight::fuzz {

// What is wrong with an input; nothing where it is as it should be.
struct Fault {
  std::string what;   // "simd/flash@avx2 is outside the certified bound"
  std::string where;  // "out[b=0 h=0 i=1 d=0] is 0.5, right is 0.25, bound 1e-7: off by 2.5e+06 bounds"; or empty
};
using Look = std::function<std::optional<Fault>(const std::string& input)>;

// Looks, and where there is a fault makes the text smaller as long as there is one. For inputs that are texts (fuzz/text.h).
std::string finding_of_text(std::string_view target, std::string_view input, const Look& look);

// The same for inputs that stay as they are.
std::string finding_of_bytes(std::string_view target, std::string_view input, const Look& look);

// The fault of a verdict; nothing unless it has failed.
std::optional<Fault> fault_of(const std::string& kernel, const properties::Verdict& verdict);

// One call held to its truth, by kernels one after another: Passed or Failed, or Skipped where the kernel does not take it or
// the call is outside the domain. The call must stay as it is.
class HeldCall {
 public:
  explicit HeldCall(const properties::Call& call);
  const std::string& invalid() { return truth_.invalid(call_); }              // what is wrong with the call; empty: it is valid
  bool in_domain() { return truth_.attention(call_).out_of_domain.empty(); }  // of a valid call
  properties::Verdict judge(const Kernel& kernel, const Options& options, Layout layout = Layout::bhnd);
  // What a kernel has computed, by itself.
  properties::Verdict judge(const Kernel& kernel, const Options& options, const properties::Results& results);
  properties::Truth& truth() { return truth_; }

 private:
  std::optional<properties::Verdict> refused(const Kernel& kernel);

  const properties::Call& call_;
  properties::Truth truth_;
};

// Each available kernel on the call; the first fault.
std::optional<Fault> fault_of_any(HeldCall& held, const Options& options, const Kernels& kernels);

}  // namespace boresight::fuzz
