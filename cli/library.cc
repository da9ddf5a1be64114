#include "cli/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cli/duration.h"
#include "problem/registry.h"
#include "properties/documented.h"
#include "strangers/apart.h"

namespace boresight::cli {
namespace {

const LibraryOptions defaults;

const CLI::Validator duration(
    [](std::string& text) {
      const double seconds = seconds_of(text);
      if (seconds == 0) return std::string("give seconds, such as 500ms, 10s or 2m");
      text = fmt::format("{}", seconds);
      return std::string();
    },
    "TIME");

// A path that dlopen() takes for a path, not for a name to be looked for.
std::string as_path(const std::string& path) { return path.find('/') == std::string::npos ? "./" + path : path; }

// As a shell takes it for one word.
std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "-_./+=@%:,";
  const bool safe = std::all_of(word.begin(), word.end(), [&](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || plain.find(letter) != std::string_view::npos;
  });
  if (safe) return word;
  std::string text = "'";
  for (const char letter : word) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

}  // namespace

std::shared_ptr<LibraryOptions> add_library_options(CLI::App& command, const char* named_by) {
  auto options = std::make_shared<LibraryOptions>();
  auto* library = command.add_option(named_by, options->path, "A shared library whose kernels are judged, in a process apart");
  auto* timeout = command.add_option("--timeout", options->timeout_seconds, "Most time of one call, such as 10s (default 10s)")
                      ->transform(duration);
  auto* memory =
      command.add_option("--memory", options->memory_bytes, "Most memory of the process apart, such as 4G (default 4G)")
          ->transform(CLI::AsSizeValue(false))
          ->check(CLI::Range(std::uint64_t{16} << 20, std::uint64_t{1} << 46));
  timeout->needs(library);
  memory->needs(library);
  return options;
}

Result<std::vector<Kernel>> kernels_of(const LibraryOptions& options) {
  if (options.path.empty()) return registered_kernels();
  Result<std::vector<Kernel>> kernels =
      strangers::kernels_apart(as_path(options.path), {options.timeout_seconds, options.memory_bytes});
  if (!kernels) return kernels;
  for (const Kernel& kernel : *kernels)
    if (const Status known = properties::known_readings(kernel.documented); !known)
      return Error{known.error().what, fmt::format("{}: {} documents", options.path, kernel.name), known.error().right};
  return kernels;
}

std::string behind(const LibraryOptions& options) {
  if (options.path.empty()) return "";
  std::string words = " --library " + quoted(as_path(options.path));
  if (options.timeout_seconds != defaults.timeout_seconds) words += fmt::format(" --timeout {:g}s", options.timeout_seconds);
  if (options.memory_bytes != defaults.memory_bytes) words += fmt::format(" --memory {}", options.memory_bytes);
  return words;
}

}  // namespace boresight::cli
