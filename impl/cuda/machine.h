// What a kernel may use of its block of threads: the same functions on a GPU (machine/device.h, for nvcc) and on this
// processor (machine/host.h, over the runtime in host/). Kernels are plain C++ that calls these and nothing else of a machine.
//
//   int thread(), lane(), warp()            in the block, in the warp, and which warp of the block
//   Index block(), blocks()                 in the grid, and how many there are
//   void* shared_memory()                   of the block, 128-byte aligned; what it holds at first is not known: NaN on the host
//   void barrier()                          all threads of the block arrive before one goes on, and see what the others wrote
//   void warp_barrier()                     the same of a warp. No other function of a warp orders memory
//   T shuffle(T, int lane)                  that lane's value (modulo 32); T: float, std::int32_t, std::uint32_t
//   T shuffle_xor(T, int mask)              the value of lane() ^ mask
//   std::uint32_t ballot(bool)              bit i: lane i's
//   std::int32_t atomic_add(at, by)         in global memory; returns what was there, orders nothing by itself
//   void fence()                            before an atomic_add: what this thread wrote, and others before they met it at a
//                                           barrier, is there for a thread whose own atomic_add comes later, once that has had a
//                                           fence after it, and for those that meet it at a barrier then
//   void copy_async(shared, global, whole)  16 bytes, both addresses multiples of 16; not whole: zeros, `global` is not read.
//                                           They land at any time up to this thread's wait, and `global` is read as late
//   void commit_copies()                    closes the group of the copies since the last one
//   void wait_copies<pending>()             all groups but the latest `pending` have landed, for this thread: others need a
//                                           barrier
//   void load_matrices(r, row)              four 8 x 8 matrices of 16-bit elements: lane 8 m + i gives the address of row i of
//                                           matrix m, 16 bytes; r[m] are elements 2t, 2t + 1 of its row g, where lane = 4 g + t
//   void load_matrices_transposed(r, row)   the same, but of its column g
//   void multiply_add<Element>(d, a, b)     d += a b: 16 x 8 += 16 x 16, 16 x 8 (row by column), in the fragments of
//                                           host/models.h; f32 sums, truncated
//   std::uint32_t pack<Element>(low, high)  rounded to nearest even, two in a register
//   float widen<Element>(std::uint16_t)
//   float exp2_approx(float)                relative error 2^-22; subnormal arguments and results are 0
//   float fused(a, b, c)                    a b + c, rounded once
//
// Functions of a warp are for all of its 32 lanes, at the same place of the source. Blocks have a multiple of 32 threads.
// UNROLL and UNROLL_BY(count), before a loop: for registers that are an array here. The host's compiler may do as it likes.
#pragma once

#if defined(__CUDACC__)
#define DEVICE __device__ __forceinline__
#define UNROLL _Pragma("unroll")
#define UNROLL_BY_(words) _Pragma(#words)
#define UNROLL_BY(count) UNROLL_BY_(unroll count)
#include "impl/cuda/machine/device.h"
#else
#define DEVICE inline
#define UNROLL
#define UNROLL_BY(count)
#include "impl/cuda/machine/host.h"
#endif
