#include "impl/cuda/gpu/tables.h"

namespace boresight::impl::cuda::gpu {

TableViews upload(const Tables& tables, Memory& memory, void* stream) {
  const auto write = [stream](void* to, const void* from, std::size_t bytes) { copy(to, from, bytes, stream); };
  Workspace needs;
  tables.laid_in(needs, write);
  Workspace there(memory.of(needs.bytes()));
  return tables.laid_in(there, write);
}

}  // namespace boresight::impl::cuda::gpu
