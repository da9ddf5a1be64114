#include "properties/proofs/run.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

namespace boresight::proofs {
namespace {

Proved timed(const Claim& claim, const Asked& asked, const Solver& solver) {
  const auto begin = std::chrono::steady_clock::now();
  Proof proof = prove(claim, asked, solver);
  return {std::move(proof), std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
}

// Keeps what came too early until all before it has come.
class InOrder {
 public:
  InOrder(std::size_t count, const std::function<void(std::size_t, const Proved&)>& told) : waiting_(count), told_(told) {}
  void tell(std::size_t number, Proved proved) {
    const std::lock_guard lock(mutex_);
    waiting_[number] = std::move(proved);
    for (; next_ < waiting_.size() && waiting_[next_]; ++next_) told_(next_, *waiting_[next_]);
  }

 private:
  std::mutex mutex_;
  std::vector<std::optional<Proved>> waiting_;
  std::size_t next_ = 0;
  const std::function<void(std::size_t, const Proved&)>& told_;
};

}  // namespace

void prove_all(const std::vector<Claim>& claims, const Asked& asked, int threads,
               const std::function<Solver(const Claim&)>& solver_of,
               const std::function<void(std::size_t, const Proved&)>& told) {
  InOrder order(claims.size(), told);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t number = next++; number < claims.size(); number = next++)
      order.tell(number, timed(claims[number], asked, solver_of(claims[number])));
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

}  // namespace boresight::proofs
