#include "impl/simd/pool.h"

#if defined(__linux__)
#include <sched.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <bitset>
#include <system_error>

namespace boresight::impl::simd {
namespace {

constexpr int workers_max = 1024;  // what validate() lets threads be; more would not be helped

thread_local const Pool* pool_at_work = nullptr;  // where this thread is counted as working
thread_local int crowds = 0;

}  // namespace

// One call of run(), on its caller's stack.
struct Pool::Job {
  std::int64_t count;
  Body body;
  int threads;
  bool crowded;
  std::atomic<std::int64_t> next{0};

  // Guarded by the pool's mutex.
  int helping = 0;
  std::bitset<workers_max> taken{1};  // worker numbers; the caller has the first
  Job* later = nullptr;
};

// A thread is counted while it works, once, however deep its calls are nested.
class Pool::Shift {
 public:
  explicit Shift(Pool& pool) : pool_(pool), before_(pool_at_work) {
    if (before_ == &pool) return;
    pool_at_work = &pool;
    ++pool.working_;
  }
  ~Shift() {
    if (before_ == &pool_) return;
    pool_at_work = before_;
    --pool_.working_;
    if (pool_.open_ == 0) return;
    const std::lock_guard lock(pool_.mutex_);  // whoever saw no processor free waits by now
    pool_.invited_.notify_all();
  }
  Shift(const Shift&) = delete;
  Shift& operator=(const Shift&) = delete;

 private:
  Pool& pool_;
  const Pool* const before_;
};

Pool::~Pool() = default;

void Pool::run(int threads, std::int64_t count, Body body, bool crowded) {
  const Shift shift(*this);
  const int useful = int(std::min<std::int64_t>({threads, count, workers_max}));
  if (useful <= 1 || (!crowded && processors_ == 1)) {
    for (std::int64_t item = 0; item < count; ++item) body(item, 0);
    return;
  }
  Job job{count, body, useful, crowded};
  {
    const std::lock_guard lock(mutex_);
    Job** last = &first_;
    while (*last != nullptr) last = &(*last)->later;
    *last = &job;
    ++open_;
    grow(wanted());
    invited_.notify_all();
  }
  work(job, 0);
  std::unique_lock lock(mutex_);
  Job** at = &first_;
  while (*at != &job) at = &(*at)->later;
  *at = job.later;  // whoever has not come is too late
  --open_;
  left_.wait(lock, [&] { return job.helping == 0; });
}

void Pool::prepare(int threads) {
  const std::lock_guard lock(mutex_);
  grow(std::min(threads, processors_) - 1);
}

void Pool::work(Job& job, int worker) {
  for (std::int64_t item = job.next++; item < job.count; item = job.next++) {
    job.body(item, worker);
    if (worker > 0 && !job.crowded && working_ > processors_) return;
  }
}

// Threads of the pool that would all have work.
int Pool::wanted() const {
  int all = 0, crowded = 0;
  for (const Job* job = first_; job != nullptr; job = job->later) {
    all += job->threads - 1;
    if (job->crowded) crowded += job->threads - 1;
  }
  return std::max(crowded, std::min(all, processors_ - 1));
}

// Where the system gives no more threads, those that are there do: help is welcome, not needed.
void Pool::grow(int helpers) {
  try {
    while (int(threads_.size()) < helpers) threads_.emplace_back([this](const std::stop_token& stop) { serve(stop); });
  } catch (const std::system_error&) {
  }
}

bool Pool::joinable(const Job& job) const {
  return job.next < job.count && job.helping + 1 < job.threads && (job.crowded || working_ < processors_);
}

Pool::Job* Pool::open_job() const {
  Job* job = first_;
  while (job != nullptr && !joinable(*job)) job = job->later;
  return job;
}

void Pool::serve(const std::stop_token& stop) {
  Job* job = nullptr;
  std::unique_lock lock(mutex_);
  while (invited_.wait(lock, stop, [&] { return (job = open_job()) != nullptr; })) {
    int worker = 1;
    while (job->taken[std::size_t(worker)]) ++worker;
    job->taken.set(std::size_t(worker));
    ++job->helping;
    ++working_;
    pool_at_work = this;
    lock.unlock();
    work(*job, worker);
    lock.lock();
    pool_at_work = nullptr;
    --working_;
    job->taken.reset(std::size_t(worker));
    if (--job->helping == 0) left_.notify_all();
  }
}

int usable_processors() {
#if defined(__linux__)
  cpu_set_t set;  // of the main thread: the calling one may have been given a processor of its own
  if (sched_getaffinity(getpid(), sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(int(std::thread::hardware_concurrency()), 1);
}

namespace {

Pool& pool() {
  static Pool pool(usable_processors());
  return pool;
}

}  // namespace

void parallel(int threads, std::int64_t count, Body body) { pool().run(threads, count, body, crowds > 0); }

void prepare_threads(int threads) { pool().prepare(threads); }

Crowd::Crowd() { ++crowds; }
Crowd::~Crowd() { --crowds; }

}  // namespace boresight::impl::simd
