// The launches of a call, kernel by kernel: templates over who launches (plan.h), so that the host and a GPU do the same.
#pragma once

#include "impl/cuda/algorithm.h"
#include "impl/cuda/decode.h"
#include "impl/cuda/plan.h"
#include "impl/cuda/tensor_core.h"
#include "impl/cuda/tiled.h"

namespace boresight::impl::cuda {

template <class Launcher>
void attend_tiled(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace,
                  Launcher& launcher) {
  const auto as_they_lie = [](RowsOf, const Rows&) { return false; };
  const Call call = prepared(problem, tensors, options, cuda_tiled_tiles, Type::f32, 1, as_they_lie, workspace, launcher);
  if (workspace.counts()) return;
  const auto launch = [&]<int chunks>() { launcher.template launch<Tiled<chunks>>(call, Tiled<chunks>::items(call)); };
  if (call.value_dim <= 64) return launch.template operator()<1>();
  if (call.value_dim <= 128) return launch.template operator()<2>();
  if (call.value_dim <= 256) return launch.template operator()<4>();
  return launch.template operator()<8>();
}

// Of problems in Element.
template <class Element, class Launcher>
void attend_tensor_core_in(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace,
                           Launcher& launcher) {
  const auto in_chunks = [](RowsOf which, const Rows& rows) {  // queries are read as they lie
    return which != RowsOf::queries && !lies_in_pieces(rows.from, rows.width);
  };
  const std::int32_t width = tensor_core_width(problem);
  const Call call =
      prepared(problem, tensors, options, tensor_core_tiles(width), problem.type, chunk_elements, in_chunks, workspace, launcher);
  if (workspace.counts()) return;
  const auto launch = [&]<int of_width>() {
    using Kernel = TensorCore<Element, of_width>;
    launcher.template launch<Kernel>(call, Kernel::items(call));
  };
  if (width == 32) return launch.template operator()<32>();
  if (width == 64) return launch.template operator()<64>();
  if (width == 128) return launch.template operator()<128>();
  return launch.template operator()<256>();
}
template <class Launcher>
void attend_tensor_core(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace,
                        Launcher& launcher) {
  return problem.type == Type::bf16 ? attend_tensor_core_in<Bf16>(problem, tensors, options, workspace, launcher)
                                    : attend_tensor_core_in<F16>(problem, tensors, options, workspace, launcher);
}

template <class Element, int rows, class Launcher>
void launch_decode(Call call, Workspace& workspace, Launcher& launcher) {
  using Kernel = Decode<Element, rows>;
  const std::size_t packs = std::size_t(Kernel::packs(call)),
                    partials = call.parts > 1 ? packs * std::size_t(call.parts * rows) : 0;
  call.partials.references = workspace.take<float>(partials);
  call.partials.denominators = workspace.take<float>(partials);
  call.partials.sums = workspace.take<float>(partials * std::size_t(call.value_dim));
  call.partials.done = workspace.take<std::int32_t>(partials > 0 ? packs : 0);
  if (workspace.counts()) return;
  if (partials > 0) launcher.clear(call.partials.done, packs * sizeof(std::int32_t));
  launcher.template launch<Kernel>(call, Kernel::items(call));
}

template <class Launcher>
void attend_decode(const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace,
                   Launcher& launcher) {
  const DecodeCut cut = decode_cut(problem, options);
  const auto as_they_lie = [](RowsOf, const Rows&) { return false; };
  Call call = prepared(problem, tensors, options, cut.tiles, problem.type, piece_bytes / std::int32_t(bytes(problem.type)),
                       as_they_lie, workspace, launcher);
  const bool turned = problem.rotary.dims > 0;  // into whole pieces, but for persistent keys
  call.keys_in_pieces =
      lies_in_pieces(call.k.persistent, call.head_dim) &&
      (turned || (lies_in_pieces(call.k.memories, call.head_dim) && lies_in_pieces(call.k.segment, call.head_dim)));
  call.values_in_pieces = lies_in_pieces(call.v.persistent, call.value_dim) && lies_in_pieces(call.v.memories, call.value_dim) &&
                          lies_in_pieces(call.v.segment, call.value_dim);
  call.parts = cut.tiling.splits;
  call.members = cut.members;
  const auto launch = [&]<class Element>() {
    if (cut.rows == 4) return launch_decode<Element, 4>(call, workspace, launcher);
    if (cut.rows == 8) return launch_decode<Element, 8>(call, workspace, launcher);
    return launch_decode<Element, 16>(call, workspace, launcher);
  };
  if (problem.type == Type::f32) return launch.template operator()<float>();
  if (problem.type == Type::bf16) return launch.template operator()<Bf16>();
  return launch.template operator()<F16>();
}

template <class Launcher>
void attend(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options, Workspace& workspace,
            Launcher& launcher) {
  switch (algorithm) {
    case Algorithm::tiled:
      return attend_tiled(problem, tensors, options, workspace, launcher);
    case Algorithm::tensor_core:
      return attend_tensor_core(problem, tensors, options, workspace, launcher);
    case Algorithm::decode:
      return attend_decode(problem, tensors, options, workspace, launcher);
  }
}

}  // namespace boresight::impl::cuda
