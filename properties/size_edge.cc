#include "properties/size_edge.h"

#include <fmt/format.h>

#include "properties/documented.h"
#include "properties/laws/law.h"

namespace boresight::properties {
namespace {

constexpr std::uint64_t seeds = 4;  // that all must say the same

struct Size {
  const char* name;
  std::int64_t (*of)(const Problem& problem);
  void (*one_less)(Problem& problem);
};

std::int64_t columns(const Problem& p) { return p.columns(); }

constexpr Size sizes[] = {
    {"columns", columns, [](Problem& p) { --p.segment; }},
    {"columns", columns, [](Problem& p) { --p.memories; }},
    {"columns", columns, [](Problem& p) { --p.mem_kv; }},
    {"queries", [](const Problem& p) { return p.queries; }, [](Problem& p) { --p.queries; }},
    {"entries of a head", [](const Problem& p) { return p.head_dim; }, [](Problem& p) { --p.head_dim; }},
    {"entries of a value", [](const Problem& p) { return p.value_dim; }, [](Problem& p) { --p.value_dim; }},
};
constexpr std::int64_t interesting = 3;  // one of two is any case at all

// Whether the kernel's outcome is this one whatever the values are.
bool always(Case c, const Kernel& kernel, Outcome outcome) {
  c.law.clear();
  for (std::uint64_t k = 0; k < seeds; ++k, ++c.seed)
    if (const Verdict verdict = judge(agreement(), c, kernel); verdict.hung || verdict.outcome != outcome) return false;
  return true;
}

}  // namespace

std::string size_edge(const Case& a_case, const Kernel& kernel) {
  for (const Size& size : sizes) {
    Case smaller = a_case;
    size.one_less(smaller.problem);
    if (size.of(a_case.problem) < interesting || !validate(smaller)) continue;
    if (!always(smaller, kernel, Outcome::passed) || !always(a_case, kernel, Outcome::failed)) continue;
    return fmt::format("right up to {} {}, wrong from {} on", size.of(smaller.problem), size.name, size.of(a_case.problem));
  }
  return "";
}

}  // namespace boresight::properties
