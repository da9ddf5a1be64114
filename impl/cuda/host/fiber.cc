#include "impl/cuda/host/fiber.h"

#include "impl/cuda/host/sanitizers.h"
#include "impl/cuda/host/switch.h"

#if defined(BORESIGHT_FIBERS)
#include <sys/mman.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace boresight::impl::cuda::host {
namespace {

namespace context = boost::context::detail;

constexpr std::size_t page_bytes = 4096;
#if defined(BORESIGHT_ASAN) || defined(BORESIGHT_TSAN) || defined(BORESIGHT_MSAN)
constexpr std::size_t stack_bytes = std::size_t{256} << 10;  // frames are larger, and so are interceptors'
#else
constexpr std::size_t stack_bytes = std::size_t{64} << 10;
#endif

// Stacks that begin at the same place of a page would share a few lines of the cache: every new one begins a little deeper.
std::size_t colour() {
  static std::atomic<unsigned> made{0};
  return made.fetch_add(1, std::memory_order_relaxed) % 16 * 192;
}

}  // namespace

bool fibers_here() { return true; }

struct Fiber::Begin {
  static void run(context::transfer_t transfer) {
#if defined(BORESIGHT_MSAN)
    __msan_unpoison(&transfer, sizeof transfer);
#endif
    Entry entry;
    {
      const Unwatched unwatched;
      Fiber& self = *static_cast<Fiber*>(transfer.data);
      arrived(self, transfer.fctx);
      self.started_ = true;
      entry = self.entry_;
    }
    entry();
    std::abort();  // an entry never returns
  }
};

Fiber::Fiber() : started_(true) {
#if defined(BORESIGHT_TSAN)
  tsan_ = __tsan_get_current_fiber();
#endif
}

Fiber::Fiber(Entry entry) : entry_(entry) {
  void* memory =
      mmap(nullptr, page_bytes + stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  mprotect(memory, page_bytes, PROT_NONE);
  stack_ = static_cast<char*>(memory) + page_bytes;
  bottom_ = stack_;
  size_ = stack_bytes - colour();
  context_ = context::make_fcontext(stack_ + size_, size_, Begin::run);
#if defined(BORESIGHT_TSAN)
  tsan_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  if (!stack_) return;
#if defined(BORESIGHT_TSAN)
  __tsan_destroy_fiber(tsan_);
#endif
  allow_access(stack_, stack_bytes);
  munmap(stack_ - page_bytes, page_bytes + stack_bytes);
}

}  // namespace boresight::impl::cuda::host

#else  // no Boost.Context

#include <cstdlib>

namespace boresight::impl::cuda::host {

bool fibers_here() { return false; }
Fiber::Fiber() = default;
Fiber::Fiber(Entry) { std::abort(); }
Fiber::~Fiber() = default;

}  // namespace boresight::impl::cuda::host
#endif
