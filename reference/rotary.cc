#include "reference/rotary.h"

#include <cmath>

#include "reference/decode.h"

namespace boresight::reference {
namespace {

struct Pair {
  Index a, b;
};

Pair pair(const Rotary& rotary, Index r) {
  return rotary.pairs == RotaryPairs::adjacent ? Pair{2 * r, 2 * r + 1} : Pair{r, r + rotary.dims / 2};
}

double rescaled_base(const Problem& problem) {
  const double rotated = double(problem.rotary.dims);
  const double base = parameter(problem, problem.rotary.base);
  if (problem.rotary.dims == 2) return base;
  return base * std::pow(parameter(problem, problem.rotary.base_rescale), rotated / (rotated - 2));
}

// z_r^u for queries and z_r^-u for keys, u = (t - center) / scale_base.
void make_factors(const Problem& problem, const Tensors& tensors, const Vector& position, Role role, Matrix& factor) {
  const Xpos& xpos = problem.rotary.xpos;
  const double center = parameter(problem, xpos.center), scale_base = parameter(problem, xpos.scale_base);
  Vector z;
  xpos_scales(problem, tensors, z);
  factor.resize(position.size(), z.size());
  for (Index row = 0; row < factor.rows(); ++row) {
    const double u = (position[row] - center) / scale_base;
    for (Index r = 0; r < factor.cols(); ++r) factor(row, r) = std::pow(z[r], role == Role::query ? u : -u);
  }
}

}  // namespace

void inverse_frequencies(const Problem& problem, const Tensors& tensors, Vector& out) {
  if (problem.rotary.frequencies_as_data) return decode_row(tensors.inverse_frequency, out);
  const double base = rescaled_base(problem), rotated = double(problem.rotary.dims);
  out.resize(problem.rotary.dims / 2);
  for (Index r = 0; r < out.size(); ++r) out[r] = parameter(problem, std::pow(base, -2 * double(r) / rotated));
}

void xpos_scales(const Problem& problem, const Tensors& tensors, Vector& out) {
  if (problem.rotary.xpos.scales_as_data) return decode_row(tensors.xpos_scale, out);
  const double rotated = double(problem.rotary.dims);
  out.resize(problem.rotary.dims / 2);
  for (Index r = 0; r < out.size(); ++r) out[r] = parameter(problem, (2 * double(r) + 0.4 * rotated) / (1.4 * rotated));
}

void make_turns(const Problem& problem, const Tensors& tensors, const Vector& frequency, const Vector& position, Role role,
                Turns& turns) {
  const double interpolation = parameter(problem, problem.rotary.interpolation);
  turns.cosine.resize(position.size(), frequency.size());
  turns.sine.resize(position.size(), frequency.size());
  for (Index row = 0; row < position.size(); ++row) {
    for (Index r = 0; r < frequency.size(); ++r) {
      const double angle = position[row] / interpolation * frequency[r];
      turns.cosine(row, r) = std::cos(angle);
      turns.sine(row, r) = std::sin(angle);
    }
  }
  turns.factor.resize(0, 0);
  if (problem.rotary.xpos.on) make_factors(problem, tensors, position, role, turns.factor);
}

void turn(const Rotary& rotary, const Turns& turns, Index first_row, Matrix& rows) {
  const bool scaled = turns.factor.size() > 0;
  for (Index row = 0; row < turns.cosine.rows(); ++row) {
    for (Index r = 0; r < turns.cosine.cols(); ++r) {
      const Pair at = pair(rotary, r);
      double& a = rows(first_row + row, at.a);
      double& b = rows(first_row + row, at.b);
      const double cosine = turns.cosine(row, r), sine = turns.sine(row, r), factor = scaled ? turns.factor(row, r) : 1;
      const double turned_a = (a * cosine - b * sine) * factor;
      b = (b * cosine + a * sine) * factor;
      a = turned_a;
    }
  }
}

void sizes(const Rotary& rotary, const Matrix& rows, Matrix& out) {
  if (rotary.dims == 0) {
    out = rows.cwiseAbs();
    return;
  }
  const Index pairs = rotary.dims / 2, straight = rows.cols() - rotary.dims;
  out.resize(rows.rows(), pairs + straight);
  if (rows.rows() == 0) return;
  out.rightCols(straight) = rows.rightCols(straight).cwiseAbs();
  for (Index r = 0; r < pairs; ++r) {
    const Pair at = pair(rotary, r);
    out.col(r) = (rows.col(at.a).cwiseAbs2() + rows.col(at.b).cwiseAbs2()).cwiseSqrt();
  }
}

}  // namespace boresight::reference
