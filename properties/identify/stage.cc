#include "properties/identify/stage.h"

#include <cmath>

#include "problem/token.h"
#include "properties/readings/evaluator.h"
#include "properties/readings/power.h"
#include "reference/error_bound.h"

namespace boresight::properties::identify {
namespace {

bool elements_apart(double a, double b, double bounds) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) != std::isnan(b);
  return a != b && std::abs(a - b) > bounds;
}

}  // namespace

bool apart(const readings::Decisions& a, const readings::Decisions& b, const Call& call, const Arithmetic& arithmetic,
           readings::Seen where, readings::BookProducts* shared) {
  if (a == b) return false;
  const Problem& p = call.problem;
  for (std::int64_t s = 0; s < p.batch; ++s)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      const readings::Evaluation of_a = readings::evaluate(a, call.tensors, s, h, 0, p.queries, shared);
      const readings::Evaluation of_b = readings::evaluate(b, call.tensors, s, h, 0, p.queries, shared);
      const reference::HeadBound around_a = readings::bound(of_a, a, call.tensors, arithmetic);
      const reference::HeadBound around_b = readings::bound(of_b, b, call.tensors, arithmetic);
      for (std::int64_t i = 0; i < p.queries; ++i) {
        for (std::int64_t d = 0; d < p.value_dim; ++d)
          if (elements_apart(of_a.head.out(i, d), of_b.head.out(i, d), around_a.out(i, d) + around_b.out(i, d))) return true;
        if (where == readings::Seen::in_out || of_a.lse_is_open[std::size_t(i)] || of_b.lse_is_open[std::size_t(i)]) continue;
        if (elements_apart(of_a.head.lse(i), of_b.head.lse(i), around_a.lse(i) + around_b.lse(i))) return true;
      }
    }
  return false;
}

Stage::Stage(const Case& a_case)
    : case_(a_case),
      token_(boresight::token(a_case)),
      prepared_(prepare(a_case)),
      truth_(reference::attend(a_case.problem, prepared_.call.tensors)),
      shared_(a_case.problem, prepared_.call.tensors) {}

Stage::Bounded& Stage::bounded(const Arithmetic& arithmetic) {
  for (const auto& bounded : bounds_)
    if (bounded->arithmetic == arithmetic) return *bounded;
  bounds_.push_back(std::make_unique<Bounded>());
  Bounded& made = *bounds_.back();
  made.arithmetic = arithmetic;
  made.finite = truth_.out_of_domain.empty();
  if (!made.finite) return made;
  made.certified.truth = truth_;
  reference::error_bound(case_.problem, call().tensors, made.certified.truth, arithmetic, made.certified.bound);
  for (const reference::HeadBound& bound : made.certified.bound.heads)
    made.finite = made.finite && bound.out.allFinite() && bound.lse.allFinite();
  return made;
}

const Certified* Stage::certified(const Arithmetic& arithmetic) {
  const Bounded& found = bounded(arithmetic);
  return found.finite ? &found.certified : nullptr;
}

bool Stage::tells(const readings::Reading& reading, const Arithmetic& arithmetic, readings::Seen where) {
  Bounded& at = bounded(arithmetic);
  const auto [told, is_new] = at.told.try_emplace({&reading, where}, false);
  if (is_new && at.finite && readings::applies(reading, case_.problem))
    told->second = readings::shows(readings::under(reading, case_.problem), call(), arithmetic, at.certified, &shared_, where);
  return told->second;
}

Stage& Stages::of(const Case& a_case) {
  std::unique_ptr<Stage>& stage = made_[boresight::token(a_case)];
  if (!stage) stage = std::make_unique<Stage>(a_case);
  return *stage;
}

}  // namespace boresight::properties::identify
