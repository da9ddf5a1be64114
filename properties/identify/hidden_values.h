// Whether what masks hide reaches the output: NaN and infinity in keys and values that a key or memory mask hides must change no
// bit. Behind causality, a window or an attention mask either is allowed, and told.
#pragma once

#include "properties/identify/card.h"
#include "properties/identify/sights.h"

namespace boresight::properties::identify {

Row hidden_values(const Kernel& kernel, const Fitting& fitting, std::uint64_t seed);

}  // namespace boresight::properties::identify
