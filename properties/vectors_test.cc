// Every record of the three committed files reads in every type, a few known numbers are where they belong, and a
// malformed record is told by its field and what would be right, never by a crash.
#include "properties/vectors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#ifndef BORESIGHT_SOURCE_DIR
#error "BORESIGHT_SOURCE_DIR must be the directory that holds tests/data"
#endif

namespace boresight::properties {
namespace {

using nlohmann::json;

const std::string data_directory = BORESIGHT_SOURCE_DIR "/tests/data/";
const std::string oracle = data_directory + "oracle/x-transformers/vectors.jsonl";
const std::string historical_bugs = data_directory + "oracle/historical-bugs/bugs.jsonl";
const std::string second_source = data_directory + "second_source.jsonl";

std::vector<Vector> read(const std::string& path, Type type = Type::f64) {
  auto vectors = read_vectors(path, type);
  EXPECT_TRUE(vectors) << vectors.error().text();
  return vectors ? std::move(*vectors) : std::vector<Vector>();
}

// The strangers' vectors, read once a type.
const std::vector<Vector>& oracle_in(Type type) {
  static std::map<Type, std::vector<Vector>> read_already;
  if (!read_already.contains(type)) read_already[type] = read(oracle, type);
  return read_already[type];
}

std::string group(const Vector& vector) { return vector.id.substr(0, vector.id.rfind('-')); }

const Vector& find(const std::vector<Vector>& vectors, const std::string& id) {
  for (const Vector& vector : vectors)
    if (vector.id == id) return vector;
  throw std::out_of_range("no vector " + id);
}

TEST(Vectors, HoldEveryGroupThatTheirReadmeCounts) {
  const std::map<std::string, int> counts{{"plain", 26},
                                          {"alibi", 12},
                                          {"alibi-xl", 27},
                                          {"alibi-slopes", 3},
                                          {"alibi-cache", 3},
                                          {"alibi-positions", 8},
                                          {"gqa-alibi", 6},
                                          {"t5", 18},
                                          {"gqa-t5", 3},
                                          {"dynamic", 6},
                                          {"bias-tensor", 6},
                                          {"rope", 20},
                                          {"rope-interpolation", 5},
                                          {"rope-rescale", 4},
                                          {"rope-positions", 2},
                                          {"xpos", 15},
                                          {"window", 10},
                                          {"window-alibi", 2},
                                          {"window-t5", 3},
                                          {"softclamp", 11},
                                          {"sink", 9},
                                          {"zero-kv", 12},
                                          {"qk-norm", 6},
                                          {"attn-mask", 8},
                                          {"mask-empty", 6},
                                          {"mask-leftpad", 4},
                                          {"value-dim", 4},
                                          {"random-projection", 4},
                                          {"decode", 8}};
  std::map<std::string, int> found;
  for (const Vector& vector : oracle_in(Type::f64)) ++found[group(vector)];
  EXPECT_EQ(found, counts);
}

TEST(Vectors, ReadInEveryTypeAndSayWhichTheTypeRounds) {
  for (const Type type : {Type::f64, Type::f32, Type::bf16, Type::f16}) {
    const auto& vectors = oracle_in(type);
    EXPECT_EQ(vectors.size(), 251u);
    for (const Vector& vector : vectors) {
      const bool full_doubles = group(vector) == "random-projection" || group(vector) == "qk-norm";
      EXPECT_EQ(vector.exact, type == Type::f64 || !full_doubles) << vector.id << " in " << name(type);
      EXPECT_EQ(vector.problem.type, type);
      EXPECT_EQ(vector.inputs.tensors.q.type, type);
      EXPECT_EQ(vector.expected.size(),
                std::size_t(vector.problem.batch * vector.problem.heads * vector.problem.queries * vector.problem.value_dim));
    }
  }
}

TEST(Vectors, SayWhenParametersAreRoundedToF32) {
  EXPECT_TRUE(find(oracle_in(Type::f64), "plain-001").exact_parameters);
  EXPECT_TRUE(find(oracle_in(Type::bf16), "plain-001").exact_parameters);  // scale 0.25
  int rounded = 0;
  for (const Vector& vector : oracle_in(Type::f32))
    if (vector.problem.scale == 0.3535533905932738) rounded += !vector.exact_parameters;
  EXPECT_EQ(rounded, 52);
}

TEST(Vectors, PutNumbersWhereTheyBelong) {
  const auto& vectors = oracle_in(Type::f64);
  const Vector& plain = find(vectors, "plain-001");
  EXPECT_EQ(plain.problem.segment, 3);
  EXPECT_EQ(plain.problem.memories, 5);
  EXPECT_EQ(plain.problem.scale, 0.25);
  const Tensors& tensors = plain.inputs.tensors;
  EXPECT_EQ(tensors.q.at<double>(0, 0, 0, 0), -0.796875);
  EXPECT_EQ(tensors.q.at<double>(0, 0, 2, 15), 0.046875);
  EXPECT_EQ(tensors.memory_k.at<double>(0, 0, 0, 1), -0.3125);
  EXPECT_EQ(tensors.memory_k.at<double>(0, 0, 1, 0), -1.46875);
  EXPECT_EQ(static_cast<double*>(tensors.memory_k.data) + 5 * 16, static_cast<double*>(tensors.segment_k.data));
  EXPECT_EQ(tensors.key_mask.at<std::uint8_t>(1, 0), 0);
  EXPECT_EQ(tensors.key_mask.at<std::uint8_t>(1, 1), 1);
}

TEST(Vectors, RoundToTheTypeAskedFor) {
  const auto& bf16 = oracle_in(Type::bf16);
  EXPECT_EQ(find(bf16, "plain-001").inputs.tensors.q.at<std::uint16_t>(0, 0, 0, 0), 0xbf4cu);  // -0.796875
  const auto& f16 = oracle_in(Type::f16);
  EXPECT_EQ(find(f16, "plain-001").inputs.tensors.q.at<std::uint16_t>(0, 0, 0, 0), 0xba60u);
}

TEST(Vectors, MapTheSwitchesOfTheirSource) {
  int tiled = 0, geometric = 0, custom = 0;
  for (const Vector& vector : oracle_in(Type::f64)) {
    const Problem& problem = vector.problem;
    EXPECT_EQ(problem.segment, problem.queries) << vector.id;
    tiled += problem.head_map == HeadMap::tiled;
    geometric += problem.bias.kind == BiasKind::alibi && problem.bias.slopes == Slopes::geometric;
    custom += problem.custom_positions;
    EXPECT_TRUE(problem.rotary.dims == 0 || problem.rotary.frequencies_as_data) << vector.id;
    EXPECT_TRUE(problem.bias.kind != BiasKind::alibi || vector.inputs.tensors.slopes.shape[1] == problem.heads) << vector.id;
  }
  EXPECT_EQ(tiled, 47);  // those whose map is not grouped too
  EXPECT_EQ(geometric, 0);
  EXPECT_EQ(custom, 8 + 2);  // alibi-positions, rope-positions
}

TEST(Vectors, TakeQueryPositionsFromTheLastColumns) {
  const auto& vectors = oracle_in(Type::f64);
  const Tensors& tensors = find(vectors, "rope-positions-001").inputs.tensors;  // -1, 0, 1, 0, 1, 2, 3, 4, 5 with one memory
  EXPECT_EQ(tensors.key_positions.at<std::int32_t>(0, 0), -1);
  EXPECT_EQ(tensors.query_positions.at<std::int32_t>(0, 0), 0);
  EXPECT_EQ(tensors.query_positions.at<std::int32_t>(0, 2), 0);
  EXPECT_EQ(tensors.query_positions.at<std::int32_t>(0, 7), 5);
}

TEST(Vectors, ExpectZeroInRowsThatSeeNothing) {
  int zero_rows = 0;
  for (const Vector& vector : oracle_in(Type::f64)) {
    if (group(vector) != "mask-leftpad" && group(vector) != "mask-empty") continue;
    const std::size_t width = std::size_t(vector.problem.value_dim);
    for (std::size_t row = 0; row < vector.expected.size() / width; ++row) {
      const auto first = vector.expected.begin() + std::ptrdiff_t(row * width);
      zero_rows += std::all_of(first, first + std::ptrdiff_t(width), [](double x) { return x == 0; });
    }
  }
  EXPECT_EQ(zero_rows, 122);  // as their row_status counts
}

TEST(Vectors, ReadWrongOutputsThatWereReallyProduced) {
  const auto bugs = read(historical_bugs);
  EXPECT_EQ(bugs.size(), 13u);
  int observed = 0, errors = 0;
  for (const Vector& bug : bugs) {
    EXPECT_FALSE(bug.expected.empty()) << bug.id;
    EXPECT_NE(bug.observed.empty(), bug.observed_error.empty()) << bug.id;
    errors += !bug.observed_error.empty();
    if (bug.observed.empty()) continue;
    ++observed;
    EXPECT_EQ(bug.observed.size(), bug.expected.size()) << bug.id;
    EXPECT_NE(bug.observed, bug.expected) << bug.id;
  }
  EXPECT_EQ(observed, 9);
  EXPECT_EQ(errors, 4);
}

TEST(Vectors, ReadTheSecondSourceWithItsExtensions) {
  const auto vectors = read(second_source, Type::bf16);
  EXPECT_GE(vectors.size(), 60u);
  int cached = 0, halves = 0, before = 0, right = 0, forget = 0, per_batch = 0, more_queries = 0, computed = 0;
  for (const Vector& vector : vectors) {
    const Problem& problem = vector.problem;
    EXPECT_TRUE(vector.exact) << vector.id;
    EXPECT_EQ(vector.expected_lse.size(), std::size_t(problem.batch * problem.heads * problem.queries)) << vector.id;
    cached += problem.segment > problem.queries;
    more_queries += problem.segment < problem.queries;
    halves += problem.rotary.pairs == RotaryPairs::halves;
    computed += problem.rotary.dims > 0 && !problem.rotary.frequencies_as_data;
    before += problem.softcap_order == SoftcapOrder::before_bias;
    right += problem.window.right != unlimited;
    forget += problem.bias.kind == BiasKind::forget;
    per_batch += problem.bias.slopes == Slopes::per_batch;
  }
  for (const int count : {cached, halves, before, right, forget, per_batch, more_queries, computed}) EXPECT_GE(count, 4);
}

TEST(Vectors, ReadMinusInfinityFromNull) {
  const auto vectors = read(second_source, Type::f32);
  const Vector& hidden = find(vectors, "dense-hidden-004");
  EXPECT_EQ(hidden.inputs.tensors.dense.at<float>(0, 0, 0, 0), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(hidden.expected_lse[0], -std::numeric_limits<double>::infinity());
}

// A small valid record that the malformed ones below are made from.
const char* const small_record = R"({"id":"small-001","config":{"batch":1,"heads":2,"kv_heads":1,"head_dim":2,"value_head_dim":1,
  "queries":2,"memories":1,"mem_kv":1,"zero_kv":false,"causal":true,"window":-1,"softclamp":0,"sink":true,"bias":"alibi",
  "rotary":"xpos","rotary_layout":"interleaved","rotary_dim":2,"xpos_scale_base":512,"xpos_center":1,"gqa_map":[0,0],
  "scale":0.5,"alibi_heads":1},"inputs":{
  "q":{"shape":[1,2,2,2],"data":[1,0,0,1,1,1,0.5,0.25]},"k":{"shape":[1,1,3,2],"data":[1,0,0,1,1,1]},
  "v":{"shape":[1,1,3,1],"data":[1,2,3]},"mem_k":{"shape":[1,1,2],"data":[0,1]},"mem_v":{"shape":[1,1,1],"data":[4]},
  "key_mask":{"shape":[1,2],"data":[1,1]},"attn_mask":{"shape":[1,1,2,4],"data":[1,1,1,1,1,1,0,1]},
  "slopes":{"shape":[1],"data":[0.5]},"sink":{"shape":[2],"data":[0,null]},"rotary_inv_freq":{"shape":[1],"data":[1]},
  "rotary_pos":{"shape":[1,3],"data":[-1,0,1]}},
  "output":{"shape":[1,2,2,1],"data":[1,2,3,4]},"row_status":{"shape":[1,2,2],"data":[0,1,2,0]},
  "flash":{"max_abs_diff":0.5,"output":{"shape":[1,2,2,1],"data":[1,0,0,4]}}})";

