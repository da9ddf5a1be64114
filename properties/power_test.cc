// What a case could have told: readings that show, bias readings where there is a bias, and what can't show at all: a
// constant in a whole row of scores cancels in the softmax, and shows only beside columns that it is not added to.
#include "properties/readings/power.h"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>

#include "problem/token.h"
#include "properties/prepared.h"
#include "properties/readings/fit.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/sample_for_tests.h"

namespace boresight::properties::readings {
namespace {

const Reading& find(const std::string& id) {
  for (const Reading& reading : all_readings())
    if (reading.id == id) return reading;
  ADD_FAILURE() << "no reading " << id;
  return all_readings().front();
}

// judge(call, arithmetic, certified) of a case in f32; nothing where it is out of the domain.
template <class Judge>
void with(const Case& c, Judge judge) {
  const Prepared prepared = prepare(c);
  const Arithmetic arithmetic = careful_arithmetic(c.problem);
  std::optional<Verdict> outside;
  const Certified& certified = certify(prepared.call, misread_kernel("right", by_the_book), {}, 0, outside);
  if (!outside) judge(prepared.call, arithmetic, certified);
}

bool some_told_in(const std::string& text) {
  const Result<Case> c = parse_token(text);
  EXPECT_TRUE(c) << (c ? "" : c.error().text());
  bool told = false;
  with(*c, [&](const Call& call, const Arithmetic& arithmetic, const Certified& certified) {
    told = some_told(call, arithmetic, certified);
  });
  return told;
}

TEST(Power, OfACaseWithABiasIsThatOfItsBias) {
  EXPECT_TRUE(some_told_in("bs1 b1 h1 d4 n2 s2"));
  EXPECT_TRUE(some_told_in("bs1 b1 h1 d4 n2 s2 bias=alibi"));
  EXPECT_FALSE(some_told_in("bs1 b1 h1 d4 n1 s1 bias=alibi"));  // one column has all the weight, whatever its bias
  EXPECT_FALSE(some_told_in("bs1 b1 h1 d4 n0 s2"));
}

TEST(Power, TellsTheReadingsThatShow) {
  const Result<Case> c = parse_token("bs1 b1 h2 d4 n3 s3 M2 P1 causal bias=alibi");
  ASSERT_TRUE(c);
  with(*c, [&](const Call& call, const Arithmetic& arithmetic, const Certified& certified) {
    const Reading &persistent = find("bias-built-over-persistent-kv"), &window = find("window-one-too-wide"),
                  &memories = find("xl-bias-not-shifted-by-mem-len");
    EXPECT_EQ(told({&persistent, &window, &memories}, call, arithmetic, certified),
              (std::vector<const Reading*>{&persistent, &memories}));
  });
}

// Where every visible column has the constant in its score: the specification's gauge.
bool row_constants_cancel(const Problem& p) {
  const bool capped = p.softcap > 0 && p.softcap_order == SoftcapOrder::after_bias;
  return p.mem_kv == 0 && !p.zero_kv && !p.sink && !capped;
}

// The control: ALiBi distances that are one too long are a constant in every row.
TEST(Power, ARowConstantIsNeverToldByOutputsWhereItCancels) {
  const Reading& control = find("alibi-constant-row-shift");
  std::map<bool, int> looked_at, told_by_out, told_by_lse;
  for (std::uint64_t number = 0; number < 6000; ++number) {
    const Case c = small_case(number);
    if (!applies(control, c.problem)) continue;
    with(c, [&](const Call& call, const Arithmetic& arithmetic, const Certified& certified) {
      const bool cancels = row_constants_cancel(c.problem);
      const Decisions decisions = under(control, c.problem);
      ++looked_at[cancels];
      told_by_lse[cancels] += shows(decisions, call, arithmetic, certified);
      const Results got = run(misread_kernel(control), call, c.options, c.layout, /*with_lse=*/false);
      const bool told = compare(got, certified).outcome == Outcome::failed;
      told_by_out[cancels] += told;
      EXPECT_FALSE(told && cancels) << token(c);
    });
  }
  for (const bool cancels : {true, false})
    std::cout << (cancels ? "cancels: " : "does not: ") << looked_at[cancels] << " cases, told by an output in "
              << told_by_out[cancels] << ", by lse too in " << told_by_lse[cancels] << "\n";
  EXPECT_GT(looked_at[true], 500);
  EXPECT_GT(told_by_lse[true], 100) << "lse tells it everywhere";
  EXPECT_GT(told_by_out[false], 100) << "and an output wherever it does not cancel";
}

}  // namespace
}  // namespace boresight::properties::readings
