// The judge for who has no Python package of ours (bench/gpu.py on a machine with a GPU): truth and certified bound of a call whose
// tensors are in the host's memory, by the C interface.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <limits>
#include <string>

#include "problem/c_interface.h"
#include "reference/attention.h"
#include "reference/decode.h"
#include "reference/error_bound.h"
#include "strangers/convert.h"

namespace {

using namespace boresight;

struct Off {
  double fraction = 0, error = 0;
};

Off judged(const Problem& problem, const Tensors& tensors, const Arithmetic& arithmetic) {
  const reference::Attention truth = reference::attend(problem, tensors);
  const reference::ErrorBound bound = reference::error_bound(problem, tensors, truth, arithmetic);
  Off off;
  for (std::int64_t head = 0; head < problem.batch * problem.heads; ++head) {
    const auto at = std::size_t(head);
    for (std::int64_t i = 0; i < problem.queries; ++i)
      for (std::int64_t d = 0; d < problem.value_dim; ++d) {
        const double found = reference::element(tensors.out, head / problem.heads, head % problem.heads, i, d);
        const double error = std::fabs(found - truth.heads[at].out(i, d)), allowed = bound.heads[at].out(i, d);
        const double fraction = error == 0 ? 0 : error / allowed;
        off.error = std::max(off.error, error);
        off.fraction = std::max(off.fraction, std::isnan(fraction) ? std::numeric_limits<double>::infinity() : fraction);
      }
  }
  return off;
}

}  // namespace

extern "C" {
// The largest error of tensors->out as a fraction of the bound of this arithmetic, and the largest error. NULL; or what is wrong, in
// words that stay until the next call. A NaN is infinitely far off.
__attribute__((visibility("default"))) const char* boresight_judge(const boresight_problem* problem, const boresight_tensors* tensors,
                                                                   const boresight_arithmetic* declared, double* fraction,
                                                                   double* error) try {
  static std::string said;
  const auto words = [](const Error& wrong) { return (said = wrong.text()).c_str(); };
  const Result<Problem> ours = from_c(*problem);
  if (!ours) return words(ours.error());
  const Result<Tensors> there = from_c(*tensors, Data::there);
  if (!there) return words(there.error());
  if (Status status = validate(*ours); !status) return words(status.error());
  if (Status status = validate(*ours, *there); !status) return words(status.error());
  const Result<Arithmetic> arithmetic = strangers::from_c(*declared);
  if (!arithmetic) return words(arithmetic.error());
  const Off off = judged(*ours, *there, *arithmetic);
  *fraction = off.fraction, *error = off.error;
  return nullptr;
} catch (const std::exception& wrong) {
  static std::string thrown;
  return (thrown = wrong.what()).c_str();
}

// What arithmetic comes filled in with: a plain loop in f32.
__attribute__((visibility("default"))) void boresight_plain_arithmetic(const boresight_problem* problem, boresight_arithmetic* declared) {
  if (const auto ours = boresight::from_c(*problem)) *declared = boresight::strangers::plain_arithmetic(*ours);
}
}
