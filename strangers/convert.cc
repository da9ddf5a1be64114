#include "strangers/convert.h"

#include <fmt/format.h>

namespace boresight::strangers {
namespace {

static_assert(int(Merge::by_lse) == BORESIGHT_MERGE_BY_LSE);  // the two lists of words are the same numbers

// Collects the first promise that can't be one.
class Promises {
 public:
  double error(const char* field, double value) {
    if (!(value >= 0 && value <= 1)) complain(field, fmt::format("{}", value), "0 to 1");
    return value;
  }
  std::int64_t count(const char* field, std::int64_t value) {
    if (!(value >= 0 && value <= (std::int64_t{1} << 40))) complain(field, fmt::format("{}", value), "0 to 2^40");
    return value;
  }
  Type type(const char* field, std::int32_t value) {
    const bool known = value >= BORESIGHT_F32 && value <= BORESIGHT_F64;
    if (!known) complain(field, fmt::format("{}", value), "BORESIGHT_F32, _BF16, _F16 or _F64");
    return known ? Type(value) : Type::f32;
  }
  std::int32_t between(const char* field, std::int32_t value, std::int32_t least, std::int32_t most) {
    if (value < least || value > most) complain(field, fmt::format("{}", value), fmt::format("{} to {}", least, most));
    return value;
  }
  const Error& error() const { return error_; }
  bool kept() const { return error_.what.empty(); }

 private:
  void complain(const char* field, const std::string& value, const std::string& right) {
    if (kept()) error_ = {fmt::format("{} is {}", field, value), "", "allowed: " + right};
  }
  Error error_;
};

}  // namespace

boresight_arithmetic plain_arithmetic(const Problem& problem) {
  const Arithmetic plain;
  boresight_arithmetic c{};
  c.accumulator_roundoff = plain.accumulator_roundoff;
  c.dot_chain = problem.head_dim;
  c.value_chain = problem.columns() + 2;
  c.rescales = problem.columns() + 1;
  c.exp_argument_roundings = plain.exp_argument_roundings;
  c.exp_error = plain.exp_error, c.tanh_error = plain.tanh_error, c.log_error = plain.log_error;
  c.angle_error = plain.angle_error, c.turn_error = plain.turn_error;
  return c;
}

Result<Arithmetic> from_c(const boresight_arithmetic& c) {
  Promises promises;
  Arithmetic arithmetic;
  arithmetic.accumulator_roundoff = promises.error("accumulator_roundoff", c.accumulator_roundoff);
  arithmetic.dot_chain = promises.count("dot_chain", c.dot_chain);
  arithmetic.value_chain = promises.count("value_chain", c.value_chain);
  arithmetic.rescales = promises.count("rescales", c.rescales);
  arithmetic.accumulator = promises.type("accumulator", c.accumulator);
  arithmetic.rotated = promises.type("rotated", c.rotated);
  arithmetic.scaled_query = promises.type("scaled_query", c.scaled_query);
  arithmetic.scores = promises.type("scores", c.scores);
  arithmetic.weights = promises.type("weights", c.weights);
  arithmetic.exp_argument_roundings = promises.between("exp_argument_roundings", c.exp_argument_roundings, 0, 16);
  arithmetic.exp_error = promises.error("exp_error", c.exp_error);
  arithmetic.tanh_error = promises.error("tanh_error", c.tanh_error);
  arithmetic.log_error = promises.error("log_error", c.log_error);
  arithmetic.angle_error = promises.error("angle_error", c.angle_error);
  arithmetic.turn_error = promises.error("turn_error", c.turn_error);
  arithmetic.flushes_subnormals = c.flushes_subnormals != 0;
  arithmetic.merge = Merge(promises.between("merge", c.merge, BORESIGHT_MERGE_BY_MAX_AND_SUM, BORESIGHT_MERGE_BY_LSE));
  if (!promises.kept()) return promises.error();
  return arithmetic;
}

}  // namespace boresight::strangers
