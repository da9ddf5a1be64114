// Writes corpus/ and fuzz_token.dict: build/release/fuzz_seeds fuzz tests/data. What it wrote before and makes no longer is
// removed; what fuzzers found (found-*) stays. The same bytes every time, whoever runs it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "fuzz/cases.h"
#include "fuzz/seeds/seeds.h"
#include "fuzz/text.h"
#include "problem/token.h"

namespace boresight::fuzz {
namespace {

namespace files = std::filesystem;

// Whether the seed is the case that it spells: a fuzzer would cut down any other, and show nothing of what it is there for.
bool as_spelled(const Seed& seed) {
  const Result<Case> parsed = parse_token(split(seed.input).token);
  if (!parsed)
    fmt::print(stderr, "{}: {}\n", seed.name, parsed.error().text());
  else if (!(case_of(split(seed.input).token) == canonical(*parsed)))
    fmt::print(stderr, "{}: is cut down to {}\n", seed.name, token(case_of(split(seed.input).token)));
  else
    return true;
  return false;
}

void put(const files::path& path, const std::string& text) {
  files::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void clear(const files::path& folder) {
  if (!files::is_directory(folder)) return;
  for (const auto& entry : files::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("zoo-") || name.starts_with("edge-")) files::remove(entry.path());
  }
}

void write(const files::path& folder, const Seeds& seeds) {
  clear(folder);
  for (const Seed& seed : seeds) put(folder / seed.name, seed.input + "\n");
  fmt::print("{}: {} seeds\n", folder.string(), seeds.size());
}

int run(const files::path& fuzz, const std::string& data) {
  Seeds layouts = zoo_seeds();
  for (Seed& seed : layout_seeds()) layouts.push_back(std::move(seed));
  const Seeds values = value_seeds(), sequences = sequence_seeds(), entries = entry_seeds();
  bool right = true;
  for (const Seeds* const seeds : std::initializer_list<const Seeds*>{&layouts, &values, &sequences, &entries})
    for (const Seed& seed : *seeds) right = as_spelled(seed) && right;
  if (!right) return 1;
  const Seeds vectors = vector_seeds(data);
  if (vectors.empty() || !files::is_directory(fuzz / "corpus")) {
    fmt::print(stderr, "fuzz_seeds: no records in {}, or no folder {}\n", data, (fuzz / "corpus").string());
    return 1;
  }
  write(fuzz / "corpus/fuzz_layouts", layouts);
  write(fuzz / "corpus/fuzz_values", values);
  write(fuzz / "corpus/fuzz_sequence", sequences);
  write(fuzz / "corpus/fuzz_kernel_entry", entries);
  write(fuzz / "corpus/fuzz_token", token_seeds());
  write(fuzz / "corpus/fuzz_vectors", vectors);
  put(fuzz / "fuzz_token.dict", token_dictionary());
  return 0;
}

}  // namespace
}  // namespace boresight::fuzz

int main(int count, char** words) {
  if (count == 3) return boresight::fuzz::run(words[1], words[2]);
  fmt::print(stderr, "usage: fuzz_seeds FUZZ DATA: the folders fuzz and tests/data of the source tree\n");
  return 2;
}
