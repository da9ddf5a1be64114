// bound_audit: is the certified bound one, and how near do errors come to it?
//   bound_audit [--cases N] [--seed S] [--strata]
// Drawn cases (every feature, every type): each kernel's results against multiprecision; any error above its bound fails.
// --strata: largest error / bound by head_dim and columns, random and adversarial, beside the effect of a one-step slip.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "problem/emulated.h"
#include "problem/registry.h"
#include "problem/token.h"
#include "properties/audit/exact.h"
#include "properties/audit/strata.h"
#include "properties/campaign.h"
#include "properties/steering.h"
#include "properties/prepared.h"

namespace boresight::audit {
namespace {

using properties::Certified;
using properties::Results;

struct Tally {
  std::int64_t judged = 0, skipped = 0, elements = 0, above = 0;
  double largest = 0, reference = 0;  // error / bound; the reference's own error / bound
};

void see(Tally& tally, const std::vector<Real>& exact, const std::vector<double>& got, std::size_t at, double truth,
         double bound) {
  ++tally.elements;
  if (double(exact[at]) == got[at] && bound == 0) return;  // an empty row: zero, or minus infinity
  const double ratio = properties::error_over_bound(double(Real(got[at]) - exact[at]), 0, bound);
  if (!(ratio <= 1)) ++tally.above;
  tally.largest = std::max(tally.largest, ratio);
  tally.reference = std::max(tally.reference, properties::error_over_bound(double(Real(truth) - exact[at]), 0, bound));
}

// One kernel's results against what is exact.
void audit_kernel(const Case& a_case, const properties::Call& call, const Exact& exact, const Kernel& kernel, Tally& tally) {
  std::optional<properties::Verdict> outside = properties::refusal(kernel, call);
  if (outside) return void(++tally.skipped);
  const Certified& certified = properties::certify(call, kernel, a_case.options, 0, outside);
  if (outside) return void(++tally.skipped);
  const Results got = properties::run(kernel, call, a_case.options, a_case.layout);
  const std::int64_t above = tally.above;
  for (std::size_t head = 0; head < certified.truth.heads.size(); ++head)
    for (std::int64_t i = 0; i < got.rows; ++i) {
      const std::size_t row = head * std::size_t(got.rows) + std::size_t(i);
      for (std::int64_t d = 0; d < got.width; ++d)
        see(tally, exact.out, got.out, row * std::size_t(got.width) + std::size_t(d), certified.truth.heads[head].out(i, d),
            certified.bound.heads[head].out(i, d));
      see(tally, exact.lse, got.lse, row, certified.truth.heads[head].lse(i), certified.bound.heads[head].lse(i));
    }
  ++tally.judged;
  if (tally.above > above) fmt::print("ABOVE THE BOUND: {} kernel={}\n", token(a_case), kernel.name);
}

// True if no error was above its bound. Exact attention is slow, so it is computed once a case, for all kernels.
bool audit_drawn(std::int64_t cases, std::uint64_t seed) {
  std::map<std::pair<std::string, Type>, Tally> tallies;
  for (std::int64_t number = 1; number <= cases; ++number) {
    const Case drawn = properties::drawn_case(seed, number, properties::laws().front());
    const properties::Prepared prepared = properties::prepare(drawn);
    const Exact exact = attend(prepared.call);
    for (const Kernel& kernel : registered_kernels())
      if (kernel.unavailable.empty() && kernel.unsupported(prepared.call.problem, prepared.call.tensors).empty() &&
          (!is_emulated(kernel) || number % emulated_one_in == 1))
        audit_kernel(drawn, prepared.call, exact, kernel, tallies[{kernel.name, drawn.problem.type}]);
  }
  bool good = !tallies.empty();
  for (const auto& [of, t] : tallies) {
    fmt::print(
        "{} {}: {} cases, {} skipped, {} elements, {} above the bound; largest error/bound {:.4f}, the reference's own {:.1e}\n",
        of.first, name(of.second), t.judged, t.skipped, t.elements, t.above, t.largest, t.reference);
    good = good && t.above == 0 && t.judged > 0;
  }
  return good;
}

bool audit_strata(std::uint64_t seed) {
  bool good = true;
  std::string left_out;
  fmt::print("| kernel | head_dim | columns | random | adversarial | one-step slip, in bounds |\n|---|---|---|---|---|---|\n");
  for (const Kernel& kernel : registered_kernels()) {
    if (!kernel.unavailable.empty()) continue;
    if (const std::string why = kernel.unsupported(problem_of({4, 8}), {}); !why.empty()) {
      left_out += fmt::format("{} is left out: {}\n", kernel.name, why);
      continue;
    }
    for (const std::int64_t head_dim : {4, 16, 64, 128, 512})
      for (const std::int64_t columns : {8, 64, 512, 4096}) {
        if (is_emulated(kernel) && head_dim * columns > 1 << 13) continue;  // hours
        const int effort = int(std::clamp<std::int64_t>(4'000'000 / (head_dim * columns), 4, 400));
        const Nearness near = nearness({head_dim, columns}, kernel, effort, 10 * effort, seed);
        fmt::print("| {} | {} | {} | {:.3f} | {:.3f} | {:.3g} |\n", kernel.name, head_dim, columns, near.random, near.adversarial,
                   near.slip);
        good = good && near.random <= 1 && near.adversarial <= 1;
      }
  }
  fmt::print("{}", left_out);
  return good;
}

}  // namespace
}  // namespace boresight::audit

int main(int argc, char** argv) {
  CLI::App app{"Is the certified bound one, and how near do errors come to it?"};
  std::int64_t cases = 1000;
  std::uint64_t seed = 1;
  bool strata = false;
  app.add_option("--cases", cases, "Drawn cases against multiprecision")->check(CLI::Range(0, 100'000'000));
  app.add_option("--seed", seed, "Seed of the cases");
  app.add_flag("--strata", strata, "Nearness to the bound by size, too");
  CLI11_PARSE(app, argc, argv);
  bool good = cases == 0 || boresight::audit::audit_drawn(cases, seed);
  if (strata) good = boresight::audit::audit_strata(seed) && good;
  return good ? 0 : 1;
}
