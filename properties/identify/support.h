// What a kernel says that it supports, asked feature by feature beside the plainest call that it takes.
#pragma once

#include "properties/identify/card.h"
#include "properties/identify/sights.h"

namespace boresight::properties::identify {

Row support(const Kernel& kernel, const Fitting& fitting);

}  // namespace boresight::properties::identify
