// The state of a run as JSON, and back. It names the run that it is of, so that no other goes on with it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "problem/token.h"
#include "properties/exhaustive.h"

namespace boresight::properties::exhaustive {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 1;

// What two runs must have in common.
Json identity(const Plan& plan, const std::string& build) {
  Json kernels = Json::array();
  for (const Kernel& kernel : plan.kernels)
    if (kernel.unavailable.empty()) kernels.push_back(kernel.name);
  return {{"exhaust_state", format_version},
          {"build", build},
          {"bound", plan.bound},
          {"kernels", kernels},
          {"shard", fmt::format("{}/{}", plan.shard.index, plan.shard.count)}};
}

Json of(const std::string& kernel, const Tally& t) {
  return {{"kernel", kernel},     {"layouts", t.layouts}, {"failed", t.failed},    {"runs", t.runs},
          {"largest", t.largest}, {"skipped", t.skipped}, {"findings", t.findings}};
}

Tally tally_of(const Json& json) {
  Tally t;
  json.at("layouts").get_to(t.layouts);
  json.at("failed").get_to(t.failed);
  json.at("runs").get_to(t.runs);
  json.at("largest").get_to(t.largest);
  json.at("skipped").get_to(t.skipped);
  json.at("findings").get_to(t.findings);
  return t;
}

Error unreadable(const std::string& what) { return {what, "", "give the file that boresight exhaust --resume wrote"}; }

Result<State> state_of(const Json& json, const Plan& plan) {
  State state;
  json.at("calls").get_to(state.calls);
  json.at("layouts").get_to(state.layouts);
  if (state.calls < 0 || state.calls > call_count(plan.bound, plan.shard))
    return unreadable(fmt::format("calls is {}, and the run has {}", state.calls, call_count(plan.bound, plan.shard)));
  for (const Json& row : json.at("tallies")) state.tallies[row.at("kernel").get<std::string>()] = tally_of(row);
  for (const Json& row : json.at("findings")) {
    const std::string text = row.at("case").get<std::string>();
    const Result<Case> parsed = parse_token(text);
    if (!parsed) return unreadable(fmt::format("the finding {} is no case: {}", text, parsed.error().text()));
    const std::string kernel = row.at("kernel").get<std::string>();
    const bool known =
        std::ranges::any_of(plan.kernels, [&](const Kernel& k) { return k.name == kernel && k.unavailable.empty(); });
    if (!known || find_law(parsed->law) == nullptr)
      return unreadable(fmt::format("the finding {} names no kernel and law", text));
    state.found.push_back({kernel, row.at("call").get<std::int64_t>(), *parsed});
  }
  return state;
}

}  // namespace

std::string state_text(const State& state, const Plan& plan, const std::string& build) {
  Json json = identity(plan, build);
  json["calls"] = state.calls;
  json["layouts"] = state.layouts;
  json["tallies"] = Json::array();
  for (const auto& [kernel, tally] : state.tallies) json["tallies"].push_back(of(kernel, tally));
  json["findings"] = Json::array();
  for (const Found& found : state.found)
    json["findings"].push_back({{"kernel", found.kernel}, {"call", found.call}, {"case", token(found.smallest)}});
  return json.dump(1) + "\n";
}

Result<State> parse_state(const std::string& text, const Plan& plan, const std::string& build) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return unreadable("is no state of boresight exhaust");
  const Json ours = identity(plan, build);
  for (const auto& [field, value] : ours.items()) {
    if (!json.contains(field)) return unreadable(fmt::format("is no state of boresight exhaust: it has no {}", field));
    if (json[field] != value)
      return Error{fmt::format("is of another run: its {} is {}, this run's is {}", field, json[field].dump(), value.dump()), "",
                   "go on with the same options and build, or give another file"};
  }
  try {
    return state_of(json, plan);
  } catch (const Json::exception& error) {
    return unreadable(fmt::format("is damaged: {}", error.what()));
  }
}

}  // namespace boresight::properties::exhaustive
