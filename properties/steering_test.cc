// Steering: a case depends on seed, number and laws alone; and the steered rounds bring readings that free cases miss.
#include "properties/steering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "problem/token.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/power.h"

namespace boresight::properties {
namespace {

std::int64_t round_of(std::int64_t number) { return (number - 1) / std::int64_t(laws().size()); }
bool steered(std::int64_t number) { return round_of(number) % rounds_in_batch == rounds_in_batch - 1; }

TEST(Steering, DependsOnSeedAndNumberAlone) {
  const std::int64_t batch = rounds_in_batch * std::int64_t(laws().size());
  std::map<std::int64_t, std::string> forwards;
  for (std::int64_t number = 1; number <= 2 * batch; ++number) forwards[number] = token(campaign_case(7, number, laws()));
  for (std::int64_t number = 2 * batch; number >= 1; number -= 3) {
    campaign_case(8, number, laws());  // another campaign in between
    EXPECT_EQ(token(campaign_case(7, number, laws())), forwards[number]) << number;
  }
}

TEST(Steering, LeavesMostCasesAsDrawnAndAllOfThemValid) {
  const std::int64_t count = rounds_in_batch * std::int64_t(laws().size());
  std::int64_t changed = 0;
  for (std::int64_t number = 1; number <= count; ++number) {
    const Law& law = laws()[std::size_t(number - 1) % laws().size()];
    const Case a_case = campaign_case(7, number, laws());
    EXPECT_TRUE(validate(a_case)) << token(a_case);
    const bool same = token(a_case) == token(drawn_case(7, number, law));
    EXPECT_TRUE(same || steered(number)) << number;
    changed += !same;
  }
  EXPECT_GT(changed, std::int64_t(laws().size()) / 2);
}

// A case that was bent to a reading is prepared for its law all the same.
TEST(Steering, KeepsThePreconditionsOfEveryLaw) {
  const Kernel right = readings::misread_kernel("right", readings::by_the_book);
  const std::int64_t count = 3 * rounds_in_batch * std::int64_t(laws().size());
  std::map<Outcome, std::int64_t> outcomes;
  for (std::int64_t number = 1; number <= count; ++number) {
    const Law& law = laws()[std::size_t(number - 1) % laws().size()];
    if (!steered(number) || law.name == "ways_of_running_agree") continue;  // which asks other kernels
    const Case a_case = campaign_case(3, number, laws());
    const Verdict verdict = law.judge(a_case, right);
    ++outcomes[verdict.outcome];
    EXPECT_NE(verdict.outcome, Outcome::failed) << token(a_case) << ": " << verdict.why;
    EXPECT_TRUE(verdict.outcome != Outcome::skipped || verdict.why.starts_with("out of the domain"))
        << law.name << " " << token(a_case) << ": " << verdict.why;
  }
  EXPECT_GT(outcomes[Outcome::passed], 40);
}

// The readings that apply to no free case of the first batches, and to some steered one.
TEST(Steering, ReachesReadingsThatFreeCasesMiss) {
  constexpr std::int64_t batches = 6;
  std::set<std::string> free, aimed;
  for (std::int64_t number = 1; number <= batches * rounds_in_batch * std::int64_t(laws().size()); ++number) {
    const Case a_case = campaign_case(3, number, laws());
    for (const readings::Reading& reading : readings::all_readings())
      if (readings::applies(reading, a_case.problem)) (steered(number) ? aimed : free).insert(reading.id);
  }
  std::size_t reached = 0;
  for (const readings::Reading& reading : readings::all_readings()) {
    reached += free.contains(reading.id) || aimed.contains(reading.id);
    if (!free.contains(reading.id) && aimed.contains(reading.id)) std::cout << reading.id << " is reached by steering alone\n";
  }
  std::cout << free.size() << " apply to free cases, " << aimed.size() << " to steered ones, of "
            << readings::all_readings().size() << "\n";
  EXPECT_EQ(reached, readings::all_readings().size());
}

}  // namespace
}  // namespace boresight::properties
