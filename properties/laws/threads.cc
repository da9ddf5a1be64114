// The number of threads decides who does the work, never what comes out.
//
//   attend on 1, 2, 3 and 5 threads: the same bits          holds: always
#include "properties/laws/laws.h"
#include "properties/laws/power.h"
#include "properties/laws/trial.h"

namespace boresight::properties {

void prepare_threads(Case&, Choices&) {}

Verdict judge_threads(const Case& a_case, const Kernel& kernel) {
  Trial trial("threads", a_case, kernel);
  const Certificate certificate = trial.certify(trial.call());
  Way way = trial.way();
  way.options.threads = 1;
  const Results alone = trial.run(trial.call(), way, "on one thread");
  for (const int threads : {2, 3, 5}) {
    way.options.threads = threads;
    const Results together = trial.run(trial.call(), way, "on " + std::to_string(threads) + " threads");
    trial.same_bits(together, alone, "one thread and " + std::to_string(threads) + " give different bits");
  }
  trial.needs(some_row_shows(certificate), "no row's weights show in its output");
  return trial.verdict();
}

}  // namespace boresight::properties
