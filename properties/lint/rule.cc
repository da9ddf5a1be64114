#include "properties/lint/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "problem/codecs.h"
#include "properties/lint/rule_forms.h"
#include "properties/lint/trimmed.h"

namespace boresight::properties::lint {

namespace {

std::string usage(const Form& form) {
  return *form.numbers == 0 ? std::string(form.name) : fmt::format("{}({})", form.name, form.numbers);
}

// The numbers between brackets; nothing where one can't be read, or is negative or infinite.
std::optional<std::vector<double>> numbers_in(std::string_view inside) {
  std::vector<double> numbers;
  while (!trimmed(inside).empty() || !numbers.empty()) {
    const std::size_t comma = inside.find(',');
    const std::optional<double> number = read_number<double>(trimmed(inside.substr(0, comma)));
    if (!number || !(*number >= 0 && std::isfinite(*number))) return std::nullopt;
    numbers.push_back(*number);
    if (comma == std::string_view::npos) break;
    inside.remove_prefix(comma + 1);
  }
  return numbers;
}

Result<Term> parse_term(std::string_view text) {
  const std::size_t bracket = text.find('(');
  const std::string_view name = trimmed(text.substr(0, bracket));
  const Form* form = nullptr;
  for (const Form& one : forms())
    if (one.name == name) form = &one;
  if (form == nullptr) {
    std::string known;
    for (const Form& f : forms()) known += (known.empty() ? "" : ", ") + usage(f);
    return Error{fmt::format("{} is unknown", name.empty() ? "an empty rule" : name), "rule", "allowed: " + known};
  }
  const Error wrong{fmt::format("{} can't be read", text), "rule",
                    fmt::format("write it as {}, the numbers 0 or more", usage(*form))};
  std::string_view inside;
  if (bracket != std::string_view::npos) {
    if (text.back() != ')') return wrong;
    inside = text.substr(bracket + 1, text.size() - bracket - 2);
  }
  const auto numbers = numbers_in(inside);
  if (!numbers || int(numbers->size()) < form->least || int(numbers->size()) > form->most) return wrong;
  return Term{form, numbers->empty() ? 0 : (*numbers)[0], numbers->size() < 2 ? 0 : (*numbers)[1]};
}

}  // namespace

Result<Rule> parse_rule(std::string_view text) {
  Rule rule;
  rule.text = trimmed(text);
  constexpr std::string_view joint = " and ";
  const std::string padded = " " + rule.text + " ";
  text = padded;
  while (true) {
    const std::size_t end = text.find(joint);
    const std::string_view one = trimmed(text.substr(0, end));
    if (one.empty() && text.size() < padded.size() && end == std::string_view::npos)
      return Error{"nothing stands after the last `and`", "rule", "write a rule there, or leave the `and` away"};
    const Result<Term> term = parse_term(one);
    if (!term) return term.error();
    rule.terms.push_back(*term);
    rule.needs_eager = rule.needs_eager || term->form->eager;
    rule.needs_weighed = rule.needs_weighed || term->form->weighed;
    rule.needs_bound = rule.needs_bound || term->form->bound;
    if (end == std::string_view::npos) return rule;
    text.remove_prefix(end + joint.size() - 1);  // its last blank may begin the next
  }
}

double ratio(const Rule& rule, const Elements& elements) {
  double most = 0;
  for (const Term& term : rule.terms) most = std::max(most, term.form->ratio(elements, term.a, term.b));
  return most;
}

std::string rule_forms() {
  std::string lines;
  for (const Form& form : forms()) lines += fmt::format("{:<26} {}\n", usage(form), form.meaning);
  return lines;
}

}  // namespace boresight::properties::lint
