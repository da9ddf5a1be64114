// Calls made from calls, for laws whose two runs differ in shape. The store owns what had to be copied.
#pragma once

#include <cstdint>

#include "properties/call.h"
#include "properties/laws/copies.h"

namespace boresight::properties {

// The call without its memories: their columns go, all positions stay.
Call without_memories(const Call& call, Inputs& store);

// How a chunk sees the keys that earlier chunks brought.
enum class Handover : std::uint8_t { cache, memories };

// Rows [first, last) of the call as a call of their own. Needs segment >= queries.
Call chunk(const Call& call, std::int64_t first, std::int64_t last, Handover handover, Inputs& store);

// As many rows and keys of the segment more, at the oldest or the newest end; `seen`: the key mask leaves them visible.
// Behind the newest no position moves. In front of the oldest, rows and keys of the segment move by as many positions,
// and memories would have to as well. Their contents are finite, the bias between them anything finite.
enum class End : std::uint8_t { oldest, newest };
Call extended(const Call& call, End end, std::int64_t rows, bool seen, Inputs& store);

}  // namespace boresight::properties
