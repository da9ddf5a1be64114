// Claim: one sentence about impl/geometry.h that is proved for every call at once. A claim is a row of a list in claims/.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "properties/proofs/setting.h"

namespace boresight::proofs {

enum class Kind : std::uint8_t {
  general,  // of any ranges, at once
  shaped    // of tiles of one shape: proved once for each shape in use, since sizes of tiles are divided by
};

struct Claim {
  std::string_view name;
  std::string_view words;  // what it says, in one line
  Kind kind = Kind::general;
  Truth (*state)(Setting&) = nullptr;
  // Words of a token that let outputs show a counterexample, such as "bias=alibi sink"; empty: it costs time, or nothing yet.
  std::string_view shown_by = {};
};

// All of them, and the shapes of tiles that shaped ones are proved for (claims/table.cc).
const std::vector<Claim>& claims();
const std::vector<TileShape>& shapes_in_use();

}  // namespace boresight::proofs