TEST(Vectors, ReadTheSmallRecordThatTheNextTestsBreak) {
  const auto small = parse_vector(small_record, Type::f16);
  ASSERT_TRUE(small) << small.error().text();
  EXPECT_EQ(small->expected, (std::vector<double>{1, 0, 0, 4}));
  EXPECT_EQ(small->inputs.tensors.slopes.at<float>(0, 1), 0);  // the second head has no slope
  EXPECT_FALSE(small->problem.custom_positions);               // -1, 0, 1 are the ordered positions
}

struct Malformed {
  const char* field;    // JSON pointer
  const char* value;    // in its place; empty: the field is taken away
  const char* message;  // Error::text()
};

constexpr Malformed malformed[] = {
    {"/inputs/q/shape", "[2,3]", "inputs.q has shape [2,3]; expected [1,2,2,2]"},
    {"/inputs/q/data", "[1,2]", "inputs.q.data has 2 entries; expected 8 for shape [1,2,2,2]"},
    {"/inputs/q/data/3", "\"one\"", "inputs.q.data[3] is \"one\"; expected a number from -65504 to 65504"},
    {"/inputs/q/data/3", "70000", "inputs.q.data[3] is 70000; expected a number from -65504 to 65504"},
    {"/inputs/q/shape", "\"wide\"", "inputs.q.shape is \"wide\"; expected a list of sizes"},
    {"/inputs/q/shape/0", "-1", "inputs.q.shape has -1; expected sizes, 0 or more"},
    {"/inputs/q/data", "7", "inputs.q.data is 7; expected a flat list of numbers"},
    {"/inputs/q", "", "inputs.q is missing; a record like this one has it"},
    {"/inputs/k/shape/2", "2", "inputs.k has shape [1,1,2,2]; expected [1,1,3,2]"},
    {"/inputs/key_mask/data/1", "2", "inputs.key_mask.data[1] is 2; expected a whole number from 0 to 1"},
    {"/inputs/attn_mask/shape", "[2,1,2,2]", "inputs.attn_mask has shape [2,1,2,2]; expected [1,2 or 1,2,4]"},
    {"/inputs/slopes/shape", "[1,1]", "inputs.slopes has shape [1,1]; expected [1], or [1,2]"},
    {"/inputs/slopes/data/0", "-1", "slopes[0][0] is -1; must be finite and not below 0"},
    {"/inputs/rotary_pos/data/0", "0.5",
     "inputs.rotary_pos.data[0] is 0.5; expected a whole number from -2147483648 to 2147483647"},
    {"/inputs/rotary_pos/data/0", "5", "inputs.rotary_pos differs from the positions of the bias; expected the same"},
    {"/inputs/bias_q_pos", "{}", "inputs.\"bias_q_pos\" is not known, or does not apply here"},
    {"/config/batch", "0", "batch is 0; allowed: 1 to 65536"},
    {"/config/heads", "\"2\"", "config.heads is \"2\"; expected a whole number"},
    {"/config/heads", "4611686018427387904", "heads is 4611686018427387904; allowed: 1 to 4096"},
    {"/config/kv_heads", "3", "kv_heads is 3; allowed: 1 to 2"},
    {"/config/queries", "1.5", "config.queries is 1.5; expected a whole number"},
    {"/config/memories", "9223372036854775807", "memories is 9223372036854775807; allowed: 0 to 2147483520"},
    {"/config/causal", "1", "config.causal is 1; expected true or false"},
    {"/config/causal", "", "config.causal is missing; a record like this one has it"},
    {"/config/softclamp", "-1", "softcap is -1; allowed: 0, or above 0 and finite"},
    {"/config/bias", "\"alibi2\"",
     "config.bias is \"alibi2\"; expected none, alibi, alibi_positions, t5, dynamic, tensor, forget"},
    {"/config/bias", "\"none\"", "config.\"alibi_heads\" is not known, or does not apply here"},
    {"/config/alibi_heads", "3", "alibi_heads is 3; allowed: 0 to 2"},
    {"/config/gqa_map", "[0]", "config.gqa_map is a list of 1; expected a list of 2 whole numbers"},
    {"/config/gqa_map", "[0,1]", "config.gqa_map is [0,1]; expected h / (heads / kv_heads) or h mod kv_heads for each h"},
    {"/config/rotary_dim", "3", "rotary is 3; allowed: 2 to 2"},
    {"/config/casual", "true", "config.\"casual\" is not known, or does not apply here"},
    {"/config", "[]", "config is a list of 0; expected an object"},
    {"/inputs", "", "inputs is missing; a record like this one has it"},
    {"/output/shape", "[1,2,2,2]", "output has shape [1,2,2,2]; expected [1,2,2,1]"},
    {"/output/data/0", "null", "output.data[0] is null; expected a number"},
    {"/output", "", "output is missing; a record like this one has it"},
    {"/row_status/data/0", "3", "row_status.data[0] is 3; expected a whole number from 0 to 2"},
    {"/flash/output/shape", "[4]", "flash.output has shape [4]; expected [1,2,2,1]"},
    {"/id", "7", "id is 7; expected text"},
};

