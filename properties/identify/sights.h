// What a kernel did on the scenes of all aspects, each fitted to what the kernel takes and run once a round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "problem/kernel.h"
#include "properties/identify/stage.h"

namespace boresight::properties::identify {

// How scenes are fitted to a kernel that does not take them as they are: the first that a plain call is taken in.
struct Fitting {
  Type type = Type::f32;
  std::int64_t width = 0;     // head_dim and value_dim; 0: the scene's
  std::int64_t multiple = 1;  // of queries and of keys
  bool causal = false, square = false;
  BiasKind bias = BiasKind::none;  // where it takes nothing without one
  bool found = false;
  bool slopes_as_data = false;  // it takes no geometric ones
  std::string refusal;          // of the plainest call, where nothing was found
};

Fitting fitting_of(const Kernel& kernel);
Case fitted(Case scene, const Fitting& fitting);

enum class State : std::uint8_t {
  refused,  // the kernel does not support it
  silent,   // out of the domain, or no finite bound
  broken,   // threw, crashed, hung, wrote elsewhere
  agrees,   // with the specification, within the bound
  departs
};

struct Sight {
  Stage* stage = nullptr;
  std::vector<std::size_t> aspects;  // whose scene it is
  State state = State::silent;
  std::string why;  // refused or broken
  bool hung = false;
  Arithmetic arithmetic;                                // that the kernel declares here
  readings::Seen seen = readings::Seen::in_out_or_lse;  // what it gives
  Results results;                                      // where it departs
  std::optional<Mismatch> wrong;                        // likewise
  bool ran() const { return state == State::agrees || state == State::departs; }
};

// One run of a kernel on a stage; `agreeing` gets the results where they agree, which a Sight does not keep.
Sight look(Stage& stage, const Kernel& kernel, Results* agreeing = nullptr);

inline constexpr int rounds = 2;                   // of all scenes, each with other values, and wider heads
inline constexpr std::int64_t long_segment = 100;  // scenes of more keys are run in the first round alone
inline constexpr int hangs_max = 3;                // after so many no further call is made

struct Sights {
  std::vector<Sight> all;
  int hangs = 0;
  bool stopped = false;  // by its hangs
};

Sights look_at_all(Stages& stages, const Kernel& kernel, const Fitting& fitting, std::uint64_t seed);

}  // namespace boresight::properties::identify
