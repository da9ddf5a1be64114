// Recorded vectors as seeds: of those that tests/data has, few and small ones that have every field and every choice between
// them; and records that are wrong in one way each.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "fuzz/seeds/seeds.h"

namespace boresight::fuzz {
namespace {

using nlohmann::json;

constexpr const char* sources[] = {"second_source.jsonl", "oracle/x-transformers/vectors.jsonl",
                                   "oracle/historical-bugs/bugs.jsonl"};

// Larger ones bring nothing but a switch that is read without effect (alibi_custom_slopes).
constexpr std::size_t record_bytes_max = 9'000;

struct Record {
  std::string line, id;
  std::set<std::string> features;  // fields, and what those have that are a choice
};

void add_feature(std::set<std::string>& features, const std::string& field, const json& value) {
  features.insert(field);
  const bool choice = (value.is_string() || value.is_boolean() || value.is_null()) && !field.ends_with("note");
  if (choice) features.insert(field + "=" + value.dump());
}

Record record_of(const std::string& line) {
  const json tree = json::parse(line);
  Record record{line, tree.at("id"), {}};
  for (const auto& [field, value] : tree.items()) record.features.insert(field);
  for (const char* const part : {"config", "inputs"})
    for (const auto& [field, value] : tree.at(part).items())
      add_feature(record.features, fmt::format("{}.{}", part, field), value);
  return record;
}

std::vector<Record> smallest_first(const std::string& data) {
  std::vector<Record> records;
  for (const char* const source : sources) {
    std::ifstream file(data + "/" + source);
    for (std::string line; std::getline(file, line);)
      if (line.size() <= record_bytes_max) records.push_back(record_of(line));
  }
  std::sort(records.begin(), records.end(), [](const Record& one, const Record& other) {
    return std::pair(one.line.size(), one.id) < std::pair(other.line.size(), other.id);
  });
  return records;
}

bool all_in(const Record& record, const std::set<std::string>& covered) {
  return std::includes(covered.begin(), covered.end(), record.features.begin(), record.features.end());
}

// Those that bring something new to the smaller ones; then, largest first, none that the others make needless.
std::vector<Record> few(const std::vector<Record>& all) {
  std::vector<Record> taken;
  std::set<std::string> covered;
  for (const Record& record : all) {
    if (all_in(record, covered)) continue;
    covered.insert(record.features.begin(), record.features.end());
    taken.push_back(record);
  }
  for (std::size_t k = taken.size(); k-- > 0;) {
    std::set<std::string> others;
    for (std::size_t j = 0; j < taken.size(); ++j)
      if (j != k) others.insert(taken[j].features.begin(), taken[j].features.end());
    if (all_in(taken[k], others)) taken.erase(taken.begin() + std::ptrdiff_t(k));
  }
  return taken;
}

// The smallest valid record, changed in one place; and what is no record at all.
void add_malformed(Seeds& seeds, const json& right) {
  const auto add = [&](const char* what, const char* pointer, const json& value) {
    json wrong = right;
    wrong[json::json_pointer(pointer)] = value;
    seeds.push_back({fmt::format("edge-bad-{}", what), wrong.dump()});
  };
  add("unknown-field", "/config/windows", 3);
  add("bias", "/config/bias", "alibii");
  add("size-negative", "/config/queries", -1);
  add("size-huge", "/config/segment", std::int64_t{1} << 62);
  add("size-fraction", "/config/memories", 0.5);
  add("size-text", "/config/heads", "2");
  add("heads", "/config/kv_heads", 3);
  add("head-map", "/config/gqa_map", json::array({1, 1}));
  add("shape", "/inputs/q/shape", json::array({1, 2, 3}));
  add("data-short", "/inputs/q/data", json::array({1}));
  add("data-null", "/inputs/q/data/0", nullptr);
  add("data-past-f32", "/inputs/q/data/0", 1e308);
  add("no-inputs", "/inputs", json::array());
  seeds.push_back({"edge-bad-no-object", "[]"});
  seeds.push_back({"edge-bad-number-past-doubles", R"({"id":1e999})"});
  seeds.push_back({"edge-bad-cut-off", right.dump().substr(0, 100)});
  seeds.push_back({"edge-bad-no-json", "bs1 b1 h1 d1 n1 s1"});
}

// Positions as no record has them: a rotary's own, two that differ, and two of one kind.
void add_positions(Seeds& seeds, const std::vector<Record>& records) {
  const auto with = [&](const char* input) {
    for (const Record& record : records)
      if (json line = json::parse(record.line); line["inputs"].contains(input)) return line;
    return json();
  };
  if (json line = with("rotary_pos"); !line.is_null()) {
    for (json& position : line["inputs"]["rotary_pos"]["data"]) position = 2 * position.get<std::int64_t>();
    seeds.push_back({"edge-rotary-pos-doubled", line.dump()});
    line["config"]["bias"] = "alibi", line["config"]["alibi_heads"] = line["config"]["heads"];
    seeds.push_back({"edge-bad-rotary-pos-beside-a-bias", line.dump()});
  }
  if (json line = with("bias_q_pos"); !line.is_null()) {
    line["inputs"]["query_positions"] = line["inputs"]["bias_q_pos"];
    seeds.push_back({"edge-bad-positions-twice", line.dump()});
  }
}

}  // namespace

Seeds vector_seeds(const std::string& data) {
  Seeds seeds;
  const std::vector<Record> records = smallest_first(data);
  for (const Record& record : few(records)) seeds.push_back({"edge-" + record.id, record.line});
  add_positions(seeds, records);
  if (!records.empty()) add_malformed(seeds, json::parse(records.front().line));
  return seeds;
}

}  // namespace boresight::fuzz
