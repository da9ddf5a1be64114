#include "properties/readings/misread_kernel.h"

#include "problem/values.h"
#include "properties/readings/evaluator.h"

namespace boresight::properties::readings {
namespace {

void put(const Tensor& tensor, std::int64_t offset, double value) { store(tensor.data, tensor.type, offset, value); }

void run(const Deciding& decide, const Problem& p, const Tensors& t) {
  const Decisions decisions = decide(p);
  for (std::int64_t b = 0; b < p.batch; ++b)
    for (std::int64_t h = 0; h < p.heads; ++h) {
      const Evaluation e = evaluate(decisions, t, b, h, 0, p.queries);
      for (std::int64_t i = 0; i < p.queries; ++i) {
        for (std::int64_t d = 0; d < p.value_dim; ++d) put(t.out, t.out.offset(b, h, i, d), e.head.out(i, d));
        if (t.lse) put(t.lse, t.lse.offset(b, h, i), e.lse_is_open[std::size_t(i)] ? -1e30 : e.head.lse(i));
      }
    }
}

}  // namespace

Arithmetic careful_arithmetic(const Problem& problem) {
  Arithmetic arithmetic;
  arithmetic.dot_chain = problem.head_dim;
  arithmetic.value_chain = problem.columns() + 2;
  return arithmetic;
}

Kernel misread_kernel(std::string name, Deciding decide) {
  Kernel kernel;
  kernel.name = std::move(name);
  kernel.instruction_set = "any";
  kernel.batch_invariant = true;
  kernel.unsupported = [](const Problem&, const Tensors&) { return std::string(); };
  kernel.arithmetic = [](const Problem& p, const Options&) { return careful_arithmetic(p); };
  kernel.run = [decide = std::move(decide)](const Problem& p, const Tensors& t, const Options&) { run(decide, p, t); };
  return kernel;
}

Kernel misread_kernel(const Reading& reading) {
  return misread_kernel(std::string("misread/") + reading.id, [&reading](const Problem& p) { return under(reading, p); });
}

}  // namespace boresight::properties::readings
