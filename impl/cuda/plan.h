// A plan of one call: what is kept in the workspace, and which kernels are launched on what. The same for the host and for a GPU:
// a Launcher does what differs.
//
//   struct Launcher {
//     TableViews tables;                                              // of this problem, where its kernels can read them
//     void clear(void* at, std::size_t bytes);                       // to zero
//     template <class Kernel>                                         // blocks take its items in turn
//     void launch(const typename Kernel::Parameters&, std::int64_t items);
//   };
//
// Tensors may lie in another memory than the host's: nothing here reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "impl/cuda/call.h"
#include "impl/cuda/prepare.h"
#include "impl/online_softmax.h"
#include "impl/simd/workspace.h"
#include "problem/kernel.h"
#include "problem/tensors.h"

namespace boresight::impl::cuda {

using simd::Workspace;

View view_of(const Tensor& tensor);

// Tiles as large as the kernel's own or as asked for, but no side is below 16 where there are more: a block's threads would idle.
Tiling tiling_of_blocks(const KernelTiles& tiles, const Geometry<std::int32_t>& g, const Options& options);

// Sizes, parameters and views of a call, with tiles of blocks; tables are absent still.
Call call_of(const Problem& problem, const Tensors& tensors, const Options& options, const KernelTiles& tiles);

// Where tables lie.
struct TableViews {
  const float* slopes = nullptr;
  const std::int32_t* bucket_of_size = nullptr;
  std::int32_t bucket_sizes = 0;
  const float *frequencies = nullptr, *scales = nullptr;
};

// What a problem implies by itself, computed by the host: numbers that kernels take as data. Once for all calls of a plan.
struct Tables {
  Tables(const Problem& problem, const Geometry<std::int32_t>& g);

  // Here, for kernels on the host.
  TableViews views() const;
  // In memory of other kernels, which copy(to, from, bytes) writes; while the workspace counts it is not called.
  template <class Copy>
  TableViews laid_in(Workspace& memory, Copy copy) const;

  std::vector<float> slopes;                 // [H], where they are geometric
  std::vector<std::int32_t> bucket_of_size;  // of relative buckets
  std::vector<float> frequencies, scales;    // [R/2], where they are not given
};
template <class Copy>
TableViews Tables::laid_in(Workspace& memory, Copy copy) const {
  const auto lay = [&](const auto& values, auto*& at) {
    auto* const to = memory.take<typename std::remove_cvref_t<decltype(values)>::value_type>(values.size());
    if (!memory.counts() && !values.empty()) copy(to, values.data(), values.size() * sizeof(values[0]));
    at = to;
  };
  TableViews there = views();
  lay(slopes, there.slopes);
  lay(bucket_of_size, there.bucket_of_size);
  lay(frequencies, there.frequencies);
  lay(scales, there.scales);
  return there;
}
// How many sizes of distances the table of buckets has; 0 for another bias.
std::int64_t bucket_sizes(const Problem& problem, const Geometry<std::int32_t>& g);
// Past this the table would be too large to be worth having, and the problem is not supported.
inline constexpr std::int64_t bucket_sizes_max = std::int64_t{1} << 24;

// Of the rows of which tensors: the tensors of keys and queries that turn, and others that some kernel wants packed.
enum class RowsOf : std::uint8_t { queries, mem_k, memory_k, segment_k, mem_v, memory_v, segment_v };
Rows rows_of(const Problem& problem, const Tensors& tensors, RowsOf which);

// Makes ready what all kernels share: tables, rows turned, or packed where `packs` says so of their view. `type`:
// of rows that are turned or packed; they are padded to a multiple of `padding`. Returns the call that kernels are launched with;
// while the workspace counts nothing is launched, and the call has no memory.
template <class Launcher, class Packs>
Call prepared(const Problem& problem, const Tensors& tensors, const Options& options, const KernelTiles& tiles, Type type,
              std::int32_t padding, Packs packs, Workspace& workspace, Launcher& launcher) {
  Call call = call_of(problem, tensors, options, tiles);
  const auto row_of_floats = [](const float* at) { return View{at, {1}, Type::f32, 1}; };

  const TableViews& tables = launcher.tables;
  if (problem.bias.kind == BiasKind::alibi && problem.bias.slopes == Slopes::geometric)
    call.slopes = {tables.slopes, {0, 1}, Type::f32, 2};
  call.bucket_of_size = tables.bucket_of_size;
  call.bucket_sizes = tables.bucket_sizes;

  const auto lay_ready = [&](RowsOf which, View& view) {
    Rows rows = rows_of(problem, tensors, which);
    if (!rows.from.there() || Prepare::items(rows) == 0 || (rows.half == 0 && !packs(which, rows))) return;
    rows.padded = padded(rows.width, padding);
    const std::int64_t row = rows.padded, head = rows.rows * row;
    rows.to = {workspace.take<std::byte>(std::size_t(rows.sequences * rows.heads * head) * bytes(type)),
               {rows.heads * head, head, row, 1},
               type,
               4};
    if (!problem.rotary.frequencies_as_data) rows.frequencies = row_of_floats(tables.frequencies);
    if (!problem.rotary.xpos.scales_as_data) rows.scales = row_of_floats(tables.scales);
    if (!workspace.counts()) launcher.template launch<Prepare>(rows, Prepare::items(rows));
    const bool persistent = view.rank == 3;  // which has no sequences
    view = rows.to;
    if (persistent) view = {rows.to.data, {head, row, 1}, type, 3};
  };
  lay_ready(RowsOf::queries, call.q);
  lay_ready(RowsOf::mem_k, call.k.persistent);
  lay_ready(RowsOf::memory_k, call.k.memories);
  lay_ready(RowsOf::segment_k, call.k.segment);
  lay_ready(RowsOf::mem_v, call.v.persistent);
  lay_ready(RowsOf::memory_v, call.v.memories);
  lay_ready(RowsOf::segment_v, call.v.segment);
  return call;
}

}  // namespace boresight::impl::cuda