std::string complaint_of(const json& record) {
  const auto vector = parse_vector(record.dump(), Type::f16);
  return vector ? "" : vector.error().text();
}

TEST(Vectors, TellWhatIsMalformed) {
  for (const Malformed& row : malformed) {
    json record = json::parse(small_record);
    const json::json_pointer pointer(row.field);
    if (std::string(row.value).empty()) {
      record.at(pointer.parent_pointer()).erase(pointer.back());
    } else {
      record[pointer] = json::parse(row.value);
    }
    const std::string complaint = complaint_of(record);
    EXPECT_EQ(complaint.substr(0, std::string(row.message).size()), row.message)
        << row.field << " = " << row.value << ": " << complaint;
  }
}

TEST(Vectors, TellWhatIsNoRecordAtAll) {
  const auto told = [](std::string_view line) { return parse_vector(line, Type::f32).error().text(); };
  EXPECT_EQ(told("{\"id\":"), "no JSON at column 7; expected one JSON object on the line");
  EXPECT_EQ(told("[1,2]"), "the line is a list of 2; expected an object");
  EXPECT_EQ(told("{\"id\":1e999}"), "a number is beyond the range of doubles; expected finite numbers");
  EXPECT_EQ(told("{}"), "config is missing; a record like this one has it");
  EXPECT_EQ(told("\xff"), "no JSON at column 1; expected one JSON object on the line");
}

