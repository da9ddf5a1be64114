#include "cli/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
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
      if (seconds == 0)
        return fmt::format("{} is no such time; give more than 0 and less than 1e9 seconds, such as 500ms, 10s or 2m", text);
      text = fmt::format("{}", seconds);
      return std::string();
    },
    "TIME");

const CLI::Validator memory_range(
    [](const std::string& text) {
      constexpr double least = 0x1p24, most = 0x1p46;
      const double bytes = std::strtod(text.c_str(), nullptr);
      return bytes >= least && bytes <= most ? std::string() : fmt::format("{} bytes; give 16M to 64T", text);
    },
    "");

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
          ->check(memory_range);
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
