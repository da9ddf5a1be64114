// Rotary positions and XPOS: turning pairs of entries of q and k by their positions.
// Persistent keys and the zero key have no position and are never turned.
#pragma once

#include "problem/problem.h"
#include "problem/tensors.h"
#include "reference/matrix.h"

namespace boresight::reference {

// By how much each row turns, [rows][R/2]. `factor` is the XPOS factor, empty without XPOS.
struct Turns {
  Matrix cosine, sine, factor;
};

enum class Role { query, key };

// base^(-2r/R), the base rescaled by base_rescale^(R/(R-2)), rounded as a parameter; or as given. [R/2]
void inverse_frequencies(const Problem& problem, const Tensors& tensors, Vector& out);

// z_r = (2r + 0.4R) / (1.4R), rounded as a parameter; or as given. [R/2]
void xpos_scales(const Problem& problem, const Tensors& tensors, Vector& out);

// Turns for rows that stand at these positions: angle = t / interpolation * frequency[r], frequency as above.
void make_turns(const Problem& problem, const Tensors& tensors, const Vector& frequency, const Vector& position, Role role,
                Turns& turns);

// Turns rows first_row, first_row + 1, .. by the rows of `turns`.
void turn(const Rotary& rotary, const Turns& turns, Index first_row, Matrix& rows);

// What no turn changes, [rows][D - R/2]: the norm of each pair, then the absolute value of each entry past R.
void sizes(const Rotary& rotary, const Matrix& rows, Matrix& out);

}  // namespace boresight::reference
