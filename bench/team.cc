#include "bench/team.h"

namespace boresight::bench {

Team::Team(int threads) : threads_(threads) {
  for (int thread = 1; thread < threads; ++thread) helpers_.emplace_back([this, thread] { help(thread); });
}

Team::~Team() {
  work_ = nullptr;
  ++called_;
  called_.notify_all();
}

Stretch Team::time(const std::function<void(int)>& work) {
  const int helpers = threads_ - 1;
  work_ = &work;
  awake_ = done_ = 0;
  ++called_;
  called_.notify_all();
  while (awake_ < helpers) {
  }
  const Moment start = now(threads_);
  ++started_;
  work(0);
  while (done_ < helpers) {
  }
  return between(start, now(threads_));
}

void Team::help(int thread) {
  for (int piece = 1;; ++piece) {
    called_.wait(piece - 1);
    if (work_ == nullptr) return;
    ++awake_;
    while (started_ < piece) {
    }
    (*work_)(thread);
    ++done_;
  }
}

}  // namespace boresight::bench
