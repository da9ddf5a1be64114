// The switch between two fibers, inlined into what calls it: it comes back by a jump, and a processor that expects every call to
// return would then be wrong about each return up to the kernel. (15 ns each. Only sources compiled with BORESIGHT_FIBERS have
// it.)
#pragma once

#include "impl/cuda/host/fiber.h"
#include "impl/cuda/host/sanitizers.h"

#if defined(BORESIGHT_FIBERS)
#include <boost/context/detail/fcontext.hpp>
#else
#include <cstdlib>
#endif

namespace boresight::impl::cuda::host {

#if defined(BORESIGHT_FIBERS)

inline void Fiber::arrived(Fiber& here, void* from_context) {
  Fiber& from = *here.came_from_;
  from.context_ = from_context;
#if defined(BORESIGHT_ASAN)
  __sanitizer_finish_switch_fiber(here.fake_stack_, &from.bottom_, &from.size_);
#endif
}

[[gnu::always_inline]] inline void Fiber::switch_between(Fiber& from, Fiber& to, [[maybe_unused]] bool for_good) {
  {
    const Unwatched unwatched;
    to.came_from_ = &from;  // not in this frame, which may be gone when the other arrives
  }
#if defined(BORESIGHT_ASAN)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &from.fake_stack_, to.bottom_, to.size_);
#endif
#if defined(BORESIGHT_TSAN)
  __tsan_switch_to_fiber(to.tsan_, __tsan_switch_to_fiber_no_sync);
#endif
  boost::context::detail::transfer_t transfer = boost::context::detail::jump_fcontext(to.context_, &to);
#if defined(BORESIGHT_MSAN)
  __msan_unpoison(&transfer, sizeof transfer);
#endif
  arrived(*static_cast<Fiber*>(transfer.data), transfer.fctx);
}

#else

inline void Fiber::switch_between(Fiber&, Fiber&, bool) { std::abort(); }  // run_grid asks fibers_here() first

#endif

}  // namespace boresight::impl::cuda::host
