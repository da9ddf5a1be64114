// The target that a program is of: the build defines it, a line a program.
#pragma once

namespace boresight::fuzz {

extern const char* const engine_target;

}  // namespace boresight::fuzz
