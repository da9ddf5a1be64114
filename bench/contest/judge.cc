// The judge for who has no Python package of ours (bench/gpu.py on a machine with a GPU): truth and certified bound of a call
// whose tensors are in the host's memory, by the C interface, once for all who compute it.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include "problem/c_interface.h"
#include "problem/c_words.h"
#include "reference/attention.h"
#include "reference/decode.h"
#include "reference/error_bound.h"
#include "strangers/convert.h"

struct boresight_judgement {
  boresight::Problem problem;
  boresight::reference::Attention truth;
  boresight::reference::ErrorBound bound;
};

using namespace boresight;

extern "C" {
// Truth and bound under this arithmetic, in *made; tensors->out is what else is to be judged, of the same shape. NULL; or what is
// wrong.
BORESIGHT_PUBLIC const char* boresight_judge_prepare(const boresight_problem* problem, const boresight_tensors* tensors,
                                                     const boresight_arithmetic* declared, boresight_judgement** made) {
  return in_words([&]() -> Status {
    const Result<Problem> ours = from_c(*problem);
    if (!ours) return ours.error();
    const Result<Tensors> there = from_c(*tensors, Data::there);
    if (!there) return there.error();
    if (Status status = validate(*ours); !status) return status;
    if (Status status = validate(*ours, *there); !status) return status;
    const Result<Arithmetic> arithmetic = strangers::from_c(*declared);
    if (!arithmetic) return arithmetic.error();
    auto judgement = std::make_unique<boresight_judgement>();
    judgement->problem = *ours;
    reference::attend(*ours, *there, judgement->truth);
    if (!judgement->truth.out_of_domain.empty()) return Error{judgement->truth.out_of_domain, "", ""};
    reference::error_bound(*ours, *there, judgement->truth, *arithmetic, judgement->bound);
    *made = judgement.release();
    return ok();
  });
}

// The largest error of tensors->out as a fraction of the bound, and the largest error. A NaN is infinitely far off.
BORESIGHT_PUBLIC const char* boresight_judge_error(const boresight_judgement* judgement, const boresight_tensors* tensors,
                                                   double* fraction, double* error) {
  return in_words([&]() -> Status {
    const Result<Tensors> there = from_c(*tensors, Data::there);
    if (!there) return there.error();
    const Problem& problem = judgement->problem;
    if (Status status = validate(problem, *there); !status) return status;
    *fraction = *error = 0;
    for (std::int64_t head = 0; head < problem.batch * problem.heads; ++head) {
      const auto at = std::size_t(head);
      for (std::int64_t i = 0; i < problem.queries; ++i)
        for (std::int64_t d = 0; d < problem.value_dim; ++d) {
          const double found = reference::element(there->out, head / problem.heads, head % problem.heads, i, d);
          const double off = std::fabs(found - judgement->truth.heads[at].out(i, d));
          const double of_bound = off == 0 ? 0 : off / judgement->bound.heads[at].out(i, d);
          *error = std::max(*error, off);
          *fraction = std::max(*fraction, std::isnan(of_bound) ? std::numeric_limits<double>::infinity() : of_bound);
        }
    }
    return ok();
  });
}

BORESIGHT_PUBLIC void boresight_judge_free(boresight_judgement* judgement) { delete judgement; }

// What a declared arithmetic comes filled in with: a plain loop in f32.
BORESIGHT_PUBLIC void boresight_plain_arithmetic(const boresight_problem* problem, boresight_arithmetic* declared) {
  if (const auto ours = from_c(*problem)) *declared = strangers::plain_arithmetic(*ours);
}
}
