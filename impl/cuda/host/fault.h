// What is wrong with a kernel whatever it computes: threads that part where they must meet, or wait for ever, copies that are not
// aligned, shared memory written past its end. Thrown by run_grid to who ran the kernel, in words that name block, threads and
// lines.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace boresight::impl::cuda::host {

class Fault : public std::runtime_error {
 public:
  explicit Fault(const std::string& words) : std::runtime_error(words), words_(words) {}
  // Not the library's copy, which MemorySanitizer takes for one that was never written.
  const char* what() const noexcept override { return words_.c_str(); }

 private:
  std::string words_;
};

// Where in the kernel: a default argument of what kernels call.
using Site = std::source_location;

// "impl/cuda/tiled.h:120"
inline std::string words(const Site& site) {
  std::string_view file = site.file_name();
  if (const auto room = file.rfind("impl/cuda/"); room != file.npos) file.remove_prefix(room);
  return std::string(file) + ":" + std::to_string(site.line());
}
// The files' names are compared too: two headers may have a barrier on the same line.
inline bool same(const Site& a, const Site& b) {
  return a.line() == b.line() && (a.file_name() == b.file_name() || std::string_view(a.file_name()) == b.file_name());
}

}  // namespace boresight::impl::cuda::host
