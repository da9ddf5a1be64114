// What a pair of entries gives to a score, as a point of the plane: a key on the pair's first entry shows factor * cos(angle),
// a key on its partner factor * sin(angle). The point's direction is the angle, its length the factor (that of XPOS, 1 without
// it). Each departs by itself, and by more than is known of the two moves that show it.
#pragma once

#include <cmath>

#include "properties/probe/fact_call.h"

namespace boresight::properties::probe {

struct Apart {
  bool angle, factor;
};

struct Turned {
  Moved cosine, sine;
  double cosine_unit, sine_unit;  // nats that 1 moves a score by

  double angle() const { return std::atan2(sine.got / sine_unit, cosine.got / cosine_unit); }
  double right_angle() const { return std::atan2(sine.right / sine_unit, cosine.right / cosine_unit); }
  double factor() const { return std::hypot(cosine.got / cosine_unit, sine.got / sine_unit); }
  double right_factor() const { return std::hypot(cosine.right / cosine_unit, sine.right / sine_unit); }

  // Where the moves depart by less than tells the two apart, it is the one that is further off; not so where another entry
  // than the right one was asked (`paired` is false): then it is the pair that departs.
  Apart apart(bool paired) const {
    if (!cosine.departs && !sine.departs) return {false, false};
    const double x = cosine.got / cosine_unit, y = sine.got / sine_unit;
    const double right_x = cosine.right / cosine_unit, right_y = sine.right / sine_unit;
    const double known_x = cosine.known / std::abs(cosine_unit), known_y = sine.known / std::abs(sine_unit);
    const double sideways = std::abs(x * right_y - y * right_x) / right_factor();
    const double longer = std::abs(factor() - right_factor());
    const double sideways_max = (known_x * std::abs(right_y) + known_y * std::abs(right_x)) / right_factor();
    const bool angle = !(x * right_x + y * right_y > 0) || !(sideways <= sideways_max);
    const bool factor = !(longer <= std::hypot(known_x, known_y));
    if (angle || factor || !paired) return {angle, factor};
    return {sideways >= longer, sideways < longer};
  }
};

}  // namespace boresight::properties::probe
