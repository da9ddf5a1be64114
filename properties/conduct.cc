#include "properties/conduct.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "problem/values.h"
#include "properties/laws/copies.h"
#include "properties/laws/power.h"
#include "properties/prepared.h"

namespace boresight::properties {
namespace {

// The case's inputs from another seed, of some tensors alone where `which` says so.
using Which = bool (*)(Tensor Tensors::* member);
bool queries_and_keys(Tensor Tensors::* m) {
  return m == &Tensors::q || m == &Tensors::mem_k || m == &Tensors::memory_k || m == &Tensors::segment_k;
}
bool values(Tensor Tensors::* m) { return m == &Tensors::mem_v || m == &Tensors::memory_v || m == &Tensors::segment_v; }

Prepared other_data(const Case& a_case) {
  Case other = a_case;
  other.seed = mix(a_case.seed + 77) >> 40;
  return prepare(other);
}

void replace(const Prepared& in, const Case& a_case, Which which) {
  const Prepared other = other_data(a_case);
  for (const auto& [name, member] : input_tensors)
    if (which == nullptr || which(member)) overwrite(in.call.tensors.*member, other.call.tensors.*member);
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same_number);
}
bool whole(const Results& results) { return results.broken.empty(); }
bool all_numbers(const Results& results) {  // NaN is like NaN, whatever it came from
  return std::none_of(results.out.begin(), results.out.end(), [](double x) { return std::isnan(x); });
}

Results shot(const Case& a_case, const Kernel& kernel, const Prepared& in) {
  return run(kernel, in.call, a_case.options, a_case.layout);
}

// The truth of one call moves by more than its bound when these tensors' data are replaced.
bool truth_moves(const Case& a_case, const Kernel& kernel, Which which) {
  const Prepared in = prepare(a_case);
  std::optional<Verdict> outside;
  const Certified first = certify(in.call, kernel, a_case.options, 0, outside);
  replace(in, a_case, which);
  const Certified& second = certify(in.call, kernel, a_case.options, 1, outside);
  return !outside && truths_differ(first, second);
}

// Data replaced where they lie leave the output as it was, to the bit, though the truth moves.
bool deaf(const Case& a_case, const Kernel& kernel, Which which) {
  if (!truth_moves(a_case, kernel, which)) return false;
  const Prepared in = prepare(a_case);
  const Results first = shot(a_case, kernel, in);
  replace(in, a_case, which);
  const Results second = shot(a_case, kernel, in);
  return whole(first) && whole(second) && all_numbers(first) && same(first.out, second.out);
}

// One number everywhere, to other data as well.
bool gives_a_constant(const Case& a_case, const Kernel& kernel) {
  const std::vector<double> out = shot(a_case, kernel, prepare(a_case)).out;
  return out.size() > 1 && std::equal(out.begin() + 1, out.end(), out.begin()) && deaf(a_case, kernel, nullptr);
}

// Attention and nothing else: a reading that makes NaN of a sink, a mask or a softcap makes none here.
Case without_features(Case c) {
  Problem& p = c.problem;
  p.sink = p.zero_kv = p.causal = p.custom_positions = false;
  p.window = {}, p.bias = {}, p.rotary = {};
  p.softcap = 0, p.softcap_order = SoftcapOrder::after_bias;
  c.positions = Positions::ordered, c.positions_broadcast = true;
  c.dense_hidden = 0, c.dense_broadcast = {};
  return c;
}

bool gives_no_number(const Case& given, const Kernel& kernel) {
  const Case bare = without_features(given);
  const Case& a_case = refusal(kernel, prepare(bare).call) ? given : bare;
  const Results results = shot(a_case, kernel, prepare(a_case));
  return whole(results) && !results.out.empty() &&
         std::all_of(results.out.begin(), results.out.end(), [](double x) { return std::isnan(x); });
}

bool differs_each_time(const Case& a_case, const Kernel& kernel) {
  const Prepared in = prepare(a_case);
  const Results first = shot(a_case, kernel, in);
  for (int again = 0; again < 3; ++again) {
    const Results next = shot(a_case, kernel, in);
    if (whole(first) && whole(next) && !same(first.out, next.out)) return true;
  }
  return false;
}

bool changes_its_inputs(const Case& a_case, const Kernel& kernel) {
  const Prepared in = prepare(a_case);
  const std::uint64_t before = hash(in.call.tensors);
  shot(a_case, kernel, in);
  return hash(in.call.tensors) != before;
}

bool deaf_to_values(const Case& a_case, const Kernel& kernel) { return deaf(a_case, kernel, values); }
bool deaf_to_queries_and_keys(const Case& a_case, const Kernel& kernel) { return deaf(a_case, kernel, queries_and_keys); }
bool remembers_by_address(const Case& a_case, const Kernel& kernel) { return deaf(a_case, kernel, nullptr); }

// The same sequence, beside others that have changed.
bool sees_its_neighbours(const Case& a_case, const Kernel& kernel) {
  if (a_case.problem.batch < 2) return false;
  const Prepared in = prepare(a_case), other = other_data(a_case);
  const Results first = shot(a_case, kernel, in);
  for (const Tensor Tensors::* member :
       {&Tensors::q, &Tensors::memory_k, &Tensors::memory_v, &Tensors::segment_k, &Tensors::segment_v}) {
    const Tensor to = in.call.tensors.*member, from = other.call.tensors.*member;
    overwrite(to.slice(0, 1, a_case.problem.batch - 1), from.slice(0, 1, a_case.problem.batch - 1));
  }
  const Results second = shot(a_case, kernel, in);
  const std::ptrdiff_t own = std::ptrdiff_t(first.out.size()) / a_case.problem.batch;
  return whole(first) && whole(second) &&
         !std::equal(first.out.begin(), first.out.begin() + own, second.out.begin(), same_number);
}

// Zeros in its outputs give the truth, and what they hold otherwise does not.
bool adds_to_its_outputs(const Case& a_case, const Kernel& kernel) {
  const Prepared in = prepare(a_case);
  std::optional<Verdict> outside;
  const Certified& certified = certify(in.call, kernel, a_case.options, 0, outside);
  if (outside || in.call.problem.queries == 0) return false;
  Results over_poison = run(kernel, in.call, a_case.options, Layout::bhnd);
  over_poison.lse.clear();
  if (whole(over_poison) && compare(over_poison, certified).outcome != Outcome::failed) return false;
  const Problem& p = in.call.problem;
  std::vector<std::byte> memory(std::size_t(p.batch * p.heads * p.queries * p.value_dim) * bytes(p.type));
  Tensors tensors = in.call.tensors;
  const std::int64_t row = p.value_dim, head = p.queries * row, sequence = p.heads * head;
  tensors.out = {memory.data(), p.type, 4, {p.batch, p.heads, p.queries, p.value_dim}, {sequence, head, row, 1}};
  try {
    kernel.run(p, tensors, a_case.options);
  } catch (...) {
    return false;
  }
  Results results{p.batch, p.heads, p.queries, p.value_dim, {}, {}, ""};
  for (std::size_t at = 0; at < memory.size(); at += bytes(p.type)) results.out.push_back(decode(memory.data() + at, p.type));
  return compare(results, certified).outcome == Outcome::passed;
}

// Other data elsewhere give the answer of these, to the bit: what does not lie where it lay can't be remembered by that.
bool never_looks(const Case& a_case, const Kernel& kernel) {
  if (kernel.contiguous || !truth_moves(a_case, kernel, nullptr)) return false;
  Case moved = a_case;
  moved.layout = a_case.layout == Layout::padded ? Layout::bhnd : Layout::padded;
  const Results here = shot(a_case, kernel, prepare(a_case)), there = shot(moved, kernel, other_data(moved));
  return whole(here) && whole(there) && all_numbers(here) && same(here.out, there.out);
}

constexpr std::array<Conduct, 10> table{{
    {"gives-no-number", "gives NaN everywhere, which no comparison in the positive form lets through", gives_no_number},
    {"changes-its-inputs", "writes to its inputs", changes_its_inputs},
    {"differs-each-time", "gives another answer each time, to the same call", differs_each_time},
    {"gives-a-constant", "gives one number everywhere, whatever its inputs", gives_a_constant},
    {"never-looks", "never looks at its inputs: other data in other places leave every bit of the output", never_looks},
    {"remembers-by-address", "remembers its results by where its inputs lie: other data in the same memory get the old answer",
     remembers_by_address},
    {"adds-to-its-outputs", "adds to what its outputs held before, in place of writing them", adds_to_its_outputs},
    {"ignores-queries-and-keys",
     "never looks at queries and keys: others in their place leave every bit of the output, as of a mean of the values",
     deaf_to_queries_and_keys},
    {"ignores-its-values", "never looks at the values: others in their place leave every bit of the output", deaf_to_values},
    {"sees-its-neighbours", "looks at other sequences of the batch: they change the answer for a sequence that stays",
     sees_its_neighbours},
}};

// More rows, columns and sequences, and ordinary values: what a smallest case is too small to show.
Case plain(Case c) {
  Problem& p = c.problem;
  p.batch = std::max<std::int64_t>(p.batch, 2);
  p.value_dim = std::max<std::int64_t>(p.value_dim, 4);
  p.queries = std::max<std::int64_t>(p.queries, 3);
  p.segment = std::max(p.segment, p.queries + 2);
  c.key_mask = c.memory_mask = c.attention_mask = {};
  c.values = Values::normal;
  return c;
}

}  // namespace

std::span<const Conduct> conducts() { return table; }

const Conduct* conduct_of(const Case& a_case, const Kernel& kernel) {
  const Case larger = plain(a_case);
  const bool larger_taken = validate(larger) && !refusal(kernel, prepare(larger).call);
  for (const Conduct& conduct : table)
    if (conduct.shows(larger_taken ? larger : a_case, kernel)) return &conduct;
  return nullptr;
}

}  // namespace boresight::properties
