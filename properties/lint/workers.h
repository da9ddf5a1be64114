// A number of independent jobs on a number of threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace boresight::properties::lint {

// job(0) .. job(count - 1), each once; they are started in order.
template <class Job>
void each_job(std::size_t count, int threads, Job job) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t k = next++; k < count; k = next++) job(k);
  };
  std::vector<std::jthread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work);
  work();
}

}  // namespace boresight::properties::lint
