#include "properties/lint/bench.h"

#include <cassert>

#include "properties/lint/rounding.h"
#include "properties/readings/evaluator.h"
#include "properties/readings/misread_kernel.h"

namespace boresight::properties::lint {
namespace {

Inputs inputs_of(const Setting& setting, const Case& a_case, std::uint64_t seed) {
  Inputs inputs = make_inputs(a_case);
  fill_rows(inputs.tensors, setting.inputs, seed);
  if (setting.slopes) fill(inputs.tensors.slopes, *setting.slopes, seed, Source::slopes);
  if (setting.dense && a_case.dense_hidden == 0) fill(inputs.tensors.dense, *setting.dense, seed, Source::dense);
  return inputs;
}

void append(std::vector<double>& to, const reference::Matrix& from) {
  to.insert(to.end(), from.data(), from.data() + from.size());
}
void append(std::vector<double>& to, const reference::Vector& from) {
  to.insert(to.end(), from.data(), from.data() + from.size());
}

}  // namespace

Setting setting(const Suite& suite, std::uint64_t seed, std::vector<Size> sizes) {
  const auto recipe = [](const char* text) -> std::optional<Recipe> {
    return *text == 0 ? std::nullopt : std::optional(parse_recipe(text).value());
  };
  if (sizes.empty()) sizes = parse_sizes(suite.sizes).value();
  return {suite.id,
          parse_rule(suite.rule).value(),
          *recipe(suite.inputs),
          recipe(suite.slopes),
          recipe(suite.dense),
          suite.type,
          suite.head_dim,
          std::move(sizes),
          suite.trials,
          seed};
}

Case posed(const Setting& setting, const Subject& subject, Size size) {
  Case c = sized(subject.features, size, setting.type, setting.head_dim, setting.seed);
  Bias& bias = c.problem.bias;
  if (!setting.slopes || bias.kind != BiasKind::alibi || bias.slopes != Slopes::geometric) return c;
  Case own = c;
  own.problem.bias.slopes = Slopes::per_head;
  return may_show(subject, own.problem) ? own : c;
}

Bench::Bench(const Setting& setting, const Case& a_case, std::uint64_t seed)
    : type_(setting.type),
      inputs_(inputs_of(setting, a_case, seed)),
      call_{a_case.problem, inputs_.tensors},
      truth_(reference::attend(call_.problem, call_.tensors)),
      shared_(call_.problem, call_.tensors) {
  if (!outside().empty()) return;
  for (const reference::Head& head : truth_.heads) {
    append(out_, head.out);
    append(lse_, head.lse);
  }
}

const std::vector<double>& Bench::answer(const Subject& subject) {
  if (answered_ == &subject) return answer_;
  answered_ = &subject;
  if (subject.reading == nullptr) return answer_ = run(kernel(subject), call_, {}, Layout::bhnd).out;
  const Problem& p = call_.problem;
  const readings::Decisions decisions = readings::under(*subject.reading, p);
  answer_.clear();
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      const reference::Head head = readings::evaluate(decisions, call_.tensors, b, h, 0, p.queries, &shared_).head;
      if (subject.features.by_lse)
        append(answer_, head.lse);
      else
        append(answer_, head.out);
    }
  for (double& x : answer_) x = rounded(subject.features.by_lse ? Type::f32 : type_, x);
  return answer_;
}

Elements Bench::elements(const std::vector<double>& got, const Rule& rule, bool lse) {
  Elements e{got, lse ? lse_ : out_, {}, {}, {}, lse ? Type::f32 : type_, call_.problem.columns()};
  if (rule.needs_eager && !eager_) eager_ = eager(call_.problem, call_.tensors, truth_);
  if (rule.needs_weighed && weighed_.empty())
    for (const reference::Head& head : truth_.heads) append(weighed_, reference::Matrix(head.weights * head.value.cwiseAbs()));
  if (rule.needs_bound && bound_out_.empty()) {
    const Arithmetic arithmetic = readings::careful_arithmetic(call_.problem);
    for (const auto& bound : reference::error_bound(call_.problem, call_.tensors, truth_, arithmetic).heads) {
      append(bound_out_, bound.out);
      append(bound_lse_, bound.lse);
    }
  }
  if (rule.needs_eager) e.eager = lse ? eager_->lse : eager_->out;
  if (rule.needs_bound) e.bound = lse ? bound_lse_ : bound_out_;
  thread_local std::vector<double> zeros;
  if (rule.needs_weighed && lse) zeros.assign(got.size(), 0);  // the absolute way out is for outputs alone
  if (rule.needs_weighed) e.weighed = lse ? zeros : weighed_;
  assert(e.got.size() == e.ref.size());
  return e;
}

double Bench::judge(const Subject& subject, const Rule& rule) {
  return ratio(rule, elements(answer(subject), rule, subject.features.by_lse));
}

double Bench::judge_right(const Rule& rule) {
  std::vector<double> got = out_;
  for (double& x : got) x = rounded(type_, x);
  return ratio(rule, elements(got, rule, false));
}

}  // namespace boresight::properties::lint
