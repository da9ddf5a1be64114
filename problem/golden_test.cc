// The promise of bs1: a token gives the same input bytes on every machine, compiler and version. The committed table has
// 201 tokens and the hash of all their inputs. A changed hash means a changed format: that is bs2, not an update.
// BORESIGHT_REGENERATE=1 writes the hashes of the tokens in the table anew.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "problem/inputs.h"
#include "problem/token.h"
#include "problem/words.h"

#ifndef BORESIGHT_SOURCE_DIR
#error "BORESIGHT_SOURCE_DIR must be the directory that holds tests/data"
#endif

namespace boresight {
namespace {

const std::string path = BORESIGHT_SOURCE_DIR "/tests/data/golden_tokens.tsv";

std::vector<std::pair<std::string, std::string>> rows() {
  std::vector<std::pair<std::string, std::string>> result;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (const std::size_t tab = line.find('\t'); tab != line.npos) result.emplace_back(line.substr(0, tab), line.substr(tab + 1));
  return result;
}

std::string input_hash(const std::string& text) {
  const Result<Case> a_case = parse_token(text);
  if (!a_case) return a_case.error().text();
  return fmt::format("{:016x}", hash(make_inputs(*a_case).tensors));
}

TEST(GoldenTokens, GiveTheirInputHashes) {
  const auto table = rows();
  ASSERT_EQ(table.size(), 201u);
  if (std::getenv("BORESIGHT_REGENERATE") != nullptr) {
    std::ofstream file(path);
    for (const auto& [text, unused] : table) file << text << '\t' << input_hash(text) << '\n';
    GTEST_SKIP() << "wrote " << path;
  }
  for (const auto& [text, expected] : table) EXPECT_EQ(input_hash(text), expected) << text;
}

TEST(GoldenTokens, AreSpelledAsTokensAreNow) {
  for (const auto& [text, unused] : rows()) {
    const Result<Case> a_case = parse_token(text);
    ASSERT_TRUE(a_case) << a_case.error().text();
    EXPECT_EQ(token(*a_case), text);
  }
}

TEST(GoldenTokens, CoverEveryWordAndChoice) {
  std::string all;
  for (const auto& [text, unused] : rows()) all += text + ' ';
  for (const Word& word : words()) {
    const std::string name = ' ' + std::string(word.name);
    const bool named = word.form == Form::flag || word.form == Form::value;
    EXPECT_TRUE(!named || all.find(name + (word.form == Form::flag ? ' ' : '=')) != all.npos) << name;
    for (const std::string_view choice : word.choices) {
      Case changed;
      ASSERT_TRUE(word.parse(changed, choice));
      if (changed == Case{}) continue;  // a default is left out
      const std::string spelling = (word.form == Form::bare ? " " : name + '=') + std::string(choice) + ' ';
      EXPECT_NE(all.find(spelling), all.npos) << spelling;
    }
  }
  for (const char* mask : {"=prefix:", "=suffix:", "=0b"}) EXPECT_NE(all.find(mask), all.npos) << mask;
}

}  // namespace
}  // namespace boresight
