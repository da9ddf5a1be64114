// The truths of the case that this thread judges. Kernels are judged on one case one after another, and what is true of it
// does not depend on them: attention is computed once for each call of a law, and the bound once for each arithmetic.
//
// A truth is found again by the law, the whole case and the number of the call inside the law; its Problem must be the same
// as well. So the calls of a law must follow from its case alone: never from a kernel, nor from what a kernel left behind.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "problem/arithmetic.h"
#include "problem/case.h"
#include "properties/call.h"
#include "properties/compare.h"

namespace boresight::properties {

// What is true of one call. Every function is given that call, and computes what was not asked for before.
class Truth {
 public:
  struct Bound {
    Arithmetic arithmetic;
    reference::ErrorBound values;
    bool finite = true;
    std::optional<bool> some_told;  // of the readings (readings/power.h); not asked yet
  };

  // Makes it the truth of another call, reusing its memory.
  void renew(const Problem& problem);
  const Problem& problem() const { return problem_; }

  const std::string& invalid(const Call& call);             // what is wrong with the call; empty: it is valid
  const reference::Attention& attention(const Call& call);  // of a valid call; may be out of the domain
  const Bound& bound(const Call& call, const Arithmetic& arithmetic);
  bool some_told(const Call& call, const Arithmetic& arithmetic);  // some reading could have been told from it

 private:
  Bound& bound_of(const Call& call, const Arithmetic& arithmetic);

  Problem problem_;
  std::optional<std::string> invalid_;
  bool attended_ = false;
  reference::Attention attention_;
  std::deque<Bound> bounds_;  // the first bounds_used_ are of this call, the others memory
  std::size_t bounds_used_ = 0;
};

class Truths {
 public:
  // Those of this law and case, if this thread judged them last; or none yet. They live as long as anybody holds them.
  static std::shared_ptr<Truths> of(std::string_view law, const Case& a_case);

  // The truth of the law's call number `ordinal`: one that is there, or the next.
  Truth& call(std::size_t ordinal, const Problem& problem);

 private:
  std::string law_;
  Case case_;
  std::deque<Truth> calls_;  // the first calls_used_ are of this case, the others memory
  std::size_t calls_used_ = 0;
};

}  // namespace boresight::properties
