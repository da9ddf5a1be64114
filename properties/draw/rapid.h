// Cases by RapidCheck: its randomness drives draw(), its search shrinks along simpler().
#pragma once

#include <rapidcheck.h>

#include <functional>

#include "properties/draw/draw.h"
#include "properties/draw/random.h"
#include "properties/draw/simpler.h"

namespace boresight::properties {

inline rc::Shrinkable<Case> shrinkable(Case a_case) {
  return rc::shrinkable::shrinkRecur(std::move(a_case), [](const Case& from) { return rc::seq::fromContainer(simpler(from)); });
}

// Cases for a law: drawn, then bent by `prepare` to meet the law's preconditions.
inline rc::Gen<Case> cases(std::function<void(Case&, Choices&)> prepare = {}) {
  return [prepare = std::move(prepare)](const rc::Random& random, int) {
    RandomChoices choices(random);
    Case drawn = draw(choices);
    if (prepare) prepare(drawn, choices);
    return shrinkable(std::move(drawn));
  };
}

}  // namespace boresight::properties
