#include "strangers/library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cctype>
#include <cstring>
#include <set>
#include <string_view>

namespace boresight::strangers {
namespace {

Error wrong(const std::string& what, const std::string& right) { return {what, "", right}; }

bool is_name(const char* name) {
  const std::size_t size = strnlen(name, name_max + 1);
  if (size == 0 || size > name_max) return false;
  for (const char letter : std::string_view(name, size))
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0 && std::strchr("-_./@", letter) == nullptr) return false;
  return true;
}

bool is_alignment(std::uint32_t alignment) { return alignment <= alignment_max && (alignment & (alignment - 1)) == 0; }

// Of a struct, as a kernel says it. A larger one than ours is refused: the kernel could read past what it is given.
struct Size {
  const char* field;
  std::size_t size;
  const char* type;
  std::size_t here;
};

Status look_at(const boresight_kernel* kernel, std::uint32_t number, std::set<std::string>& names) {
  const std::string where = fmt::format("kernel {} of its table", number + 1);
  if (kernel == nullptr) return Error{where + " is NULL", "", "every entry is a kernel"};
  for (const auto& [field, size, type, here] :
       {Size{"struct_size", kernel->struct_size, "boresight_kernel", sizeof(boresight_kernel)},
        {"problem_size", kernel->problem_size, "boresight_problem", sizeof(boresight_problem)}})
    if (size != here)
      return Error{
          fmt::format("{}: {} is {}{}", where, field, size, size > here ? ", of a newer boresight.h than this program's" : ""),
          "", fmt::format("sizeof({}) is {}: begin with BORESIGHT_KERNEL_HEAD", type, here)};
  if (kernel->name == nullptr || !is_name(kernel->name))
    return Error{where + ": its name is none", "", fmt::format("letters, digits and - _ . / @, 1 to {} of them", name_max)};
  if (!names.insert(kernel->name).second)
    return Error{fmt::format("two kernels have the name {}", kernel->name), "", "names tell kernels apart"};
  if (kernel->run == nullptr) return Error{fmt::format("{}: run is NULL", kernel->name), "", "it is what is judged"};
  if ((kernel->flags & ~std::uint32_t{BORESIGHT_CONTIGUOUS | BORESIGHT_BATCH_INVARIANT | BORESIGHT_WITHOUT_LSE}) != 0)
    return Error{fmt::format("{}: flags is {}", kernel->name, kernel->flags), "",
                 "allowed: BORESIGHT_CONTIGUOUS | BORESIGHT_BATCH_INVARIANT | BORESIGHT_WITHOUT_LSE"};
  if (!is_alignment(kernel->alignment))
    return Error{fmt::format("{}: alignment is {}", kernel->name, kernel->alignment), "",
                 fmt::format("allowed: 0, or a power of two up to {}", alignment_max)};
  if (kernel->documented != nullptr && strnlen(kernel->documented, documented_max + 1) > documented_max)
    return Error{fmt::format("{}: documented is too long", kernel->name), "", fmt::format("up to {} letters", documented_max)};
  return ok();
}

Status look_at(const boresight_library* library) {
  if (library == nullptr) return wrong("boresight_kernels() returned NULL", "use BORESIGHT_EXPORT_KERNELS");
  if (library->abi_version != BORESIGHT_ABI_VERSION)
    return wrong(fmt::format("it was compiled for version {} of the interface", library->abi_version),
                 fmt::format("this program has version {}: compile it with this one's boresight.h", BORESIGHT_ABI_VERSION));
  if (library->kernels == nullptr) return wrong("its table's kernels is NULL", "a list of pointers to kernels");
  if (library->count == 0 || library->count > kernels_max)
    return wrong(fmt::format("its table has {} kernels", library->count), fmt::format("allowed: 1 to {}", kernels_max));
  std::set<std::string> names;
  for (std::uint32_t k = 0; k < library->count; ++k)
    if (Status status = look_at(library->kernels[k], k, names); !status) return status;
  return ok();
}

}  // namespace

Result<std::span<const boresight_kernel* const>> load(const std::string& path) {
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const why = dlerror();
    return wrong(fmt::format("can't be loaded: {}", why == nullptr ? "no reason was given" : why), "");
  }
  const auto table = reinterpret_cast<const boresight_library* (*)()>(dlsym(handle, "boresight_kernels"));
  if (table == nullptr) return wrong("has no function boresight_kernels", "BORESIGHT_EXPORT_KERNELS of boresight.h defines it");
  const boresight_library* const library = table();
  if (Status status = look_at(library); !status) return status.error();
  return std::span<const boresight_kernel* const>(library->kernels, library->count);
}

}  // namespace boresight::strangers
