// The body of every target as a unit test: on every file of its corpus, and on strings that no fuzzer would keep.
#include "fuzz/target.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <limits>
#include <set>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/fit.h"
#include "fuzz/text.h"
#include "problem/emulated.h"
#include "problem/registry.h"
#include "problem/token.h"
#include "properties/draw/counted.h"

namespace boresight::fuzz {

void PrintTo(const Target& target, std::ostream* to) { *to << target.name; }  // else its bytes are in the names of tests

namespace {

namespace files = std::filesystem;
using properties::CountedChoices;

const files::path corpus = BORESIGHT_SOURCE_DIR "/fuzz/corpus";

std::string random_bytes(std::uint64_t seed, std::size_t size) {
  CountedChoices choices(seed);
  std::string bytes;
  for (std::size_t k = 0; k < size; ++k) bytes.push_back(char(choices.pick(256)));
  return bytes;
}

std::string contents(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class EveryTarget : public testing::TestWithParam<Target> {
 protected:
  std::string judge(std::string_view input) { return GetParam().judge(input, kernels_for(input)); }
};

TEST(Targets, TryEmulatedKernelsOnSomeInputsAndOthersOnAll) {
  const auto emulated = std::ranges::count_if(registered_kernels(), [](const Kernel& kernel) { return is_emulated(kernel); });
  ASSERT_GT(emulated, 0);
  int with = 0, inputs = 0;
  for (; inputs < 400; ++inputs) {
    const std::size_t count = kernels_for("bs1 b1 h1 d1 n" + std::to_string(inputs)).size();
    ASSERT_TRUE(count == registered_kernels().size() || count == registered_kernels().size() - std::size_t(emulated));
    with += count == registered_kernels().size();
  }
  EXPECT_GT(with, inputs / emulated_one_in / 2);
  EXPECT_LT(with, inputs / emulated_one_in * 2);
}

TEST_P(EveryTarget, FindsNothingInItsCorpus) {
  std::size_t judged = 0;
  for (const auto& entry : files::directory_iterator(corpus / GetParam().name)) {
    EXPECT_EQ(judge(contents(entry.path())), "") << entry.path();
    ++judged;
  }
  EXPECT_GT(judged, 0u);
}

TEST_P(EveryTarget, FindsNothingInNoBytesAndInRandomOnes) {
  EXPECT_EQ(judge({}), "");
  for (std::uint64_t seed = 0; seed < 60; ++seed) EXPECT_EQ(judge(random_bytes(seed, seed * 2)), "") << seed;
}

TEST_P(EveryTarget, FindsNothingInMutationsAndCrossings) {
  CountedChoices choices(5);
  std::string one, other;
  for (int step = 0; step < 60; ++step) {
    one = step % 10 == 9 ? GetParam().cross(one, other, choices) : GetParam().mutate(one, choices);
    std::swap(one, other);
    EXPECT_EQ(judge(other), "") << other;
  }
}

TEST_P(EveryTarget, MutatesAnyBytes) {
  CountedChoices choices(6);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::string bytes = random_bytes(seed, seed);
    std::set<std::string> found;
    for (int k = 0; k < 8; ++k) found.insert(GetParam().mutate(bytes, choices));
    EXPECT_GT(found.size(), 2u);
    GetParam().cross(bytes, random_bytes(seed + 1, seed), choices);
  }
}

std::string short_name(const testing::TestParamInfo<Target>& info) { return std::string(info.param.name); }
INSTANTIATE_TEST_SUITE_P(Fuzz, EveryTarget, testing::ValuesIn(targets()), short_name);

TEST(Targets, HaveACorpusEachAndThereIsNoOther) {
  std::set<std::string> folders, names;
  for (const auto& entry : files::directory_iterator(corpus)) folders.insert(entry.path().filename());
  for (const Target& target : targets()) names.insert(std::string(target.name));
  EXPECT_EQ(folders, names);
}

TEST(Targets, KeepTheirCorpusSmall) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : files::recursive_directory_iterator(corpus))
    if (entry.is_regular_file()) bytes += entry.file_size();
  EXPECT_LE(bytes, 2'000'000u);
}

// Each kind of wrong kernel is told by the target that should see it, with the input that shows it.
struct Wrong {
  const char* target;
  const char* says;
  void (*run)(const Kernel& right, const Problem&, const Tensors&, const Options&);
};