TEST(Vectors, NeverCrashOnATruncatedRecord) {
  const std::string whole = json::parse(small_record).dump();
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_vector(whole.substr(0, size), Type::f32)) << size;
}

TEST(Vectors, NeverCrashWhateverAFieldHolds) {
  const json whole = json::parse(small_record);
  std::vector<json::json_pointer> places;
  const json flat = whole.flatten();
  for (const auto& [place, value] : flat.items())
    for (json::json_pointer at(place); !at.empty(); at = at.parent_pointer()) places.push_back(at);
  for (const auto& place : places)
    for (const char* nonsense :
         {"null", "-1", "0", "1", "3", "4096", "1e300", "18446744073709551615", "2147483647", "\"x\"", "[]", "{}", "[[]]", "true",
          "false", "-9223372036854775808", "0.5", "{\"shape\":[],\"data\":[1]}"}) {
      json record = whole;
      record[place] = json::parse(nonsense);
      const auto vector = parse_vector(record.dump(), Type::bf16);
      EXPECT_TRUE(vector || !vector.error().what.empty()) << place;
    }
}

// A file of this text, removed at the end of its test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(testing::TempDir() + "vectors_test." + std::to_string(getpid()) + ".jsonl") {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Vectors, NameTheFileAndTheLine) {
  const std::string good = json::parse(small_record).dump();
  const TemporaryFile file(good + "\n\n" + good + "\r\n{}\n");
  std::int64_t visited = 0;
  const auto count = for_each_vector(file.path(), Type::f32, [&](Vector) { ++visited; });
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().text(), file.path() + ":4: config is missing; a record like this one has it");
  EXPECT_EQ(visited, 2);
}

TEST(Vectors, RefuseAFileWithoutRecords) {
  const TemporaryFile file("\n \n");
  EXPECT_EQ(read_vectors(file.path(), Type::f32).error().text(), file.path() + ": has no records; expected a file of JSON Lines");
  EXPECT_FALSE(read_vectors("/no/such/file.jsonl", Type::f32));
  EXPECT_FALSE(read_vectors(data_directory, Type::f32));
}

}  // namespace
}  // namespace boresight::properties
