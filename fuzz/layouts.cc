#include "fuzz/layouts.h"

#include <algorithm>

#include "properties/draw/bytes.h"
#include "properties/draw/draw.h"
#include "properties/laws/law.h"
#include "properties/report/report.h"
#include "properties/shrink.h"

namespace boresight::fuzz {
namespace {

constexpr std::int64_t scores_enough = 4000;

std::int64_t scores(const Problem& p) { return p.batch * p.heads * p.queries * p.columns(); }

// Where a bug of layout lives, width is only work, and a long case needs few heads. The case stays valid.
void make_small(Case& c) {
  Problem& p = c.problem;
  if (scores(p) > scores_enough) p.batch = 1;
  if (scores(p) > scores_enough) {
    p.heads = p.kv_heads = 1;
    p.head_map = HeadMap::grouped;
    p.bias.alibi_heads = std::min<std::int64_t>(p.bias.alibi_heads, 1);
  }
  p.head_dim = std::min<std::int64_t>(p.head_dim, 8);
  p.value_dim = std::min<std::int64_t>(p.value_dim, 4);
  p.rotary.dims = std::min(p.rotary.dims, p.head_dim / 2 * 2);
  if (p.rotary.dims == 0) p.rotary = {};
}

std::string finding_in_words(const Case& drawn, const properties::Law& law, const Kernel& kernel) {
  properties::Finding finding;
  finding.kernel = kernel.name;
  finding.law = law.name;
  finding.smallest = properties::shrunk(drawn, law, kernel);
  finding.verdict = law.judge(finding.smallest, kernel);
  finding.diagnosis = properties::diagnose(finding.smallest, kernel);
  finding.smallest.kernel = finding.kernel;
  finding.smallest.law = finding.law;
  return properties::words(finding, "boresight");
}

}  // namespace

Case layout(std::span<const std::uint8_t> bytes) {
  properties::ByteChoices choices(bytes);
  Case drawn = properties::draw(choices);
  make_small(drawn);
  return drawn;
}

std::string judge_layout(std::span<const std::uint8_t> bytes, const std::vector<Kernel>& kernels) {
  static const properties::Law& law = *properties::find_law("agrees_with_reference");
  const Case drawn = layout(bytes);
  for (const Kernel& kernel : kernels)
    if (kernel.unavailable.empty() && law.judge(drawn, kernel).outcome == properties::Outcome::failed)
      return finding_in_words(drawn, law, kernel);
  return {};
}

}  // namespace boresight::fuzz
