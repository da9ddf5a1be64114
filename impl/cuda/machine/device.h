// The functions of machine.h on a GPU, sm_80 and later: builtins of nvcc, and the only inline assembly of impl/cuda. What
// moves memory, or needs the whole warp, is volatile, so that the compiler keeps it in its place.
#pragma once

#include <cuda_fp16.h>

#include <cstdint>
#include <type_traits>

#include "impl/cuda/machine/types.h"

namespace boresight::impl::cuda {

DEVICE int thread() { return int(threadIdx.x); }
DEVICE int lane() { return thread() % warp_size; }
DEVICE int warp() { return thread() / warp_size; }
DEVICE Index block() { return {std::int32_t(blockIdx.x), std::int32_t(blockIdx.y), std::int32_t(blockIdx.z)}; }
DEVICE Index blocks() { return {std::int32_t(gridDim.x), std::int32_t(gridDim.y), std::int32_t(gridDim.z)}; }
DEVICE void* shared_memory() {
  extern __shared__ __align__(128) unsigned char dynamic_shared_memory[];
  return dynamic_shared_memory;
}

// ---- Meetings ----

inline constexpr std::uint32_t all_lanes = 0xffffffffu;

DEVICE void barrier() { __syncthreads(); }
DEVICE void warp_barrier() { __syncwarp(); }

template <class T>
DEVICE T shuffle(T value, int from) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::uint32_t>);
  return __shfl_sync(all_lanes, value, from);
}
template <class T>
DEVICE T shuffle_xor(T value, int mask) {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::uint32_t>);
  return __shfl_xor_sync(all_lanes, value, mask);
}
DEVICE std::uint32_t ballot(bool vote) { return __ballot_sync(all_lanes, vote); }

// ---- Memory ----

DEVICE std::int32_t atomic_add(std::int32_t* at, std::int32_t by) { return atomicAdd(at, by); }
DEVICE void fence() { __threadfence(); }

DEVICE std::uint32_t shared_address(const void* shared) { return std::uint32_t(__cvta_generic_to_shared(shared)); }

// The last operand is how much of the 16 bytes is read: the rest is zeros.
DEVICE void copy_async(void* shared, const void* global, bool whole) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)),
               "l"(__cvta_generic_to_global(global)), "r"(whole ? 16 : 0)
               : "memory");
}
DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int pending>
DEVICE void wait_copies() {
  static_assert(pending >= 0);
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

// ---- Matrices ----

DEVICE void load_matrices(std::uint32_t (&r)[4], const void* shared_row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(shared_row))
               : "memory");
}
DEVICE void load_matrices_transposed(std::uint32_t (&r)[4], const void* shared_row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(shared_row))
               : "memory");
}

template <class Element>
DEVICE void multiply_add(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
  static_assert(std::is_same_v<Element, Bf16> || std::is_same_v<Element, F16>);
  if constexpr (std::is_same_v<Element, Bf16>)
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  else
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// ---- Numbers ----

// The first source of cvt goes to the upper half.
template <class Element>
DEVICE std::uint32_t pack(float low, float high) {
  static_assert(std::is_same_v<Element, Bf16> || std::is_same_v<Element, F16>);
  std::uint32_t two;
  if constexpr (std::is_same_v<Element, Bf16>)
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(two) : "f"(high), "f"(low));
  else
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(two) : "f"(high), "f"(low));
  return two;
}
template <class Element>
DEVICE float widen(std::uint16_t half) {
  static_assert(std::is_same_v<Element, Bf16> || std::is_same_v<Element, F16>);
  if constexpr (std::is_same_v<Element, Bf16>)
    return __uint_as_float(std::uint32_t(half) << 16);
  else
    return __half2float(__ushort_as_half(half));
}

DEVICE float exp2_approx(float x) {
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
  return power;
}
DEVICE float fused(float a, float b, float c) { return __fmaf_rn(a, b, c); }

}  // namespace boresight::impl::cuda
