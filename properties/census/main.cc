// census: what the one case generator draws: how large cases are, and how often each feature comes.
//   census [--cases N] [--seed S]
// Counts the cases that a verification of this seed judges, as each law bends them. Prints a Markdown table.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "problem/case.h"
#include "properties/campaign.h"
#include "properties/steering.h"

namespace boresight::census {
namespace {

// Values of one size, of all cases.
struct Sizes {
  std::vector<std::int64_t> values;

  std::int64_t quantile(double share) {
    std::sort(values.begin(), values.end());
    return values[std::size_t(share * double(values.size() - 1))];
  }
};

class Census {
 public:
  void count(const Case& c) {
    const Problem& p = c.problem;
    const auto size = [&](const char* name, std::int64_t value) { sizes_[name].values.push_back(value); };
    size("queries", p.queries);
    size("columns", p.columns());
    size("queries * columns", p.queries * p.columns());
    size("head_dim", p.head_dim);
    size("value_dim", p.value_dim);
    size("heads", p.heads);
    size("memories", p.memories);
    size("mem_kv", p.mem_kv);
    const auto feature = [&](const std::string& name, bool there) { features_[name] += there; };
    feature("type " + std::string(name(p.type)), true);
    static constexpr const char* biases[] = {"none", "alibi", "relative_buckets", "distance_table", "dense", "forget"};
    feature(std::string("bias ") + biases[int(p.bias.kind)], true);
    feature("causal", p.causal);
    feature("window", !(p.window == Window{}));
    feature("rotary", p.rotary.dims > 0);
    feature("xpos", p.rotary.xpos.on);
    feature("softcap", p.softcap > 0);
    feature("sink", p.sink);
    feature("zero_kv", p.zero_kv);
    feature("custom positions", p.custom_positions);
    feature("key_mask", c.key_mask.kind != Mask::Kind::absent);
    feature("memory_mask", c.memory_mask.kind != Mask::Kind::absent);
    feature("attention_mask", c.attention_mask.kind != Mask::Kind::absent);
    feature("fewer kv_heads than heads", p.kv_heads < p.heads);
    feature("mem_kv and memories and a cache", p.mem_kv > 0 && p.memories > 0 && p.segment > p.queries);
    feature("a layout of its own", c.layout != Layout::bhnd);
    ++cases_;
  }

  void print() {
    fmt::print("{} cases\n\n| size | least | 10% | median | 90% | largest |\n|---|---|---|---|---|---|\n", cases_);
    for (auto& [name, sizes] : sizes_)
      fmt::print("| {} | {} | {} | {} | {} | {} |\n", name, sizes.quantile(0), sizes.quantile(0.1), sizes.quantile(0.5),
                 sizes.quantile(0.9), sizes.quantile(1));
    fmt::print("\n| feature | share of cases |\n|---|---|\n");
    for (const auto& [name, times] : features_) fmt::print("| {} | {:.1f}% |\n", name, 100.0 * double(times) / double(cases_));
  }

 private:
  std::int64_t cases_ = 0;
  std::map<std::string, Sizes> sizes_;
  std::map<std::string, std::int64_t> features_;
};

}  // namespace
}  // namespace boresight::census

int main(int argc, char** argv) {
  using namespace boresight;
  CLI::App app{"What the one case generator draws"};
  std::int64_t cases = 100000;
  std::uint64_t seed = 1;
  app.add_option("--cases", cases, "Cases to draw")->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}));
  app.add_option("--seed", seed, "Seed of the cases");
  CLI11_PARSE(app, argc, argv);
  census::Census census;
  const std::vector<properties::Law>& laws = properties::laws();
  for (std::int64_t number = 1; number <= cases; ++number) census.count(properties::campaign_case(seed, number, laws));
  census.print();
}
