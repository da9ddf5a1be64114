// The zoo as seeds. Where readings hold an entry, its case is drawn, bent and shrunk on a kernel that misreads so; a bug of a
// kernel's own machinery (tiles, splits, what it keeps between calls) has no reading, and its case is written down here.
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <string_view>

#include "fuzz/fit.h"
#include "fuzz/seeds/seeds.h"
#include "problem/token.h"
#include "properties/draw/counted.h"
#include "properties/draw/draw.h"
#include "properties/laws/law.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/power.h"
#include "properties/readings/table.h"
#include "properties/readings/zoo.h"
#include "properties/shrink.h"

namespace boresight::fuzz {
namespace {

namespace readings = properties::readings;

struct Written {
  std::string_view id, input;
};
constexpr Written written[] = {
    // Rows that a mask bounds already, over keys that no tile divides.
    {"causality-applied-twice", "bs1 b1 h1 d2 n3 s3 causal attention_mask=0.9 tile=1x2"},
    // The window skips the first tiles, so the first that is visited is another.
    {"window-uses-compacted-tile-index", "bs1 b1 h1 d2 n1 s6 window=2 tile=1x2"},
    // Nothing of the first tile is seen, and something of the next.
    {"leading-masked-tile-nan", "bs1 b1 h1 d2 n1 s4 key_mask=suffix:2 tile=1x2"},
    // A hidden tile in front of two seen ones.
    {"skipped-tile-does-not-advance", "bs1 b1 h1 d2 n1 s6 key_mask=suffix:4 tile=1x2"},
    // Two parts, and no key in either.
    {"all-splits-empty", "bs1 b1 h1 d2 n1 s4 key_mask=prefix:0 tile=1x2 splits=2"},
    // Four parts of one tile, with scores of their own.
    {"lse-from-one-split", "bs1 b1 h1 d2 n2 s8 bias=alibi tile=1x2 splits=4"},
    // Seven heads a group, which divide no tile, and slopes that tell them apart.
    {"merge-row-index-under-gqa-packing", "bs1 b1 h14/2 d2 n3 s9 causal bias=alibi tile=2x2 splits=3"},
    // Rows, and not one key.
    {"empty-kv-request", "bs1 b2 h1 d2 n2 s0"},
    // Values as wide as vectors and as no key, in rows with gaps.
    {"value-uses-key-stride", "bs1 b2 h2 d3/16 n2 s3 layout=strided"},
    // One key more than tiles hold, behind a mask, in rows with gaps. (Stride 0 itself: fuzz_kernel_entry.)
    {"broadcast-kv-stride-zero", "bs1 b1 h2 d2 n2 s33 key_mask=0.8 layout=strided tile=0x32"},
    // One query where an earlier call had more on as many keys: shown after it, as fuzz_sequence calls them.
    {"bias-cache-keyed-on-key-length-only", "bs1 b1 h1 d2 n1 s4 bias=alibi"},
    // A call like others of its shape, but causal: shown after one of them.
    {"kernel-cache-key-omits-causal", "bs1 b1 h1 d2 n2 s2 causal"},
    // What the first sequence hides the second shows.
    {"stale-custom-mask-after-replan", "bs1 b2 h1 d2 n1 s4 key_mask=0b01011111"},
    // Offsets into the mask beyond 8 bits: those beyond 32 need gigabytes.
    {"mask-or-bias-offset-int32-overflow", "bs1 b1 h1 d1 n17 s17 attention_mask=0.5"},
    // Columns beyond 127, where one is hidden: those beyond 32767 take too long to judge.
    {"int16-column-index", "bs1 b1 h1 d1 n2 s130 causal"},
    // Fewer keys than lanes.
    {"padding-lanes-score-zero", "bs1 b1 h1 d2 n1 s3 P2"},
    // Three heads a group as rows of one tile, whose last token alone sees the last tile of keys.
    {"gqa-packed-row-floor", "bs1 b1 h3/1 d2 n2 s2 causal tile=2x1"},
    // Tiles of whole vectors that divide rows and keys, across the diagonal.
    {"causal-mask-dropped-on-exact-tiles", "bs1 b1 h1 d2 n16 s16 causal tile=16x16"},
    // Nothing can show it (a crash where persistent columns meet the bias): the call that crashed.
    {"live-rel-proj-bias-padded-twice", "bs1 b1 h2 d2 n2 s2 M1 P1 causal bias=distance_table"},
};

const readings::Reading& named(std::string_view id) {
  const readings::Reading* const found = readings::find_reading(id);
  assert(found != nullptr);
  return *found;
}

// What one draw comes to: the smallest case near it that tells the misreading; nothing where it does not.
std::optional<Case> shown_by(const readings::Reading& reading, const Kernel& kernel, std::uint64_t seed) {
  properties::CountedChoices choices(seed);
  Case drawn = properties::draw(choices);
  if (reading.bend != nullptr) reading.bend(drawn, choices);
  drawn = fitted(drawn);
  if (!readings::applies(reading, drawn.problem)) return std::nullopt;
  const properties::Law& law = properties::agreement();
  if (law.judge(drawn, kernel).outcome != properties::Outcome::failed) return std::nullopt;
  return properties::shrunk(drawn, law, kernel);
}

bool shorter(const std::string& one, const std::string& other) {
  return one.size() != other.size() ? one.size() < other.size() : one < other;
}

// Shrinking ends where no single step is simpler, so the shortest of a few ends is taken.
std::string smallest(const readings::Reading& reading) {
  constexpr std::uint64_t draws_max = 20'000;
  constexpr int ends_enough = 12;
  const Kernel kernel = readings::misread_kernel(reading);
  std::string best;
  int ends = 0;
  for (std::uint64_t seed = 0; seed < draws_max && ends < ends_enough; ++seed) {
    const std::optional<Case> found = shown_by(reading, kernel, seed);
    if (!found) continue;
    ++ends;
    if (best.empty() || shorter(token(*found), best)) best = token(*found);
  }
  return best;
}

std::string input_of(const readings::ZooEntry& entry) {
  for (const Written& by_hand : written)
    if (by_hand.id == entry.id) return std::string(by_hand.input);
  return entry.readings.empty() ? "" : smallest(named(entry.readings.front()));
}

}  // namespace

Seeds zoo_seeds() {
  Seeds seeds;
  for (const readings::ZooEntry& entry : readings::zoo()) seeds.push_back({"zoo-" + entry.id, input_of(entry)});
  return seeds;
}

}  // namespace boresight::fuzz
