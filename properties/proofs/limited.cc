// Z3 looks at its clock between steps, and one step over large products may take minutes: it was seen not to come back. So it
// runs on a thread of its own, which is left behind where it does not end in time.
#include <future>
#include <memory>
#include <thread>

#include "properties/proofs/solver.h"

namespace boresight::proofs {
namespace {

// What a thread that is left behind goes on to use.
struct Left {
  Terms terms;
  std::vector<Place> asserted;
  std::promise<Answer> answer;
};

}  // namespace

Solver limited(Solver solver, std::chrono::milliseconds grace) {
  return [solver = std::move(solver), grace](const Query& query, std::chrono::milliseconds limit) {
    const auto left = std::make_shared<Left>(Left{query.terms, query.asserted, {}});
    std::future<Answer> answer = left->answer.get_future();
    std::thread([left, solver, limit] { left->answer.set_value(solver({left->terms, left->asserted}, limit)); }).detach();
    if (answer.wait_for(limit + grace) == std::future_status::ready) return answer.get();
    return Answer{Answer::Kind::unknown, {}, "timeout, and the solver does not stop"};
  };
}

}  // namespace boresight::proofs
