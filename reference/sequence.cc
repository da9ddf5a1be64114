#include "reference/sequence.h"

#include "reference/decode.h"
#include "reference/position_bias.h"
#include "reference/visibility.h"

namespace boresight::reference {
namespace {

void place(const Problem& problem, const Tensors& tensors, std::int64_t b, Sequence& sequence) {
  if (problem.custom_positions) {
    decode_row(tensors.query_positions, sequence.query_position, b);
    decode_row(tensors.key_positions, sequence.key_position, b);
    return;
  }
  sequence.query_position.resize(problem.queries);
  for (Index i = 0; i < problem.queries; ++i) sequence.query_position[i] = double(query_position(problem, i));
  sequence.key_position.resize(problem.memories + problem.segment);
  for (Index c = 0; c < sequence.key_position.size(); ++c) {
    sequence.key_position[c] = double(key_position(problem, problem.mem_kv + c));
  }
}

void measure(Sequence& sequence) {
  sequence.distance.resize(sequence.query_position.size(), sequence.key_position.size());
  for (Index i = 0; i < sequence.distance.rows(); ++i) {
    sequence.distance.row(i) = sequence.query_position[i] - sequence.key_position.transpose().array();
  }
}

void sort_into_buckets(const Bias& bias, Sequence& sequence) {
  sequence.bucket.resize(0, 0);
  if (bias.kind != BiasKind::relative_buckets) return;
  sequence.bucket = sequence.distance.array().unaryExpr([&](double d) { return bucket(bias, std::int64_t(d)); });
}

void prepare_turns(const Problem& problem, const Tensors& tensors, Sequence& sequence) {
  sequence.frequency.resize(0);
  if (problem.rotary.dims == 0) {
    sequence.query_turns = sequence.key_turns = Turns{};
    return;
  }
  inverse_frequencies(problem, tensors, sequence.frequency);
  make_turns(problem, tensors, sequence.frequency, sequence.query_position, Role::query, sequence.query_turns);
  make_turns(problem, tensors, sequence.frequency, sequence.key_position, Role::key, sequence.key_turns);
}

bool stands_as_before(const Problem& problem, const Tensors& tensors, std::int64_t b) {
  if (b == 0) return false;
  return !problem.custom_positions || (tensors.query_positions.shape[0] == 1 && tensors.key_positions.shape[0] == 1);
}

}  // namespace

void prepare(const Problem& problem, const Tensors& tensors, std::int64_t b, Sequence& sequence) {
  if (!stands_as_before(problem, tensors, b)) {
    place(problem, tensors, b, sequence);
    measure(sequence);
    sort_into_buckets(problem.bias, sequence);
    prepare_turns(problem, tensors, sequence);
  }
  present_columns(problem, tensors, b, sequence.present);
  visible_by_position(problem, sequence.present, sequence.visible);
}

}  // namespace boresight::reference
