// Which case has which number in a campaign. Most are drawn freely; the last round of each batch is steered to readings that
// the batch has not covered. A pure function of the seed and the number, so threads and shards do not matter.
#pragma once

#include <cstdint>
#include <vector>

#include "problem/case.h"
#include "properties/laws/law.h"

namespace boresight::properties {

// A round is one case each law; a batch so many rounds, the last of them steered.
inline constexpr std::int64_t rounds_in_batch = 8;

// The case of this number (from 1), drawn freely for a law.
Case drawn_case(std::uint64_t seed, std::int64_t number, const Law& law);

// The case of this number (from 1) in a campaign by these laws; its law is laws[(number - 1) % laws.size()].
Case campaign_case(std::uint64_t seed, std::int64_t number, const std::vector<Law>& laws);

}  // namespace boresight::properties
