// The worker: this program again, with a stranger's library and nothing of the judge in it. It loads the library, answers one
// question after another, and dies with it.
#pragma once

namespace boresight::strangers {

// What main() is given in place of a command, followed by the library's path and the limit of its memory in bytes (0: none).
inline constexpr const char* worker_word = "--as-worker";
inline constexpr int memory_descriptor = 3, socket_descriptor = 4;

// The exit code of a worker whose judge is gone, or which can't begin.
inline constexpr int worker_lost = 97;

int work(int argc, char** argv);

}  // namespace boresight::strangers
