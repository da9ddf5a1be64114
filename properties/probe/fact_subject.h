// What a fact is measured on: a kernel, a case, and the plumb of both.
#pragma once

#include <string>
#include <utility>

#include "properties/probe/facts.h"

namespace boresight::properties::probe {

struct FactSubject {
  const Case& a_case;
  const Kernel& kernel;
  const Plumb& seen;
  const Problem& p;  // the case's
};

inline Fact unmeasured(Fact fact, std::string why) {
  fact.unmeasured = std::move(why);
  return fact;
}

}  // namespace boresight::properties::probe