std::string finding_of(const Wrong& wrong) {
  Kernel kernel = registered_kernels().front();
  kernel.name = "wrong";
  kernel.run = [right = registered_kernels().front(), wrong](const Problem& p, const Tensors& t, const Options& o) {
    wrong.run(right, p, t, o);
  };
  const Target& target = *find_target(wrong.target);
  CountedChoices choices(7);
  std::string input, finding;
  for (int step = 0; finding.empty() && step < 30000; ++step) {
    input = step % 50 == 0 ? "" : target.mutate(input, choices);
    finding = target.judge(input, {kernel});
  }
  return finding;
}

void expect_told(const Wrong& wrong, std::string_view again) {
  const std::string finding = finding_of(wrong);
  EXPECT_NE(finding.find(wrong.says), std::string::npos) << finding;
  EXPECT_NE(finding.find(again), std::string::npos) << finding;
}

TEST(WrongKernels, OfALayoutAreToldSmallestFirstWithTheirToken) {
  expect_told({"fuzz_layouts", "FAILED wrong",
               [](const Kernel& right, const Problem& p, const Tensors& t, const Options& o) {
                 right.run(p, t, o);
                 if (p.queries > 0 && p.mem_kv > 0 && p.type == Type::f32) t.out.at<float>(0, 0, 0, 0) += 1;
               }},
              "replay 'bs1 b1 h1 d1 n1 s1 P1");
}

TEST(WrongKernels, ThatWriteToTheirInputsAreTold) {
  expect_told({"fuzz_layouts", "inputs_unchanged_outputs_fenced",
               [](const Kernel& right, const Problem& p, const Tensors& t, const Options& o) {
                 right.run(p, t, o);
                 if (p.type == Type::f32 && t.q) t.q.at<float>(0, 0, 0, 0) += 1;
               }},
              "replay 'bs1 b1 h1 d1 n1 s1");
}

TEST(WrongKernels, ThatLetHiddenNumbersThroughAreTold) {
  expect_told({"fuzz_values", "wrong gave NaN",
               [](const Kernel& right, const Problem& p, const Tensors& t, const Options& o) {
                 right.run(p, t, o);
                 if (!t.key_mask || p.queries == 0 || p.type != Type::f32) return;
                 for (std::int64_t c = 0; c < p.segment; ++c)  // weight 0 times NaN is NaN
                   t.out.at<float>(0, 0, 0, 0) += 0 * t.segment_v.at<float>(0, 0, c, 0);
               }},
              "--text 'bs1");
}

TEST(WrongKernels, ThatRememberByAddressAreTold) {
  expect_told({"fuzz_sequence", "in the step of rows",
               [](const Kernel& right, const Problem& p, const Tensors& t, const Options& o) {
                 static const void* keys = nullptr;
                 static std::vector<float> first_key;
                 if (p.type != Type::f32 || t.segment_k.data == nullptr || p.segment == 0) return right.run(p, t, o);
                 std::vector<float> now;
                 for (std::int64_t d = 0; d < p.head_dim; ++d) now.push_back(t.segment_k.at<float>(0, 0, 0, d));
                 const bool stale = keys == t.segment_k.data && first_key != now && first_key.size() == now.size();
                 if (keys != t.segment_k.data) first_key = now;
                 keys = t.segment_k.data;
                 right.run(p, t, o);
                 if (stale && p.queries > 0) t.out.at<float>(0, 0, 0, 0) += 1;
               }},
              "--text 'bs1");
}

TEST(WrongKernels, ThatComputeOffsetsInThirtyTwoBitsAreTold) {
  expect_told({"fuzz_kernel_entry", "wrong is outside the certified bound",
               [](const Kernel& right, const Problem& p, const Tensors& t, const Options& o) {
                 Tensors narrow = t;  // as if: what is beyond is read from the start
                 for (int d = 0; d < 4; ++d)
                   if (narrow.q.shape[std::size_t(d)] > 1 && std::abs(narrow.q.stride[std::size_t(d)]) > INT32_MAX)
                     narrow.q.stride[std::size_t(d)] = 0;
                 right.run(p, narrow, o);
               }},
              "--text 'bs1");
}

TEST(Cases, OfAnyBytesAreSmallAndValidAndTheirTokensSpellThem) {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Case drawn = case_of(random_bytes(seed, seed % 150));
    EXPECT_TRUE(validate(drawn)) << token(drawn);
    EXPECT_TRUE(small_enough(drawn.problem)) << token(drawn);
    EXPECT_EQ(case_of(token(drawn)), drawn) << token(drawn);
  }
}

TEST(Cases, ThatNoMemoryHoldsAreCutDown) {
  for (const char* huge : {"bs1 b1 h1 d512 n2147483520 s2147483520 M0 P0 threads=1024 tile=65536x65536",
                           "bs1 b100 h64 d512 n1000 s1000 bias=dense attention_mask=0b01 key_mask=0b0110",
                           "bs1 b2 h8/2 d64 n1000 s1000 bias=distance_table positions=shuffled causal rotary=64"}) {
    ASSERT_TRUE(parse_token(huge)) << parse_token(huge).error().text();
    const Case cut = case_of(huge);
    EXPECT_TRUE(validate(cut)) << token(cut);
    EXPECT_TRUE(small_enough(cut.problem)) << token(cut);
  }
}

