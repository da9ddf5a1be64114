#include "properties/identify/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "problem/token.h"
#include "properties/readings/misread_kernel.h"

namespace boresight::properties::identify {
namespace {

constexpr Rung rungs[] = {
    {"f32 throughout", [](Arithmetic&) {}},
    {"f32, accumulators truncating", [](Arithmetic& a) { a.accumulator_roundoff = 0x1p-23; }},
    {"f32, a fast exponential (2^-20)", [](Arithmetic& a) { a.accumulator_roundoff = 0x1p-23, a.exp_error = 0x1p-20; }},
    {"weights in f16", [](Arithmetic& a) { a.accumulator_roundoff = 0x1p-23, a.exp_error = 0x1p-20, a.weights = Type::f16; }},
    {"weights in bf16", [](Arithmetic& a) { a.accumulator_roundoff = 0x1p-23, a.exp_error = 0x1p-20, a.weights = Type::bf16; }},
    {"weights and scores in f16",
     [](Arithmetic& a) {
       a.accumulator_roundoff = 0x1p-23, a.exp_error = 0x1p-20, a.weights = a.scores = a.scaled_query = a.rotated = Type::f16;
     }},
    {"weights and scores in bf16",
     [](Arithmetic& a) {
       a.accumulator_roundoff = 0x1p-23, a.exp_error = 0x1p-20, a.weights = a.scores = a.scaled_query = a.rotated = Type::bf16;
     }},
};

// Plain calls of some length, wide and narrow rows of scores, large and small ones; then with what kernels take besides.
constexpr std::string_view cases[] = {
    "bs1 b1 h2 d64 n8 s8",
    "bs1 b1 h2 d64 n8 s96",
    "bs1 b1 h2 d64 n8 s96 values=large",
    "bs1 b1 h2 d64 n8 s96 values=dominant",
    "bs1 b1 h2 d64 n8 s96 values=offset",
    "bs1 b1 h2 d64 n1 s300",
    "bs1 b1 h2 d64 n8 s96 causal",
    "bs1 b1 h2 d64 n8 s96 causal bias=alibi",
    "bs1 b1 h2 d64 n8 s96 bias=dense",
};

// What a rung allows is allowed by another one too.
bool within(const Arithmetic& a, const Arithmetic& b) {
  const auto narrower = [](Type x, Type y) { return unit_roundoff(x) <= unit_roundoff(y); };
  return a.accumulator_roundoff <= b.accumulator_roundoff && narrower(a.accumulator, b.accumulator) &&
         narrower(a.rotated, b.rotated) && narrower(a.scaled_query, b.scaled_query) && narrower(a.scores, b.scores) &&
         narrower(a.weights, b.weights) && a.exp_error <= b.exp_error;
}

// The first rung that allows what is declared; past the end: none does.
std::size_t declared_rung(const Arithmetic& declared, const Problem& problem) {
  std::size_t r = 0;
  while (r < std::size(rungs) && !within(declared, arithmetic_of(rungs[r], problem))) ++r;
  return r;
}

// The largest error over a bound, of all that one run computed.
double largest(const Results& got, const Certified& certified) { return compare(got, certified).largest; }

constexpr double infinite = std::numeric_limits<double>::infinity();

// What all agreement cases of one type of problem say.
struct Climb {
  int agreeing = 0;
  double over_declared = 0;
  std::vector<double> over = std::vector<double>(std::size(rungs), 0);
  std::size_t declared = 0;

  void add(const Sight& sight, const Results& got) {
    Stage& stage = *sight.stage;
    ++agreeing;
    over_declared = std::max(over_declared, largest(got, *stage.certified(sight.arithmetic)));
    declared = std::max(declared, declared_rung(sight.arithmetic, stage.call().problem));
    for (std::size_t r = 0; r < std::size(rungs); ++r) {
      const Certified* const bound = stage.certified(arithmetic_of(rungs[r], stage.call().problem));
      const double ratio = bound == nullptr ? infinite : largest(got, *bound);
      over[r] = std::max(over[r], ratio);
    }
  }
  std::size_t seen() const {
    return std::size_t(std::find_if(over.begin(), over.end(), [](double x) { return x <= 1; }) - over.begin());
  }
};

std::string words(const Climb& climb) {
  const auto rung = [](std::size_t r) {
    return r < std::size(rungs) ? rungs[r].name : std::string_view("looser than every rung");
  };
  // Rounded up, so that kernels of one source on several instruction sets say the same.
  const auto share = [](double ratio) { return fmt::format("at most {:.1f} of its bound", std::ceil(ratio * 10) / 10); };
  std::string text = fmt::format("declared {}, {}; seen ", rung(climb.declared), share(climb.over_declared));
  const std::size_t seen = climb.seen();
  if (seen == std::size(rungs)) return text + "none of the rungs holds";
  text += fmt::format("{}, {}", rung(seen), share(climb.over[seen]));
  if (seen < climb.declared) text += ": a tighter promise would hold on these cases";
  return text;
}

}  // namespace

std::span<const Rung> ladder() { return rungs; }

Arithmetic arithmetic_of(const Rung& rung, const Problem& problem) {
  Arithmetic arithmetic = readings::careful_arithmetic(problem);
  arithmetic.exp_argument_roundings = 2;  // by way of exp2
  rung.loosen(arithmetic);
  return arithmetic;
}

Row arithmetic_seen(const Kernel& kernel, const Fitting& fitting, std::uint64_t seed, Stages& stages) {
  Row row;
  row.name = "arithmetic seen";
  row.convention = "the tightest of some arithmetics under whose certified bound all that agrees lies: of these cases, no proof";
  int hangs = 0;
  for (const Type type : {Type::f32, Type::bf16, Type::f16}) {
    Fitting with = fitting;
    with.type = type;
    Climb climb;
    for (const std::string_view token : cases) {
      Case c = fitted(parse_token(token).value(), with);
      c.seed = seed;
      if (!validate(c) || hangs > 0) continue;
      Results got;
      const Sight sight = look(stages.of(c), kernel, &got);
      hangs += sight.hung ? 1 : 0;
      if (sight.state == State::agrees) climb.add(sight, got);
    }
    if (climb.agreeing == 0) continue;
    row.measured.push_back(fmt::format("{}, on {} case{} of agreement: {}", name(type), climb.agreeing,
                                       climb.agreeing == 1 ? "" : "s", words(climb)));
  }
  row.answer = row.measured.empty() ? Answer::untold : Answer::told;
  if (row.measured.empty()) row.words = "no case of agreement to take it from";
  return row;
}

}  // namespace boresight::properties::identify
