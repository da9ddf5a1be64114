// The one case generator. Every sequence of choices gives a valid Case; sizes favour tile edges, features come one by one
// and together, and the shape stays small enough that thousands a second can be judged.
#pragma once

#include "problem/case.h"
#include "properties/draw/choices.h"

namespace boresight::properties {

Case draw(Choices& choices);

}  // namespace boresight::properties