TEST(Cases, MutateIntoOtherValidOnes) {
  CountedChoices choices(1);
  Case current = case_of("bs1 b1 h2 d4 n3 s5 M2 P1 causal alibi");
  std::set<std::string> seen;
  for (int step = 0; step < 500; ++step) {
    current = mutated(current, choices);
    ASSERT_TRUE(validate(current)) << token(current);
    ASSERT_TRUE(small_enough(current.problem)) << token(current);
    seen.insert(token(current));
  }
  EXPECT_GT(seen.size(), 450u);
}

TEST(Cases, CrossWordByWord) {
  const Case one = case_of("bs1 b1 h2 d4 n3 s5 causal alibi seed=1"), other = case_of("bs1 b1 h2 d4 n7 s9 M4 sink seed=2");
  std::set<std::string> words;
  for (std::uint64_t seed = 0; seed < 64; ++seed) {
    CountedChoices choices(seed);
    const std::string crossed_token = token(crossed(one, other, choices));
    for (const std::string_view word : words_of(crossed_token, 64)) words.emplace(word);
  }
  for (const char* word : {"n3", "n7", "s5", "s9", "M4", "causal", "sink", "seed=1", "seed=2"})
    EXPECT_TRUE(words.contains(word)) << word;
}

// What a value test gives a kernel for the first entry of a tensor.
double first_of(std::string_view input, Tensor Tensors::* member) {
  double first = 0;
  Kernel kernel = registered_kernels().front();
  kernel.run = [&first, member, right = registered_kernels().front()](const Problem& p, const Tensors& t, const Options& o) {
    first = *static_cast<const float*>((t.*member).data);
    right.run(p, t, o);
  };
  EXPECT_EQ(judge_values(input, {kernel}), "");
  return first;
}

TEST(Values, MayBeMinusInfinityWhereThatHidesAColumnOrIsNoSink) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(first_of("bs1 b1 h1 d1 n1 s2 bias=dense | dense 0 -inf", &Tensors::dense), -infinity);
  EXPECT_EQ(first_of("bs1 b1 h1 d1 n1 s2 sink | sinks 0 -inf", &Tensors::sinks), -infinity);
  EXPECT_LT(std::abs(first_of("bs1 b1 h1 d1 n1 s2 sink | sinks 0 inf", &Tensors::sinks)), infinity);
  EXPECT_LT(std::abs(first_of("bs1 b1 h1 d1 n1 s2 | q 0 -inf", &Tensors::q)), infinity);
}

TEST(Entries, ShiftedTwiceDoNotLieAlignedPastTheirMemory) {
  for (const char* const input : {"bs1 b1 h1 d1 n1 s1 bf16 | shift out 1", "bs1 b1 h1 d1 n1 s1 bf16 | shift out 1 | shift out 1",
                                  "bs1 b1 h1 d1 n1 s1 | type out f64 | shift out 4 | shift out 3 | type out f32 | shift out 1"}) {
    bool called = false;
    Kernel kernel = registered_kernels().front();
    kernel.run = [&called](const Problem&, const Tensors&, const Options&) { called = true; };
    EXPECT_EQ(judge_kernel_entry(input, {kernel}), "");
    EXPECT_FALSE(called) << input;
  }
}

TEST(Text, IsATokenAndItsParts) {
  const Text text = split("bs1 b1 |  q 0 nan|| segment_v 3 = -1 ");
  EXPECT_EQ(text.token, "bs1 b1");
  EXPECT_EQ(text.parts, (std::vector<std::string_view>{"q 0 nan", "segment_v 3 = -1"}));
  EXPECT_EQ(join(text.token, {"a", "b"}), "bs1 b1 | a | b");
  EXPECT_EQ(number_of("-12"), -12);
  EXPECT_GE(number_of("1x"), 0);
}

TEST(Text, ShrinksAlongItsPartsAndItsCase) {
  const auto fails = [](const std::string& text) { return text.find("hide 1") != text.npos && text.find("causal") != text.npos; };
  EXPECT_EQ(shrunk("bs1 b1 h2 d4 n3 s5 causal alibi | feed 1 | hide 1 | again", fails),
            "bs1 b1 h1 d1 n0 s0 causal values=integers | hide 1");
}

}  // namespace
}  // namespace boresight::fuzz
