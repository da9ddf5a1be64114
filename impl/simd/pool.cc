#include "impl/simd/pool.h"

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace boresight::impl::simd {
namespace {

// One call of parallel(), on its caller's stack.
struct Job {
  std::int64_t count;
  const std::function<void(std::int64_t, int)>& body;
  std::atomic<std::int64_t> next{0};
  int helping = 0;  // threads of the pool that are at it; guarded by the pool's mutex

  void work(int worker) {
    for (std::int64_t item = next++; item < count; item = next++) body(item, worker);
  }
};

// An invitation to help with a job, under this worker number.
struct Ticket {
  Job* job;
  int worker;
};

class Pool {
 public:
  void run(Job& job, int threads) {
    invite(job, threads - 1);
    job.work(0);
    std::unique_lock lock(mutex_);
    std::erase_if(tickets_, [&](const Ticket& ticket) { return ticket.job == &job; });  // whoever has not come is too late
    left_.wait(lock, [&] { return job.helping == 0; });
  }

 private:
  void invite(Job& job, int helpers) {
    const std::lock_guard lock(mutex_);
    grow(tickets_.size() + std::size_t(helpers));
    if (threads_.empty()) return;
    for (int worker = 1; worker <= helpers; ++worker) tickets_.push_back({&job, worker});
    invited_.notify_all();
  }

  // Where the system gives no more threads, those that are there do: help is welcome, not needed.
  void grow(std::size_t wanted) {
    try {
      while (threads_.size() < wanted) threads_.emplace_back([this](std::stop_token stop) { serve(stop); });
    } catch (const std::system_error&) {
    }
  }

  void serve(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (invited_.wait(lock, stop, [&] { return !tickets_.empty(); })) {
      const Ticket ticket = tickets_.front();
      tickets_.pop_front();
      ++ticket.job->helping;
      lock.unlock();
      ticket.job->work(ticket.worker);
      lock.lock();
      if (--ticket.job->helping == 0) left_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any invited_;
  std::condition_variable left_;
  std::deque<Ticket> tickets_;
  std::vector<std::jthread> threads_;  // last, so that they end before what they wait on
};

}  // namespace

int usable_processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(int(std::thread::hardware_concurrency()), 1);
}

void parallel(int threads, std::int64_t count, const std::function<void(std::int64_t, int)>& body) {
  Job job{count, body};
  const int useful = int(std::min<std::int64_t>(threads, count));
  if (useful <= 1) return job.work(0);
  static Pool pool;
  pool.run(job, useful);
}

}  // namespace boresight::impl::simd
