#include "properties/lint/inputs.h"

#include <cmath>
#include <utility>

#include "problem/codecs.h"
#include "problem/rows.h"

namespace boresight::properties::lint {
namespace {

struct Named {
  const char* name;
  Recipe::Kind kind;
};
constexpr Named names[] = {{"normal", Recipe::Kind::normal},
                           {"rand", Recipe::Kind::rand},
                           {"uniform", Recipe::Kind::uniform},
                           {"integers", Recipe::Kind::integers},
                           {"sparse-integers", Recipe::Kind::sparse_integers}};

double sparse_integer(std::uint64_t bits) {
  if (uniform(bits) >= 0.2) return 0;
  constexpr double sizes[] = {-2, -1, 1, 2};
  return sizes[bits & 3u];
}

double unscaled(Recipe::Kind kind, std::uint64_t bits) {
  switch (kind) {
    case Recipe::Kind::normal:
      return normal(bits);
    case Recipe::Kind::rand:
      return uniform(bits);
    case Recipe::Kind::uniform:
      return 2 * uniform(bits) - 1;
    case Recipe::Kind::integers:
      return small_integer(bits);
    case Recipe::Kind::sparse_integers:
      return sparse_integer(bits);
  }
  return 0;
}

}  // namespace

Result<Recipe> parse_recipe(std::string_view text) {
  const std::size_t star = text.find('*');
  Recipe recipe;
  if (star != std::string_view::npos) {
    const std::optional<double> factor = read_number<double>(text.substr(star + 1));
    if (!factor || !(std::abs(*factor) > 0 && std::isfinite(*factor)))
      return Error{"the factor of " + std::string(text) + " is not a number", "inputs", "write it as normal*0.1, and not 0"};
    recipe.factor = *factor;
  }
  for (const Named& named : names)
    if (named.name == text.substr(0, star)) {
      recipe.kind = named.kind;
      return recipe;
    }
  std::string known;
  for (const Named& named : names) known += (known.empty() ? "" : ", ") + std::string(named.name);
  return Error{std::string(text) + " is unknown", "inputs", "allowed: " + known + ", and a factor as in normal*0.1"};
}

std::string text(const Recipe& recipe) {
  std::string words;
  for (const Named& named : names)
    if (named.kind == recipe.kind) words = named.name;
  return recipe.factor == 1 ? words : words + "*" + number_text(recipe.factor);
}

double value(const Recipe& recipe, std::uint64_t bits) { return recipe.factor * unscaled(recipe.kind, bits); }

void fill(const Tensor& tensor, const Recipe& recipe, std::uint64_t seed, Source source) {
  const std::uint64_t state = head_bits(seed, source, 0, 0);
  each_row(tensor, [&](const Row& row) {
    const std::uint64_t bits = element_bits(state, row.number);
    for (std::int64_t d = 0; d < row.count; ++d)
      store(row.data, tensor.type, d * row.stride, value(recipe, element_bits(bits, d)));
  });
}

void fill_rows(const Tensors& t, const Recipe& recipe, std::uint64_t seed) {
  const std::pair<const Tensor*, Source> rows[] = {{&t.q, Source::q},
                                                   {&t.mem_k, Source::mem_k},
                                                   {&t.mem_v, Source::mem_v},
                                                   {&t.memory_k, Source::memory_k},
                                                   {&t.memory_v, Source::memory_v},
                                                   {&t.segment_k, Source::segment_k},
                                                   {&t.segment_v, Source::segment_v}};
  for (const auto& [tensor, source] : rows) fill(*tensor, recipe, seed, source);
}

}  // namespace boresight::properties::lint
