#include "properties/laws/truths.h"

#include <cassert>

#include "properties/readings/power.h"

namespace boresight::properties {

void Truth::renew(const Problem& problem) {
  problem_ = problem;
  invalid_.reset();
  attended_ = false;
  bounds_used_ = 0;
}

const std::string& Truth::invalid(const Call& call) {
  if (invalid_) return *invalid_;
  invalid_.emplace();
  if (const Status status = validate(call.problem); !status) return *invalid_ = "not a valid problem: " + status.error().text();
  if (const Status status = validate(call.problem, call.tensors); !status) *invalid_ = "inputs: " + status.error().text();
  return *invalid_;
}

const reference::Attention& Truth::attention(const Call& call) {
  if (!attended_) reference::attend(call.problem, call.tensors, attention_);
  attended_ = true;
  return attention_;
}

const Truth::Bound& Truth::bound(const Call& call, const Arithmetic& arithmetic) { return bound_of(call, arithmetic); }

bool Truth::some_told(const Call& call, const Arithmetic& arithmetic) {
  Bound& bound = bound_of(call, arithmetic);
  if (!bound.some_told) bound.some_told = readings::some_told(call, arithmetic, {attention_, bound.values});
  return *bound.some_told;
}

Truth::Bound& Truth::bound_of(const Call& call, const Arithmetic& arithmetic) {
  for (std::size_t k = 0; k < bounds_used_; ++k)
    if (bounds_[k].arithmetic == arithmetic) return bounds_[k];
  if (bounds_used_ == bounds_.size()) bounds_.emplace_back();
  Bound& bound = bounds_[bounds_used_++];
  bound.arithmetic = arithmetic;
  bound.some_told.reset();
  reference::error_bound(call.problem, call.tensors, attention(call), arithmetic, bound.values);
  bound.finite = true;
  for (const reference::HeadBound& head : bound.values.heads)
    bound.finite = bound.finite && head.out.allFinite() && head.lse.allFinite();
  return bound;
}

std::shared_ptr<Truths> Truths::of(std::string_view law, const Case& a_case) {
  thread_local std::shared_ptr<Truths> last;
  if (last && last->law_ == law && last->case_ == a_case) return last;
  if (!last || last.use_count() > 1) last = std::make_shared<Truths>();  // somebody still holds the others
  last->law_ = law;
  last->case_ = a_case;
  last->calls_used_ = 0;
  return last;
}

Truth& Truths::call(std::size_t ordinal, const Problem& problem) {
  assert(ordinal <= calls_used_);
  if (ordinal < calls_used_ && calls_[ordinal].problem() == problem) return calls_[ordinal];
  if (ordinal == calls_.size()) calls_.emplace_back();
  calls_[ordinal].renew(problem);
  calls_used_ = ordinal + 1;  // what came after followed from another call
  return calls_[ordinal];
}

}  // namespace boresight::properties
