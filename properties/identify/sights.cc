#include "properties/identify/sights.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "problem/token.h"
#include "properties/identify/aspects.h"

namespace boresight::properties::identify {
namespace {

Case scene(std::string_view token) {
  const Result<Case> parsed = parse_token(token);
  assert(parsed);
  return *parsed;
}

// Calls with nothing in them that a kernel could refuse, but for what it can't do without.
constexpr std::string_view plain = "bs1 b1 h2 d8 n4 s6";

std::string refusal_of(const Kernel& kernel, const Case& c) {
  const Prepared prepared = prepare(c);
  const auto refused = refusal(kernel, prepared.call);
  return refused ? refused->why : "";
}

std::int64_t up(std::int64_t size, std::int64_t multiple) { return (size + multiple - 1) / multiple * multiple; }

void add_bias(Bias& bias, BiasKind kind, std::int64_t heads) {
  if (kind == BiasKind::none || bias.kind != BiasKind::none) return;
  bias.kind = kind;
  bias.alibi_heads = kind == BiasKind::alibi ? heads : 0;
}

void resize(Problem& p, const Fitting& fitting) {
  const bool taller = p.queries > p.segment;
  p.queries = up(p.queries, fitting.multiple);
  p.segment = up(p.segment, fitting.multiple);
  if (taller && p.queries <= p.segment) p.queries = p.segment + fitting.multiple;
  if (fitting.square) p.segment = p.queries;
}

void widen(Problem& p, std::int64_t width) {
  if (p.rotary.dims > 0) p.rotary.dims = p.rotary.dims * width / p.head_dim / 2 * 2;
  p.head_dim = p.value_dim = width;
}

// Of the two kinds of slopes.
bool takes_slopes_as_data_alone(const Kernel& kernel, Fitting fitting) {
  const Case alibi = scene("bs1 b1 h2 d8 n4 s6 bias=alibi");
  fitting.slopes_as_data = false;
  const bool takes_geometric = refusal_of(kernel, fitted(alibi, fitting)).empty();
  fitting.slopes_as_data = true;
  return !takes_geometric && refusal_of(kernel, fitted(alibi, fitting)).empty();
}

}  // namespace

Fitting fitting_of(const Kernel& kernel) {
  Fitting fitting;
  fitting.refusal = refusal_of(kernel, scene(plain));
  for (const std::int64_t multiple : {1, 16, 64, 128})
    for (const bool square : {false, true})
      for (const bool causal : {false, true})
        for (const Type type : {Type::f32, Type::f16, Type::bf16})
          for (const std::int64_t width : {0, 16, 32, 64, 128})
            for (const BiasKind bias : {BiasKind::none, BiasKind::alibi, BiasKind::dense, BiasKind::relative_buckets})
              for (const bool slopes_as_data : {false, true}) {
                Fitting tried{type, width, multiple, causal, square, bias, true, slopes_as_data, ""};
                if (!refusal_of(kernel, fitted(scene(plain), tried)).empty()) continue;
                tried.slopes_as_data = takes_slopes_as_data_alone(kernel, tried);
                return tried;
              }
  return fitting;
}

namespace {

// With heads that fill a vector, where the kernel is free to take them: some paths are for those alone.
Fitting widened(const Kernel& kernel, Fitting fitting) {
  if (fitting.width != 0) return fitting;
  fitting.width = 16;
  const bool takes = refusal_of(kernel, fitted(scene(plain), fitting)).empty();
  fitting.width = takes ? fitting.width : 0;
  return fitting;
}

}  // namespace

Case fitted(Case c, const Fitting& fitting) {
  c.problem.type = fitting.type;
  resize(c.problem, fitting);
  if (fitting.width > 0) widen(c.problem, fitting.width);
  c.problem.causal = c.problem.causal || fitting.causal;
  add_bias(c.problem.bias, fitting.bias, c.problem.heads);
  if (fitting.slopes_as_data && c.problem.bias.kind == BiasKind::alibi) c.problem.bias.slopes = Slopes::per_head;
  return c;
}

Sight look(Stage& stage, const Kernel& kernel, Results* agreeing) {
  Sight sight;
  sight.stage = &stage;
  sight.seen = readings::seen_of(kernel);
  if (const auto refused = refusal(kernel, stage.call())) {
    sight.state = State::refused, sight.why = refused->why;
    return sight;
  }
  const Case& c = stage.a_case();
  sight.arithmetic = kernel.arithmetic(c.problem, c.options);
  const Certified* const certified = stage.certified(sight.arithmetic);
  if (certified == nullptr) return sight;
  const Prepared used = prepare(c);  // the kernel may write to its inputs
  sight.results = run(kernel, used.call, c.options, c.layout);
  sight.hung = sight.results.hung;
  if (!sight.results.broken.empty()) {
    sight.state = State::broken, sight.why = sight.results.broken;
    return sight;
  }
  sight.wrong = readings::first_wrong({stage.call(), sight.arithmetic, *certified, sight.results});
  sight.state = sight.wrong ? State::departs : State::agrees;
  if (!sight.wrong && agreeing != nullptr) *agreeing = std::move(sight.results);
  if (!sight.wrong) sight.results = {};
  return sight;
}

Sights look_at_all(Stages& stages, const Kernel& kernel, const Fitting& fitting, std::uint64_t seed) {
  Sights sights;
  const Fitting wider = widened(kernel, fitting);
  std::map<const Stage*, std::size_t> seen;
  for (int round = 0; round < rounds; ++round)
    for (std::size_t a = 0; a < aspects().size(); ++a)
      for (const std::string_view token : aspects()[a].scenes) {
        Case c = fitted(scene(token), round == 0 ? fitting : wider);
        c.seed = seed + std::uint64_t(round);
        if (!validate(c) || (round > 0 && c.problem.segment > long_segment)) continue;
        Stage& stage = stages.of(c);
        const auto [at, is_new] = seen.try_emplace(&stage, sights.all.size());
        if (is_new) {
          if (sights.hangs >= hangs_max) {
            sights.stopped = true;
            return sights;
          }
          sights.all.push_back(look(stage, kernel));
          sights.hangs += sights.all.back().hung ? 1 : 0;
        }
        std::vector<std::size_t>& owners = sights.all[at->second].aspects;
        if (std::find(owners.begin(), owners.end(), a) == owners.end()) owners.push_back(a);
      }
  return sights;
}

}  // namespace boresight::properties::identify
