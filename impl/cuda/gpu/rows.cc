#include "impl/cuda/gpu/rows.h"

#include <memory>
#include <utility>

#include "impl/cuda/gpu/device.h"
#include "impl/cuda/gpu/running.h"
#include "impl/cuda/gpu/tables.h"
#include "impl/cuda/mirror.h"
#include "impl/cuda/pool.h"
#include "impl/cuda/workspace.h"

namespace boresight::impl::cuda::gpu {
namespace {

// What a call works in: memory of the largest one so far.
struct Desk {
  Memory image{Where::host};
  Memory tensors{Where::device}, tables{Where::device}, workspace{Where::device};
};

// Of calls of all threads, since those of a campaign end with its rounds.
Pool<Desk>& desks() {
  static Pool<Desk> pool;
  return pool;
}

}  // namespace

void run(Algorithm algorithm, const Problem& problem, const Tensors& tensors, const Options& options) try {
  const Running running(problem);
  const int device = current_device();
  std::unique_ptr<Desk> desk = desks().take(device);
  void* const stream = stream_of_this_thread();
  const Mirror mirror(tensors);
  std::byte *const image = desk->image.of(mirror.bytes()), *const there = desk->tensors.of(mirror.bytes());
  mirror.fill(image);
  copy(there, image, mirror.bytes(), stream);
  const Tables tables(problem, geometry_of(problem));
  const TableViews views = upload(tables, desk->tables, stream);
  const std::size_t needed = workspace_bytes(algorithm, problem, tensors, options);
  std::byte* const workspace = desk->workspace.of(needed);
  fill(workspace, 0xff, needed, stream);  // NaN: nothing may be read there before it is written
  attend(algorithm, problem, mirror.at(there), options, views, workspace, stream);
  copy(image, there, mirror.bytes(), stream);
  wait(stream);
  mirror.bring_back(image);
  desks().give_back(device, std::move(desk));  // not after a failure: a kernel may be at work on it still
} catch (const Failure& failure) {
  throw KernelFault(failure.what());
}

}  // namespace boresight::impl::cuda::gpu
