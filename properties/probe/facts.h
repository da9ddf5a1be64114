// What else a kernel gives away from outside, a fact at a time: which kv head a query head reads, which entries rotary turns
// together and by what angles, whether persistent keys turn, what an empty row is, what zero key and sink weigh, where the
// softcap stands, what the scale multiplies, and the lse. A fact departs where some output of its calls is outside the
// certified bound of the right one; what can't be measured on a case says why.
#pragma once

#include <string>
#include <vector>

#include "problem/case.h"
#include "problem/kernel.h"
#include "properties/probe/plumb.h"
#include "properties/probe/rows.h"

namespace boresight::properties::probe {

struct Fact {
  std::string name;
  std::string got, right;  // in words
  bool departs = false;
  std::string unmeasured;  // why; empty: it was measured
};

// In a fixed order, those that mean nothing for the problem left out (rotary facts without rotary).
std::vector<Fact> facts(const Case& a_case, const Kernel& kernel, const Plumb& seen);

}  // namespace boresight::properties::probe
