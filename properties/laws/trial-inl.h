// The templates of trial.h.
#pragma once

namespace boresight::properties {

template <class Expect>
void Trial::hold(const Results& got, Expect expect, std::string_view otherwise) {
  if (going()) see(compare_each(got, expect), otherwise);
}

template <class Where>
void Trial::agree(const Results& got, const Certificate& of, const Results& expected, const Certificate& by, Where where,
                  std::string_view otherwise) {
  hold(
      got,
      [&](const Element& e) -> std::optional<Expected> {
        const std::optional<Element> there = where(e);
        if (!there) return std::nullopt;
        return Expected{at(expected, *there), at(of.bound, got, e) + at(by.bound, expected, *there)};
      },
      otherwise);
}

template <class Matters>
void Trial::same_bits(const Results& got, const Results& expected, Matters matters, std::string_view otherwise) {
  if (!going()) return;
  if (auto changed = first_changed_bit(got, expected, matters)) trouble(failed(std::string(otherwise), changed));
}

}  // namespace boresight::properties
