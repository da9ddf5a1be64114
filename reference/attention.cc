#include "reference/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/decode.h"
#include "reference/domain.h"
#include "reference/position_bias.h"
#include "reference/visibility.h"

namespace boresight::reference {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// One head's place in the problem.
struct Place {
  std::int64_t b, h, g;
};

std::int64_t kv_head(const Problem& problem, std::int64_t h) {
  return problem.head_map == HeadMap::grouped ? h / (problem.heads / problem.kv_heads) : h % problem.kv_heads;
}

double sink_of(const Problem& problem, const Tensors& tensors, std::int64_t h) {
  return problem.sink ? element(tensors.sinks, h) : -infinity;
}

// [ zero | mem_kv | memories | segment ]; rows hidden by rule 1 become zero, whatever they hold.
void gather(const Problem& problem, const Tensor& persistent, const Tensor& memory, const Tensor& segment, Place at,
            const Flags& present, Matrix& rows, std::int64_t width) {
  const Index first = first_column(problem);
  rows.resize(head_columns(problem), width);
  rows.topRows(first).setZero();
  if (problem.mem_kv > 0) decode_rows(persistent, rows, first, 0, at.g);
  if (problem.memories > 0) decode_rows(memory, rows, first_positioned(problem), 0, at.b, at.g);
  if (problem.segment > 0) decode_rows(segment, rows, first_positioned(problem) + problem.memories, 0, at.b, at.g);
  for (Index c = 0; c < rows.rows(); ++c) {
    if (!present(0, c)) rows.row(c).setZero();
  }
}

void load(const Problem& problem, const Tensors& tensors, Place at, const Sequence& sequence, Head& head) {
  head.query.resize(problem.queries, problem.head_dim);
  if (problem.queries > 0) decode_rows(tensors.q, head.query, 0, 0, at.b, at.h);
  gather(problem, tensors.mem_k, tensors.memory_k, tensors.segment_k, at, sequence.present, head.key, problem.head_dim);
  gather(problem, tensors.mem_v, tensors.memory_v, tensors.segment_v, at, sequence.present, head.value, problem.value_dim);
}

void turn_by_position(const Problem& problem, const Sequence& sequence, Head& head) {
  if (problem.rotary.dims == 0) return;
  turn(problem.rotary, sequence.query_turns, 0, head.query);
  turn(problem.rotary, sequence.key_turns, first_positioned(problem), head.key);
}

void multiply(const Problem& problem, Head& head) {
  head.product.resize(head.query.rows(), head.key.rows());
  head.product.noalias() = effective_scale(problem) * head.query * head.key.transpose();
}

void measure(const Problem& problem, Head& head) {
  sizes(problem.rotary, head.query, head.query_size);
  sizes(problem.rotary, head.key, head.key_size);
  head.magnitude.resize(head.query.rows(), head.key.rows());
  head.magnitude.noalias() = head.query_size * head.key_size.transpose();
}

void measure_turns(const Problem& problem, const Sequence& sequence, Head& head) {
  if (problem.rotary.dims == 0) {
    head.angle_magnitude.resize(0, 0);
    head.query_turn.resize(0);
    head.key_turn.resize(0);
    return;
  }
  const Index pairs = problem.rotary.dims / 2;
  head.query_turn = sequence.query_position.cwiseAbs();
  head.key_turn.setZero(head.key.rows());
  head.key_turn.tail(sequence.key_position.size()) = sequence.key_position.cwiseAbs();
  head.angle_magnitude.setZero(head.query.rows(), head.key.rows());
  if (head.angle_magnitude.size() == 0) return;
  const Matrix speed = head.query_size.leftCols(pairs) * sequence.frequency.cwiseAbs().asDiagonal();
  head.angle_magnitude.noalias() =
      speed * head.key_size.leftCols(pairs).transpose() / parameter(problem, problem.rotary.interpolation);
}

Matrix cap(const Matrix& score, double softcap) { return softcap * (score.array() / softcap).tanh(); }

void score(const Problem& problem, Head& head) {
  const double softcap = parameter(problem, problem.softcap);
  if (!(softcap > 0)) {
    head.scores = head.product + head.bias;
  } else if (problem.softcap_order == SoftcapOrder::after_bias) {
    head.scores = cap(head.product + head.bias, softcap);
  } else {
    head.scores = cap(head.product, softcap) + head.bias;
  }
}

// Weights and lse of one row; an empty row has no weights, and lse = sink.
void normalise(double sink, Index i, Head& head) {
  const Index columns = head.scores.cols();
  const double* s = head.scores.data() + i * columns;
  const bool* seen = head.visible.data() + i * columns;
  double* w = head.weights.data() + i * columns;
  double m = sink;
  for (Index c = 0; c < columns; ++c) m = seen[c] && s[c] > m ? s[c] : m;
  head.maximum[i] = head.lse[i] = m;
  std::fill_n(w, columns, 0.0);
  if (m == -infinity) return;
  double sum = std::exp(sink - m);
  for (Index c = 0; c < columns; ++c) {
    if (seen[c]) sum += w[c] = std::exp(s[c] - m);
  }
  head.weights.row(i) /= sum;
  head.lse[i] = m + std::log(sum);
}

void softmax(double sink, Head& head) {
  const Index rows = head.scores.rows();
  head.weights.resize(rows, head.scores.cols());
  head.maximum.resize(rows);
  head.lse.resize(rows);
  for (Index i = 0; i < rows; ++i) normalise(sink, i, head);
}

void attend_head(const Problem& problem, const Tensors& tensors, Place at, const Sequence& sequence, Head& head) {
  load(problem, tensors, at, sequence, head);
  turn_by_position(problem, sequence, head);
  head.visible = sequence.visible;
  apply_attention_mask(problem, tensors, at.b, at.h, head.visible);
  position_bias(problem, tensors, sequence, at.b, at.h, head.bias, head.visible);
  multiply(problem, head);
  measure(problem, head);
  measure_turns(problem, sequence, head);
  score(problem, head);
  softmax(sink_of(problem, tensors, at.h), head);
  head.out.noalias() = head.weights * head.value;
}

}  // namespace

void attend(const Problem& problem, const Tensors& tensors, Attention& result) {
  result.heads.resize(problem.batch * problem.heads);
  result.out_of_domain.clear();
  for (std::int64_t b = 0; b < problem.batch; ++b) {
    prepare(problem, tensors, b, result.sequence);
    for (std::int64_t h = 0; h < problem.heads; ++h) {
      Head& head = result.heads[b * problem.heads + h];
      attend_head(problem, tensors, {b, h, kv_head(problem, h)}, result.sequence, head);
      if (result.out_of_domain.empty()) result.out_of_domain = outside_domain(problem, tensors, result.sequence, b, h, head);
    }
  }
}

Attention attend(const Problem& problem, const Tensors& tensors) {
  Attention result;
  attend(problem, tensors, result);
  return result;
}

}  // namespace boresight::reference
