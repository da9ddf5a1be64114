// The fuzzer's body as a unit test: on every file of its corpus, and on strings that no fuzzer would keep.
#include "fuzz/layouts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "problem/registry.h"
#include "problem/token.h"
#include "problem/values.h"

namespace boresight::fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes random_bytes(std::uint64_t seed, std::size_t size) {
  Bytes bytes(size);
  for (std::size_t k = 0; k < size; ++k) bytes[k] = std::uint8_t(mix(mix(seed) + k));
  return bytes;
}

TEST(Layouts, OfTheCorpusAreWithinTheBound) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(BORESIGHT_SOURCE_DIR "/fuzz/corpus/fuzz_layouts")) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(judge_layout(bytes, registered_kernels()), "") << entry.path();
    ++files;
  }
  EXPECT_GT(files, 0u);
}

TEST(Layouts, OfAnyBytesAreValidCasesWhoseTokensParseBack) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Case drawn = layout(random_bytes(seed, seed % 150));
    EXPECT_TRUE(validate(drawn)) << token(drawn);
    EXPECT_TRUE(parse_token(token(drawn))) << token(drawn);
  }
}

TEST(Layouts, OfNoBytesAndOfRandomOnesAreWithinTheBound) {
  EXPECT_EQ(judge_layout({}, registered_kernels()), "");
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    EXPECT_EQ(judge_layout(random_bytes(seed, seed), registered_kernels()), "") << seed;
}

TEST(Layouts, ThatAKernelGetsWrongAreToldSmallestFirstAndWithTheirToken) {
  Kernel wrong = registered_kernels().front();
  wrong.name = "wrong";
  wrong.run = [run = wrong.run](const Problem& p, const Tensors& t, const Options& o) {
    run(p, t, o);
    if (p.queries > 0 && p.mem_kv > 0 && p.type == Type::f32) t.out.at<float>(0, 0, 0, 0) += 1;
  };
  std::string told;
  for (std::uint64_t seed = 0; told.empty() && seed < 200; ++seed) told = judge_layout(random_bytes(seed, 100), {wrong});
  EXPECT_NE(told.find("FAILED wrong"), std::string::npos) << told;
  EXPECT_NE(told.find("boresight replay 'bs1 b1 h1 d1 n1 s1 P1"), std::string::npos) << told;
}

}  // namespace
}  // namespace boresight::fuzz
