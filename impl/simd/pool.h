// Threads for kernel calls: as many as were ever wanted at once, started then, kept as long as the program lives. What is
// computed never depends on who computes it: work comes in items, and an item is done whole by one thread.
#pragma once

#include <cstdint>
#include <functional>

namespace boresight::impl::simd {

// Processors that this process may use, 1 at least.
int usable_processors();

// Calls body(item, worker) for each item in [0, count), on up to `threads` threads, the calling one among them; returns when
// all are done. `worker` is in [0, threads), and no two items run at once under one worker, so that scratch memory can go
// by it. Several calls may run at once; none waits for another's threads. body must not throw.
void parallel(int threads, std::int64_t count, const std::function<void(std::int64_t item, int worker)>& body);

}  // namespace boresight::impl::simd
