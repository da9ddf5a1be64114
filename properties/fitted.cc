#include "properties/fitted.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "problem/inputs.h"
#include "problem/token.h"
#include "problem/words.h"

namespace boresight::properties {
namespace {

bool taken(const Case& c, const Kernel& kernel) {
  return validate(c) && kernel.unsupported(c.problem, empty_inputs(c).tensors).empty();
}

// Sizes stay, and everything else is at its default.
Case bare(Case c) {
  for (const Word& word : words())
    if (!word.required && word.form != Form::size && word.name != "seed" && word.name != "values") word.reset(c);
  return canonical(c);
}

// `to` with this word as `from` has it, said or left out; nothing where it does not apply, or changes nothing.
std::optional<Case> with_word(const Word& word, const Case& from, const Case& to) {
  if (word.applies != nullptr && !word.applies(to)) return std::nullopt;
  Case changed = to;
  if (const std::optional<std::string> value = word.print(from))
    word.parse(changed, *value);
  else if (word.omitted != nullptr)
    word.omitted(changed);
  return changed == to ? std::nullopt : std::optional(changed);
}

// Every kind of bias in a plain form, and ALiBi in each way that its slopes may come.
constexpr std::array<void (*)(Case&), 7> biases{
    [](Case& c) { c.problem.bias.kind = BiasKind::alibi, c.problem.bias.alibi_heads = c.problem.heads; },
    [](Case& c) { c.problem.bias.kind = BiasKind::alibi, c.problem.bias.slopes = Slopes::per_head; },
    [](Case& c) { c.problem.bias.kind = BiasKind::alibi, c.problem.bias.slopes = Slopes::per_batch; },
    [](Case& c) { c.problem.bias.kind = BiasKind::relative_buckets; },
    [](Case& c) { c.problem.bias.kind = BiasKind::distance_table; },
    [](Case& c) { c.problem.bias.kind = BiasKind::dense; },
    [](Case& c) { c.problem.bias.kind = BiasKind::forget, c.problem.causal = true; },
};

// A bias that is not taken gives way to one that is: it is what the kernel is judged for.
Case with_some_bias(const Case& c, const Kernel& kernel) {
  for (std::size_t k = 0; k < biases.size(); ++k) {
    Case other = c;
    other.problem.bias = {};
    biases[(c.seed + k) % biases.size()](other);
    if (taken(other, kernel)) return other;
  }
  return c;
}

// The case, or one in another plain form: causal, with heads the other way, and with a bias only then. A kernel may take nothing
// without.
std::optional<Case> taken_in_a_plain_form(const Case& c, const Kernel& kernel) {
  for (const bool biased : {false, true})
    for (const bool causal : {false, true})
      for (const HeadMap map : {HeadMap::grouped, HeadMap::tiled}) {
        Case form = c;
        form.problem.causal = causal, form.problem.head_map = map;
        if (map == HeadMap::tiled && c.problem.kv_heads == c.problem.heads) continue;
        if (biased) form = with_some_bias(form, kernel);
        if (taken(form, kernel)) return form;
      }
  return std::nullopt;
}

// Sizes that a simple kernel may ask for, each on top of those before it.
std::optional<Case> taken_in_other_sizes(Case c, const Kernel& kernel) {
  constexpr std::array<void (*)(Problem&), 6> sizes{[](Problem& p) { p.value_dim = p.head_dim; },
                                                    [](Problem& p) { p.kv_heads = p.heads; },
                                                    [](Problem& p) { p.segment = std::max(p.segment, p.queries); },
                                                    [](Problem& p) { p.mem_kv = 0; },
                                                    [](Problem& p) { p.memories = 0; },
                                                    [](Problem& p) { p.segment = p.queries; }};
  for (const auto change : sizes) {
    change(c.problem);
    if (const auto found = taken_in_a_plain_form(c, kernel)) return found;
  }
  return std::nullopt;
}

}  // namespace

Case fitted(const Case& a_case, const Kernel& kernel) {
  if (taken(a_case, kernel)) return a_case;
  const Case plain = bare(a_case);
  std::optional<Case> found = taken_in_a_plain_form(plain, kernel);
  if (!found) found = taken_in_other_sizes(plain, kernel);
  if (!found) return a_case;
  Case kept = *found;
  for (const Word& word : words())
    if (const auto more = with_word(word, a_case, kept); more && taken(*more, kernel)) kept = *more;
  const bool bias_lost = a_case.problem.bias.kind != BiasKind::none && kept.problem.bias.kind == BiasKind::none;
  return canonical(bias_lost ? with_some_bias(kept, kernel) : kept);
}

}  // namespace boresight::properties
