// The committed seeds are what they are named for: each public bug of the zoo has one, on which a kernel that misreads so is
// told; and the dictionary has every word of the grammar.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/text.h"
#include "problem/token.h"
#include "problem/words.h"
#include "properties/laws/law.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/table.h"
#include "properties/readings/zoo.h"

namespace boresight::fuzz {
namespace {

namespace files = std::filesystem;
namespace readings = properties::readings;

const files::path fuzz_folder = BORESIGHT_SOURCE_DIR "/fuzz";

std::string contents(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string zoo_seed(const std::string& id) { return contents(fuzz_folder / "corpus/fuzz_layouts" / ("zoo-" + id)); }

TEST(Seeds, HaveEveryEntryOfTheZooAndNoOther) {
  std::ifstream file(BORESIGHT_SOURCE_DIR "/tests/data/zoo_ids.txt");
  std::set<std::string> ids{std::istream_iterator<std::string>(file), {}}, seeds;
  for (const auto& entry : files::directory_iterator(fuzz_folder / "corpus/fuzz_layouts")) {
    const std::string name = entry.path().filename();
    if (name.starts_with("zoo-")) seeds.insert(name.substr(4));
  }
  EXPECT_EQ(seeds, ids);
  EXPECT_GE(seeds.size(), 70u);
}

TEST(Seeds, OfTheZooTellAKernelThatMisreadsSo) {
  std::set<std::string> told;
  for (const readings::ZooEntry& entry : readings::zoo())
    for (const readings::Reading& reading : readings::all_readings())
      if (!entry.readings.empty() && entry.readings.front() == reading.id) {
        const Case seed = case_of(zoo_seed(entry.id));
        EXPECT_EQ(properties::agreement().judge(seed, readings::misread_kernel(reading)).outcome, properties::Outcome::failed)
            << entry.id << ": " << token(seed);
        told.insert(entry.id);
      }
  EXPECT_GE(told.size(), 50u);
}

TEST(Seeds, OfTheZooTellItInASequenceToo) {
  int told = 0;
  for (const readings::ZooEntry& entry : readings::zoo()) {
    const files::path path = fuzz_folder / "corpus/fuzz_sequence" / ("zoo-" + entry.id);
    for (const readings::Reading& reading : readings::all_readings())
      if (files::exists(path) && !entry.readings.empty() && entry.readings.front() == reading.id) {
        EXPECT_NE(judge_sequence(contents(path), {readings::misread_kernel(reading)}), "") << entry.id;
        ++told;
      }
  }
  EXPECT_GE(told, 8);
}

TEST(Seeds, ThatSpellACaseAreNotCutDown) {
  for (const char* const target : {"fuzz_layouts", "fuzz_values", "fuzz_sequence", "fuzz_kernel_entry"})
    for (const auto& entry : files::directory_iterator(fuzz_folder / "corpus" / target)) {
      const std::string input = contents(entry.path());
      const Result<Case> parsed = parse_token(split(input).token);
      if (entry.path().filename().string().starts_with("found-")) continue;
      ASSERT_TRUE(parsed) << entry.path() << ": " << parsed.error().text();
      EXPECT_EQ(case_of(split(input).token), canonical(*parsed)) << entry.path();
    }
}

// What stands between quotation marks, a line an entry.
std::set<std::string> dictionary() {
  std::ifstream file(fuzz_folder / "fuzz_token.dict");
  std::set<std::string> entries;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    EXPECT_TRUE(line.size() > 2 && line.front() == '"' && line.back() == '"') << line;
    EXPECT_EQ(line.find_first_of("\\\"", 1), line.size() - 1) << line;  // nothing that libFuzzer would read otherwise
    entries.insert(line.substr(1, line.size() - 2));
  }
  return entries;
}

TEST(Dictionary, HasEveryWordAndEveryChoice) {
  const std::set<std::string> entries = dictionary();
  for (const Word& word : words()) {
    const std::string name(word.name), equals = word.form == Form::value ? "=" : "";
    EXPECT_TRUE(word.form == Form::bare || entries.contains(name + equals)) << name;
    for (const std::string_view choice : word.choices)
      EXPECT_TRUE(entries.contains((word.form == Form::bare ? "" : name + "=") + std::string(choice))) << choice;
  }
  for (const Alias& alias : aliases()) EXPECT_TRUE(entries.contains(std::string(alias.spelling))) << alias.spelling;
}

}  // namespace
}  // namespace boresight::fuzz
