// confusion: how often the diagnosis names the reading that a kernel was made from. Each reading is a kernel of its own, on
// random cases in which it shows. Readings that compute the same on a case are one named set: either name is right there.
// The status is 1 where fewer than 95 of a hundred are named right.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "problem/token.h"
#include "problem/values.h"
#include "properties/diagnosis.h"
#include "properties/draw/rapid.h"
#include "properties/prepared.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/power.h"

namespace {

using namespace boresight;
using properties::Diagnosis;
using properties::readings::Reading;

constexpr double share_wanted = 0.95;
constexpr int draws_max = 20000;  // for one reading

struct Row {
  int first = 0, in_the_set = 0, wrong = 0;
  std::map<std::string, int> same_as;    // the names before it in a set that computes the same
  std::map<std::string, int> taken_for;  // the wrong names; empty: none was found
  std::string example;                   // a case that was named wrong
};

// A random case to which the reading applies and in which it shows, or none at this number.
std::optional<Case> telling_case(const Reading& reading, const Kernel& kernel, std::uint64_t seed, int number) {
  properties::RandomChoices choices(rc::Random(mix(mix(seed) + std::uint64_t(number))));
  Case drawn = properties::draw(choices);
  if (reading.bend != nullptr) reading.bend(drawn, choices);
  if (!properties::readings::applies(reading, drawn.problem)) return std::nullopt;
  const properties::Prepared prepared = properties::prepare(drawn);
  std::optional<properties::Verdict> outside;
  const properties::Certified& certified = properties::certify(prepared.call, kernel, drawn.options, 1, outside);
  if (outside) return std::nullopt;
  const auto told =
      properties::readings::told({&reading}, prepared.call, kernel.arithmetic(drawn.problem, drawn.options), certified);
  return told.empty() ? std::nullopt : std::optional(drawn);
}

Row try_reading(const Reading& reading, std::uint64_t seed, int cases) {
  const Kernel kernel = properties::readings::misread_kernel(reading);
  Row row;
  for (int number = 0; number < draws_max && row.first + row.in_the_set + row.wrong < cases; ++number) {
    const std::optional<Case> a_case = telling_case(reading, kernel, seed, number);
    if (!a_case) continue;
    const Diagnosis diagnosis = properties::diagnose(*a_case, kernel);
    if (diagnosis.reading == reading.id) {
      ++row.first;
    } else if (std::find(diagnosis.coincide.begin(), diagnosis.coincide.end(), reading.id) != diagnosis.coincide.end()) {
      ++row.in_the_set;
      ++row.same_as[diagnosis.reading];
    } else {
      ++row.wrong;
      ++row.taken_for[diagnosis.reading];
      if (row.example.empty()) row.example = token(*a_case);
    }
  }
  return row;
}

int report(const std::vector<Row>& rows, int cases) {
  const auto all = properties::readings::all_readings();
  int right = 0, tried = 0, first = 0, short_of = 0;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Row& row = rows[r];
    const int here = row.first + row.in_the_set + row.wrong;
    right += row.first + row.in_the_set, first += row.first, tried += here;
    short_of += here < cases;
    if (here < cases) fmt::print("{}: shows in {} of {} draws only\n", all[r].id, here, draws_max);
    for (const auto& [name, count] : row.same_as)
      fmt::print("{} of {}: {} computes the same as {}\n", count, here, all[r].id, name);
    for (const auto& [name, count] : row.taken_for)
      fmt::print("{} of {}: {} is taken for {}\n", count, here, all[r].id, name.empty() ? "none" : name);
    if (!row.example.empty()) fmt::print("  such as {}\n", row.example);
  }
  const double share = tried > 0 ? double(right) / tried : 0;
  fmt::print(
      "{} readings, {} cases each where they show ({} have fewer): {} of {} named right ({:.1f}%), {} of them by their own name "
      "first, {} as "
      "one of a set that computes the same\n",
      rows.size(), cases, short_of, right, tried, 100 * share, first, right - first);
  return share >= share_wanted && tried > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"How often the diagnosis names the reading that a kernel was made from"};
  int cases = 20;
  std::uint64_t seed = 1;
  int threads = int(std::max(1u, std::thread::hardware_concurrency()));
  app.add_option("--cases", cases, "Cases for each reading")->check(CLI::Range(1, 10000));
  app.add_option("--seed", seed, "Seed of the cases");
  app.add_option("--threads", threads, "Threads")->check(CLI::Range(1, 1024));
  CLI11_PARSE(app, argc, argv);
  const auto all = properties::readings::all_readings();
  std::vector<Row> rows(all.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t r = next++; r < all.size(); r = next++) rows[r] = try_reading(all[r], seed, cases);
  };
  {
    std::vector<std::jthread> workers;
    for (int t = 1; t < threads; ++t) workers.emplace_back(work);
    work();
  }
  return report(rows, cases);
}
