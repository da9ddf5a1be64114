// Ctrl-C: the first signal asks for the report so far; a second one ends the program, since a kernel may hang.
#pragma once

#include <atomic>

namespace boresight::cli {

// From now on; true once a signal has come.
const std::atomic<bool>& stop_on_signals();

}  // namespace boresight::cli
