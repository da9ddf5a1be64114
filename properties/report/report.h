// A campaign's report, as words for a terminal, as JSON, as JUnit XML (both described in properties/report/README.md) and as a
// page of HTML. All are printed from the one Report, whether it was just made, or merged from the JSON of shards.
#pragma once

#include <cstdint>
#include <string>

#include "properties/campaign.h"

namespace boresight::properties {

// Of the JSON. A change that breaks readers is 2.
inline constexpr std::int64_t report_schema = 1;

// How a finding is run again: "build/release/boresight" replay 'TOKEN' " --library ./libmine.so".
struct Rerun {
  std::string program;
  std::string library{};
};

// One finding: what the kernel did, where, expected and got, the smallest case, and the command that runs it again.
std::string words(const Finding& finding, const Rerun& rerun);

// Where a mismatch is and by how much: "out[b=0 h=1 i=2 d=0] is 0.5, right is 0.25, bound 1e-7: off by 2.5e+06 bounds".
std::string words(const Mismatch& mismatch);

// "simd/flash@avx3 (avx3): this processor has no AVX-512".
std::string words(const Unavailable& row);

// "simd/flash after case 40: took all the time .."
std::string words(const GivenUp& row);

// Why cases were skipped or mistrusted, with their numbers: "12 not supported, 3 no row's weights show in its output".
std::string reasons(const Evidence& evidence);

// The options that repeat the run: "--cases 1000 --seed 1 --shard 2/3".
std::string again(const Report& report);

// The rows of the table of evidence where there is more than one kernel.
enum class Rows : std::uint8_t {
  summed,  // a row each kernel and a row each law, and what failed or was not judged
  each     // a row each kernel and law
};

// The evidence as a table, then the findings, then one closing line.
std::string words(const Report& report, const Rerun& rerun, Rows rows = Rows::summed);

// The same without timings: equal seeds give equal bytes on one machine.
std::string json(const Report& report);

// A suite each kernel, a test each law: what a build server reads. Equal seeds give equal bytes here too.
std::string junit(const Report& report, const Rerun& rerun);

// One page for a person, complete in itself: no script and no network is needed to read it.
std::string html(const Report& report, const Rerun& rerun);

// "PASSED", "FAILED", "INTERRUPTED", "UNTESTED"
const char* outcome(const Report& report);

// Counts of all rows together, and of rows that judged nothing: how many did not for the kernel supports nothing that the law is
// about, and how many for any other reason, agreement that is not supported among them.
struct Totals {
  Evidence evidence;
  std::int64_t rows = 0, rows_not_judged = 0, rows_not_supported = 0;
};
Totals totals(const Report& report);

}  // namespace boresight::properties
