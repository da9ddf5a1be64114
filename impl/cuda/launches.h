// The launches of a call, kernel by kernel: templates over who launches (plan.h), so that the host and a GPU do the same.
#pragma once

#include "impl/cuda/algorithm.h"
#include "impl/cuda/decode.h"
#include "impl/cuda/plan.h"
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

// Whether a tensor's rows can be copied 16 bytes at once where they lie.
inline bool in_pieces(const View& view, std::int32_t width) {
  const auto whole = [&](std::int64_t elements) { return elements * std::int64_t(bytes(view.type)) % piece_bytes == 0; };
  return !view.there() || (view.step() == 1 && whole(width) && reinterpret_cast<std::uintptr_t>(view.data) % piece_bytes == 0 &&
                           whole(view.stride[0]) && whole(view.stride[1]) && (view.rank == 3 || whole(view.stride[2])));
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
  call.keys_in_pieces = in_pieces(call.k.persistent, call.head_dim) &&
                        (turned || (in_pieces(call.k.memories, call.head_dim) && in_pieces(call.k.segment, call.head_dim)));
  call.values_in_pieces = in_pieces(call.v.persistent, call.value_dim) && in_pieces(call.v.memories, call.value_dim) &&
                          in_pieces(call.v.segment, call.value_dim);
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
    case Algorithm::decode:
      return attend_decode(problem, tensors, options, workspace, launcher);
  }
}

}  // namespace boresight::impl::cuda
