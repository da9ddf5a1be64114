#include "properties/lint/subject.h"

#include <limits>

#include "problem/values.h"
#include "properties/glob.h"
#include "properties/lint/workers.h"
#include "properties/readings/misread_kernel.h"
#include "properties/readings/number.h"
#include "properties/readings/power.h"

namespace boresight::properties::lint {
namespace {

constexpr char control[] = "alibi-constant-row-shift";

double mean_of_values(const Problem& p, const Tensors& t, std::int64_t b, std::int64_t h, std::int64_t d) {
  const std::int64_t g = p.head_map == HeadMap::tiled ? h % p.kv_heads : h / (p.heads / p.kv_heads);
  double sum = 0;
  for (std::int64_t c = 0; c < p.mem_kv; ++c) sum += readings::number(t.mem_v, g, c, d);
  for (std::int64_t c = 0; c < p.memories; ++c) sum += readings::number(t.memory_v, b, g, c, d);
  for (std::int64_t c = 0; c < p.segment; ++c) sum += readings::number(t.segment_v, b, g, c, d);
  return p.columns() > 0 ? sum / double(p.columns()) : 0;
}

void answer(Answer what, const Problem& p, const Tensors& t) {
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      for (std::int64_t d = 0; d < p.value_dim; ++d) {
        double x = what == Answer::nan ? std::numeric_limits<double>::quiet_NaN() : 0;
        if (what == Answer::mean_of_values) x = mean_of_values(p, t, b, h, d);
        for (std::int64_t i = 0; i < p.queries; ++i) store(t.out.data, t.out.type, t.out.offset(b, h, i, d), x);
      }
      for (std::int64_t i = 0; t.lse && i < p.queries; ++i) store(t.lse.data, t.lse.type, t.lse.offset(b, h, i), 0);
    }
}

Features causal_alibi() {
  Features features = no_features();
  features.a_case.problem.causal = true;
  features.a_case.problem.bias.kind = BiasKind::alibi;
  features.a_case.problem.bias.alibi_heads = features.a_case.problem.heads;
  return features;
}

}  // namespace

std::vector<Subject> reading_subjects(std::string_view patterns, std::uint64_t seed, int threads) {
  std::vector<Subject> subjects;
  for (const readings::Reading& reading : readings::all_readings())
    if (matches(patterns, reading.id)) subjects.push_back({reading.id, &reading, Answer::a_reading, {}, false});
  each_job(subjects.size(), threads, [&](std::size_t k) { subjects[k].features = least_features(*subjects[k].reading, seed); });
  return subjects;
}

std::vector<Subject> other_subjects() {
  std::vector<Subject> subjects{{"the-mean-of-all-values", nullptr, Answer::mean_of_values, no_features(), false},
                                {"zeros", nullptr, Answer::zeros, no_features(), false},
                                {"nan-everywhere", nullptr, Answer::nan, no_features(), false}};
  for (const readings::Reading& reading : readings::all_readings())
    if (std::string_view(reading.id) == control)
      subjects.push_back({std::string(control) + " (no persistent columns)", &reading, Answer::a_reading, causal_alibi(), true});
  return subjects;
}

Kernel kernel(const Subject& subject) {
  if (subject.answer == Answer::a_reading) return readings::misread_kernel(*subject.reading);
  Kernel kernel = readings::misread_kernel(subject.id, readings::by_the_book);
  kernel.run = [what = subject.answer](const Problem& p, const Tensors& t, const Options&) { answer(what, p, t); };
  return kernel;
}

bool may_show(const Subject& subject, const Problem& problem) {
  return subject.reading == nullptr || readings::applies(*subject.reading, problem);
}

std::string words(const Subject& subject, const Problem& problem) {
  switch (subject.answer) {
    case Answer::a_reading:
      return readings::words(*subject.reading, problem);
    case Answer::mean_of_values:
      return "answers the mean of all values, whatever the queries and keys";
    case Answer::zeros:
      return "answers 0";
    case Answer::nan:
      return "answers NaN";
  }
  return "";
}

}  // namespace boresight::properties::lint
