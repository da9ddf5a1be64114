// What a user's test puts into q, keys and values, by name: `normal`, `rand`, `uniform`, `integers`, `sparse-integers`, each
// with a factor if wanted (`normal*0.1`). Every element is a pure function of (seed, tensor, its number).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "problem/result.h"
#include "problem/tensors.h"
#include "problem/values.h"

namespace boresight::properties::lint {

struct Recipe {
  enum class Kind : std::uint8_t {
    normal,          // about N(0, 1)
    rand,            // [0, 1)
    uniform,         // [-1, 1)
    integers,        // -2 .. 2
    sparse_integers  // four in five are 0, the others -2, -1, 1 or 2
  };
  Kind kind = Kind::normal;
  double factor = 1;
  bool operator==(const Recipe&) const = default;
};

Result<Recipe> parse_recipe(std::string_view text);
std::string text(const Recipe& recipe);

// One value from 64 well-mixed bits.
double value(const Recipe& recipe, std::uint64_t bits);

// Every element of the tensor, in any type and layout.
void fill(const Tensor& tensor, const Recipe& recipe, std::uint64_t seed, Source source);

// q, and the keys and values of all three parts.
void fill_rows(const Tensors& tensors, const Recipe& recipe, std::uint64_t seed);

}  // namespace boresight::properties::lint
