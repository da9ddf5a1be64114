// A shared library whose kernels are judged in place of this program's own: how a command line names it, and the limits of the
// process that it runs in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "problem/kernel.h"
#include "problem/result.h"

namespace boresight::cli {

struct LibraryOptions {
  std::string path;  // empty: this program's own kernels
  double timeout_seconds = 10;
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
};

// --library, --timeout and --memory; `named_by` instead of --library: a word of the command line itself, which may be left out.
std::shared_ptr<LibraryOptions> add_library_options(CLI::App& command, const char* named_by = "--library");

// Its kernels, or this program's own. What they document is looked up.
Result<std::vector<Kernel>> kernels_of(const LibraryOptions& options);

// Behind a command line, so that it finds the same kernels under the same limits: " --library ./libmine.so"; empty: they are
// this program's own.
std::string behind(const LibraryOptions& options);

}  // namespace boresight::cli
