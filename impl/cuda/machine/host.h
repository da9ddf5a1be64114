// The functions of machine.h on this processor, over host/. Where threads meet, the caller's file and line come along, by which
// a divergence is told.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <string>

#include "impl/cuda/host/block.h"
#include "impl/cuda/host/grid.h"
#include "impl/cuda/host/models.h"
#include "impl/cuda/host/sanitizers.h"
#include "impl/cuda/machine/types.h"

namespace boresight::impl::cuda {

inline int thread() { return host::running->index; }
inline int lane() { return thread() % warp_size; }
inline int warp() { return thread() / warp_size; }
inline Index block() { return host::running->block->at(); }
inline Index blocks() { return host::running->block->blocks(); }
inline void* shared_memory() { return host::running->block->shared_memory().begin(); }

// ---- Meetings ----

inline void barrier(const host::Site& site = host::Site::current()) {
  const host::Unwatched unwatched;
  host::running->block->meet_block(site);
}

inline void warp_barrier(const host::Site& site = host::Site::current()) {
  const host::Unwatched unwatched;
  host::running->block->meet_warp("warp_barrier()", site, nullptr, nullptr, true);
}

namespace host {

// The lanes of a warp each bring one of these, and the last to come runs work on all 32.
template <class Brought>
void meet_warp(const char* name, const Site& site, Brought& brought, Block::Work work) {
  const Unwatched unwatched;
  running->block->meet_warp(name, site, &brought, work, false);
}
template <class Brought>
Brought& of_lane(void* const (&brought)[warp_size], int lane) {
  return *static_cast<Brought*>(brought[lane]);
}

template <class T>
struct Shuffled {
  T value;
  int from;
  T result;
};
template <class T>
T shuffled(const char* name, const Site& site, T value, int from) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::uint32_t>);
  Shuffled<T> mine{value, from & (warp_size - 1), T{}};
  meet_warp(name, site, mine, [](void* const(&brought)[warp_size]) {
    for (int i = 0; i < warp_size; ++i) {
      auto& lane = of_lane<Shuffled<T>>(brought, i);
      lane.result = of_lane<Shuffled<T>>(brought, lane.from).value;
    }
  });
  return mine.result;
}

}  // namespace host

template <class T>
T shuffle(T value, int from, const host::Site& site = host::Site::current()) {
  return host::shuffled("shuffle()", site, value, from);
}
template <class T>
T shuffle_xor(T value, int mask, const host::Site& site = host::Site::current()) {
  return host::shuffled("shuffle_xor()", site, value, lane() ^ mask);
}

inline std::uint32_t ballot(bool vote, const host::Site& site = host::Site::current()) {
  std::uint32_t mine = vote;
  host::meet_warp("ballot()", site, mine, [](void* const(&brought)[warp_size]) {
    std::uint32_t all = 0;
    for (int i = 0; i < warp_size; ++i) all |= host::of_lane<std::uint32_t>(brought, i) << i;
    for (int i = 0; i < warp_size; ++i) host::of_lane<std::uint32_t>(brought, i) = all;
  });
  return mine;
}

// ---- Memory ----

// Without an order of its own: as the fences around it have it.
inline std::int32_t atomic_add(std::int32_t* at, std::int32_t by) {
  {
    const host::Unwatched unwatched;
    host::Thread& self = *host::running;
    if (self.fenced) host::release(at);
    self.last_atomic = at;
  }
  return std::atomic_ref(*at).fetch_add(by, std::memory_order_relaxed);
}

inline void fence() {
  const host::Unwatched unwatched;
  host::Thread& self = *host::running;
  if (self.last_atomic) host::acquire(self.last_atomic);
  self.last_atomic = nullptr;
  self.fenced = true;
}

inline void copy_async(void* shared, const void* global, bool whole, const host::Site& site = host::Site::current()) {
  const host::Unwatched unwatched;
  host::Thread& self = *host::running;
  constexpr std::size_t bytes = host::Copies::bytes;
  if (!self.block->shared_memory().holds(shared, bytes)) self.block->fail("copy_async() to where no shared memory is", site);
  if (reinterpret_cast<std::uintptr_t>(shared) % bytes)
    self.block->fail("copy_async() to an address that is no multiple of 16", site);
  if (whole && reinterpret_cast<std::uintptr_t>(global) % bytes)
    self.block->fail("copy_async() from an address that is no multiple of 16", site);
  if (whole && !global) self.block->fail("copy_async() from a null pointer", site);
  self.copies.ask(shared, whole ? global : nullptr);
}

inline void commit_copies() {
  const host::Unwatched unwatched;
  host::running->copies.commit();
}

template <int pending>
void wait_copies() {
  static_assert(pending >= 0);
  const host::Unwatched unwatched;
  host::running->copies.wait(pending);
}

// ---- Matrices ----

namespace host {

template <bool transposed>
void load_matrices(const char* name, std::uint32_t (&r)[4], const void* row, const Site& site) {
  const Unwatched unwatched;
  Block& block = *running->block;
  if (!block.shared_memory().holds(row, 16)) block.fail(std::string(name) + " from where no shared memory is", site);
  if (reinterpret_cast<std::uintptr_t>(row) % 16)
    block.fail(std::string(name) + " from an address that is no multiple of 16", site);
  models::Rows mine{r, row};
  meet_warp(name, site, mine, [](void* const(&brought)[warp_size]) {
    models::Rows rows[warp_size];
    for (int i = 0; i < warp_size; ++i) {
      rows[i] = of_lane<models::Rows>(brought, i);
      watched_read(rows[i].row, 16);
    }
    models::load_matrices(rows, transposed);
  });
}

}  // namespace host

inline void load_matrices(std::uint32_t (&r)[4], const void* shared_row, const host::Site& site = host::Site::current()) {
  host::load_matrices<false>("load_matrices()", r, shared_row, site);
}
inline void load_matrices_transposed(std::uint32_t (&r)[4], const void* shared_row,
                                     const host::Site& site = host::Site::current()) {
  host::load_matrices<true>("load_matrices_transposed()", r, shared_row, site);
}

template <class Element>
void multiply_add(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                  const host::Site& site = host::Site::current()) {
  models::Product mine{d, a, b};
  host::meet_warp("multiply_add()", site, mine, [](void* const(&brought)[warp_size]) {
    models::Product lanes[warp_size];
    for (int i = 0; i < warp_size; ++i) lanes[i] = host::of_lane<models::Product>(brought, i);
    models::multiply_add<Element>(lanes);
  });
}

// ---- Numbers ----

template <class Element>
std::uint32_t pack(float low, float high) {
  return models::pack<Element>(low, high);
}
template <class Element>
float widen(std::uint16_t half) {
  return models::widen<Element>(half);
}
inline float exp2_approx(float x) { return models::exp2_approx(x); }
// The product is exact in double; its sum with c is rounded twice, which a compiler can do for many at once.
inline float fused(float a, float b, float c) { return float(double(a) * double(b) + double(c)); }

}  // namespace boresight::impl::cuda
