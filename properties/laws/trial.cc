#include "properties/laws/trial.h"

#include <algorithm>
#include <cassert>

namespace boresight::properties {
namespace {

Certificate nothing() {
  static const Certified none;
  return none;
}

}  // namespace

Trial::Trial(std::string_view law, const Case& a_case, const Kernel& kernel)
    : case_(a_case),
      kernel_(kernel),
      inputs_(make_inputs(a_case)),
      call_{a_case.problem, inputs_.tensors},
      truths_(Truths::of(law, a_case)) {}

void Trial::trouble(Verdict verdict) {
  if (going()) trouble_ = std::move(verdict);
}

Certificate Trial::certify(const Call& call, const Way& way) {
  assert(!ran_);  // a kernel may have changed the inputs
  if (!going()) return nothing();
  return certify(truths_->call(calls_++, call.problem), call, way);
}

Certificate Trial::certify_again(const Call& call, const Way& way) {
  assert(!ran_);
  if (!going()) return nothing();
  assert(calls_ > 0);
  return certify(truths_->call(calls_ - 1, call.problem), call, way);
}

bool Trial::some_told(const Call& call) {
  assert(!ran_);
  if (!going()) return false;
  assert(calls_ > 0);
  return truths_->call(calls_ - 1, call.problem).some_told(call, kernel_.arithmetic(call.problem, case_.options));
}

void Trial::accept(const Call& call) {
  assert(!ran_);
  if (going()) taken(truths_->call(calls_++, call.problem), call, kernel_);
}

bool Trial::taken(Truth& truth, const Call& call, const Kernel& kernel) {
  if (const std::string& why = truth.invalid(call); !why.empty())
    skip(why);
  else if (const std::string refused = kernel.unsupported(call.problem, call.tensors); !refused.empty())
    skip("not supported: " + refused);
  return going();
}

Certificate Trial::certify(Truth& truth, const Call& call, const Way& way) {
  if (!taken(truth, call, *way.kernel)) return nothing();
  const reference::Attention& attention = truth.attention(call);
  if (!attention.out_of_domain.empty()) return skip("out of the domain: " + attention.out_of_domain), nothing();
  const Truth::Bound& bound = truth.bound(call, way.kernel->arithmetic(call.problem, way.options));
  if (!bound.finite) return skip("the declared arithmetic has no finite bound here"), nothing();
  return {attention, bound.values};
}

Results Trial::run(const Call& call, const Way& way, std::string_view which) {
  if (!going()) return {};
  ran_ = true;
  Results results = properties::run(*way.kernel, call, way.options, way.layout, way.with_lse, way.skew);
  if (results.broken.empty()) return results;
  Verdict verdict = failed(results.broken + (which.empty() ? "" : " (" + std::string(which) + ")"));
  verdict.hung = results.hung;
  trouble(std::move(verdict));
  return results;
}

void Trial::agree(const Results& got, const Certificate& of, const Results& expected, const Certificate& by,
                  std::string_view otherwise) {
  agree(got, of, expected, by, [](const Element& e) { return std::optional(e); }, otherwise);
}

void Trial::same_bits(const Results& got, const Results& expected, std::string_view otherwise) {
  same_bits(got, expected, [](std::int64_t, std::int64_t, std::int64_t) { return true; }, otherwise);
}

void Trial::see(Verdict verdict, std::string_view otherwise) {
  largest_ = std::max(largest_, verdict.largest);
  if (verdict.outcome != Outcome::failed) return;
  if (!otherwise.empty()) verdict.why = std::string(otherwise) + ": it " + verdict.why;
  trouble(std::move(verdict));
}

void Trial::needs(bool power, std::string_view otherwise) {
  if (!power && powerless_.empty()) powerless_ = otherwise;
}

Verdict Trial::verdict() const {
  if (trouble_) return *trouble_;
  if (!powerless_.empty()) return mistrusted(powerless_, largest_);
  Verdict verdict;
  verdict.largest = largest_;
  return verdict;
}

}  // namespace boresight::properties
