#include "properties/lint/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace boresight::properties::lint {
namespace {

constexpr char short_rows[] = "17x40";

// It was judged, and is a mistake.
bool counts(const Report& report, std::size_t k) { return !report.subjects[k].equivalent && report.judged.closest(k).judged; }

bool passes(const Report& report, std::size_t k) { return counts(report, k) && !report.judged.caught(k); }

std::vector<Subject> let_through(const Report& report) {
  std::vector<Subject> subjects;
  for (std::size_t k = 0; k < report.subjects.size(); ++k)
    if (passes(report, k)) subjects.push_back(report.subjects[k]);
  return subjects;
}

// The test with one thing changed, and with all of them.
std::vector<std::pair<std::string, Setting>> changes(const Setting& setting) {
  std::vector<std::pair<std::string, Setting>> list;
  Setting all = setting;
  std::string words;
  const auto change = [&](const std::string& what, auto apply) {
    Setting one = setting;
    apply(one);
    apply(all);
    words += (words.empty() ? "" : " ") + what;
    list.emplace_back(what, std::move(one));
  };
  if (setting.inputs != Recipe{}) change("--inputs normal", [](Setting& s) { s.inputs = {}; });
  const auto keys = [](const Size& size) { return size.keys; };
  if (std::ranges::min(setting.sizes, {}, keys).keys > 128)
    change(fmt::format("--sizes {}", short_rows), [](Setting& s) { s.sizes = parse_sizes(short_rows).value(); });
  if (setting.type != Type::f32) change("--type f32", [](Setting& s) { s.type = Type::f32; });
  if (setting.rule.text != "certified") change("--rule certified", [](Setting& s) { s.rule = parse_rule("certified").value(); });
  if (list.size() > 1) list.emplace_back(words, all);
  return list;
}

std::vector<Advice> advise(const Setting& setting, const std::vector<Subject>& subjects, int threads, const Progress& progress) {
  std::vector<Advice> advice;
  std::vector<Setting> settings;
  for (auto& [words, changed] : changes(setting)) {
    advice.push_back({words, 0});
    settings.push_back(changed);
  }
  const std::vector<Judged> judged = judge(settings, subjects, threads, progress);
  for (std::size_t s = 0; s < settings.size(); ++s)
    for (std::size_t k = 0; k < subjects.size(); ++k) advice[s].caught += judged[s].caught(k) ? 1 : 0;
  // The last has all changes: worth its length where it catches more than any one of them.
  const auto as_good = [&](const Advice& one) { return one.caught >= advice.back().caught; };
  if (advice.size() > 1 && std::any_of(advice.begin(), advice.end() - 1, as_good)) advice.pop_back();
  std::erase_if(advice, [](const Advice& one) { return one.caught == 0; });
  std::ranges::sort(advice, {}, [](const Advice& one) { return std::pair(-std::int64_t(one.caught), one.change.size()); });
  return advice;
}

// As its options. A suite has more than these, so its name comes first.
std::string test(const Setting& s) {
  std::string sizes;
  for (const Size& size : s.sizes) sizes += (sizes.empty() ? "" : ",") + text(size);
  return fmt::format("{}--rule '{}' --inputs {} --sizes {} --type {} --trials {} --seed {}",
                     s.suite.empty() ? "" : "--suite " + s.suite + " ", s.rule.text, text(s.inputs), sizes, name(s.type),
                     s.trials, s.seed);
}

std::string wrapped(const std::vector<std::string>& names) {
  std::string text, line;
  for (const std::string& name : names) {
    if (line.size() + name.size() > 100) text += "  " + line + "\n", line.clear();
    line += (line.empty() ? "" : " ") + name;
  }
  return text + (line.empty() ? "" : "  " + line + "\n");
}

std::string passing(const Report& report, std::size_t k) {
  const Subject& subject = report.subjects[k];
  const Cell& cell = report.judged.closest(k);
  std::string text = fmt::format("  {}  {:.2g} of the threshold{}\n", subject.id, cell.ratio,
                                 report.judged.certified(k) ? "" : "; these inputs can't tell it, whatever the rule");
  text += fmt::format("    {}\n", words(subject, cell.problem));
  return text + fmt::format("    switched on: {}; Boresight's own cases until caught: {}\n", words(subject.features),
                            words(report.own_cases[k], own_cases_most));
}

}  // namespace

Conclusion Report::conclusion() const {
  if (through > 0 || judged.honest.refused > 0) return Conclusion::failed;
  return caught > 0 ? Conclusion::passed : Conclusion::untested;
}

