// The zoo is whole: every id of tests/data/zoo_ids.txt is an entry, and what an entry names is there.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <string>

#include "properties/prepared.h"
#include "properties/readings/fit.h"
#include "properties/readings/sample_for_tests.h"
#include "properties/readings/table.h"
#include "properties/readings/zoo.h"
#include "reference/attention.h"

namespace boresight::properties::readings {
namespace {

std::set<std::string> listed_ids() {
  std::ifstream file(BORESIGHT_SOURCE_DIR "/tests/data/zoo_ids.txt");
  return {std::istream_iterator<std::string>(file), {}};
}

std::set<std::string> reading_ids() {
  std::set<std::string> ids;
  for (const Reading& reading : all_readings()) ids.insert(reading.id);
  return ids;
}

TEST(Zoo, HasEveryListedEntryOnce) {
  std::set<std::string> ids;
  for (const ZooEntry& entry : zoo()) EXPECT_TRUE(ids.insert(entry.id).second) << entry.id;
  EXPECT_EQ(ids, listed_ids());
  EXPECT_GE(ids.size(), 70u);
}

TEST(Zoo, NamesReadingsThatExist) {
  const std::set<std::string> readings = reading_ids();
  for (const ZooEntry& entry : zoo()) {
    EXPECT_FALSE(entry.source.empty() || entry.kind.empty()) << entry.id;
    EXPECT_TRUE(entry.readings.empty() || entry.why_not.empty()) << entry.id << " is held and is not";
    for (const std::string& id : entry.readings) EXPECT_TRUE(readings.contains(id)) << entry.id << " names " << id;
    const bool by_its_name = std::find(entry.readings.begin(), entry.readings.end(), entry.id) != entry.readings.end();
    EXPECT_EQ(by_its_name, readings.contains(entry.id)) << entry.id;
  }
}

// The control of the zoo: a constant of the row is no mistake, and no output may be called wrong for it.
TEST(Zoo, ControlShowsInNoOutputOfATokenRow) {
  const auto readings = all_readings();
  const auto control = std::find_if(readings.begin(), readings.end(),
                                    [](const Reading& reading) { return std::string(reading.id) == "alibi-constant-row-shift"; });
  ASSERT_NE(control, readings.end());
  int judged = 0;
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Case c = small_case(number);
    const Problem& p = c.problem;
    const bool alone = p.mem_kv == 0 && !p.zero_kv && !p.sink && p.softcap == 0;
    if (p.bias.kind != BiasKind::alibi || !alone) continue;
    const Prepared prepared = prepare(c);
    Certified certified;
    reference::attend(p, prepared.call.tensors, certified.truth);
    if (!certified.truth.out_of_domain.empty()) continue;
    reference::error_bound(p, prepared.call.tensors, certified.truth, careful_arithmetic(p), certified.bound);
    Decisions shifted = under(*control, p);
    for (reference::Head& head : certified.truth.heads) head.lse.setZero();  // which does show it
    for (reference::HeadBound& bound : certified.bound.heads) bound.lse.setConstant(std::numeric_limits<double>::infinity());
    EXPECT_FALSE(shows(shifted, prepared.call, careful_arithmetic(p), certified)) << number;
    ++judged;
  }
  EXPECT_GE(judged, 20);
}

}  // namespace
}  // namespace boresight::properties::readings