Report lint(const Setting& setting, std::vector<Subject> subjects, int threads, const Progress& progress) {
  Report report{setting, std::move(subjects), {}, 0, 0, {}, {}};
  report.judged = std::move(judge({setting}, report.subjects, threads, progress).front());
  report.own_cases.resize(report.subjects.size());
  const std::vector<Subject> through = let_through(report);
  report.through = through.size();
  for (std::size_t k = 0; k < report.subjects.size(); ++k) report.caught += counts(report, k) && report.judged.caught(k) ? 1 : 0;
  if (through.empty()) return report;
  const std::vector<CaughtAt> cases = cases_until_caught(through, own_cases_most, threads);
  for (std::size_t k = 0, at = 0; k < report.subjects.size(); ++k)
    if (passes(report, k)) report.own_cases[k] = cases[at++];
  report.advice = advise(setting, through, threads, progress);
  return report;
}

std::string words(const Report& report) {
  std::string text = "test: " + test(report.setting) + "\n";
  std::vector<std::string> caught, unjudged, unshown;
  for (std::size_t k = 0; k < report.subjects.size(); ++k) {
    if (report.judged.caught(k) && !report.subjects[k].equivalent) caught.push_back(report.subjects[k].id);
    if (report.judged.closest(k).judged) continue;
    (report.subjects[k].features.found ? unjudged : unshown).push_back(report.subjects[k].id);
  }
  if (!caught.empty()) text += "\ncaught:\n" + wrapped(caught);
  if (!unjudged.empty())
    text += "\nnot judged, since no problem of these sizes is in the domain of the specification:\n" + wrapped(unjudged);
  if (!unshown.empty()) text += "\nnot judged, since no drawn case shows them:\n" + wrapped(unshown);
  if (report.through > 0) text += "\nLET THROUGH:\n";
  for (std::size_t k = 0; k < report.subjects.size(); ++k)
    if (passes(report, k)) text += passing(report, k);
  for (std::size_t at = 0; at < report.advice.size(); ++at)
    text += fmt::format("{}  {}: {} of these {} would be caught\n", at == 0 ? "\nin place of this test's own:\n" : "",
                        report.advice[at].change, report.advice[at].caught, report.through);
  const Honest& honest = report.judged.honest;
  if (honest.refused > 0)
    text += fmt::format("\nTOO TIGHT: a kernel without any mistake is refused on {} of {} problems\n", honest.refused,
                        honest.problems);
  if (report.conclusion() == Conclusion::untested) return text + "\nUNTESTED: no mistake was judged\n";
  return text + fmt::format("\n{}: {} mistakes let through, {} caught\n",
                            report.conclusion() == Conclusion::passed ? "PASSED" : "FAILED", report.through, report.caught);
}

std::string json(const Report& report, const std::string& version) {
  using nlohmann::ordered_json;
  constexpr const char* conclusions[] = {"passed", "failed", "untested"};
  ordered_json root{{"schema", 1}, {"boresight", version}, {"test", test(report.setting)}};
  root["conclusion"] = conclusions[std::size_t(report.conclusion())];
  root["let_through"] = report.through;
  root["own_cases_most"] = own_cases_most;
  root["right_kernels"] = {{"problems", report.judged.honest.problems}, {"refused", report.judged.honest.refused}};
  for (std::size_t k = 0; k < report.subjects.size(); ++k) {
    const Subject& subject = report.subjects[k];
    const Cell& cell = report.judged.closest(k);
    ordered_json one{{"id", subject.id}, {"equivalent", subject.equivalent}, {"judged", cell.judged}};
    if (cell.judged) {
      one["words"] = words(subject, cell.problem);
      one["features"] = words(subject.features);
      one["caught"] = report.judged.caught(k);
      one["error_over_threshold"] = std::isfinite(cell.ratio) ? ordered_json(cell.ratio) : ordered_json("infinite");
      if (passes(report, k)) one["outside_the_certified_bound"] = report.judged.certified(k);
      if (const CaughtAt at = report.own_cases[k]; passes(report, k))
        one["own_cases_until_caught"] = at ? ordered_json(*at) : ordered_json(nullptr);
    }
    root["mistakes"].push_back(one);
  }
  for (const Advice& advice : report.advice) root["advice"].push_back({{"change", advice.change}, {"caught", advice.caught}});
  return root.dump(2) + "\n";
}

}  // namespace boresight::properties::lint
