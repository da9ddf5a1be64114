#include "properties/proofs/smt_lib.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace boresight::proofs {
namespace {

constexpr const char* spelled[] = {"", "", "+", "-", "*", "div", "<", "=", "and", "or", "not", "ite"};

std::string written(std::int64_t value) {
  return value < 0 ? fmt::format("(- {})", fmt::format("{}", value).substr(1)) : fmt::format("{}", value);
}

// A constant has the sort that its user wants; other nodes are words: v3 a variable, t7 a definition.
std::string operand(const Terms& terms, Place place, bool truth) {
  const Node& node = terms[place];
  if (node.operation == Operation::constant) return truth ? (node.value != 0 ? "true" : "false") : written(node.value);
  return node.operation == Operation::variable ? variable_word(std::size_t(node.value)) : fmt::format("t{}", place);
}

bool takes_truths(Operation operation) { return operation >= Operation::conjunction && operation <= Operation::negation; }

std::string definition(const Terms& terms, Place place) {
  const Node& node = terms[place];
  const bool truths = takes_truths(node.operation);
  std::string text = spelled[int(node.operation)];
  text += " " + operand(terms, node.first, truths || node.operation == Operation::select);
  if (node.second >= 0) text += " " + operand(terms, node.second, truths);
  if (node.third >= 0) text += " " + operand(terms, node.third, truths);
  return fmt::format("(define-fun t{} () {} ({}))\n", place, is_truth(node.operation) ? "Bool" : "Int", text);
}

// Operands stand before what is made of them, so one walk back finds all that is used.
std::vector<bool> used_by(const Query& query) {
  std::vector<bool> used(query.terms.nodes().size());
  for (const Place place : query.asserted) used[std::size_t(place)] = true;
  for (std::size_t place = used.size(); place-- > 0;)
    if (used[place])
      for (const Place operand :
           {query.terms.nodes()[place].first, query.terms.nodes()[place].second, query.terms.nodes()[place].third})
        if (operand >= 0) used[std::size_t(operand)] = true;
  return used;
}

bool is_linear(const Terms& terms, const std::vector<bool>& used) {
  const auto is_constant = [&](Place place) { return terms[place].operation == Operation::constant; };
  for (std::size_t place = 0; place < used.size(); ++place) {
    const Node& node = terms.nodes()[place];
    if (!used[place]) continue;
    if (node.operation == Operation::divide) return false;  // not a word of the linear logic
    if (node.operation == Operation::multiply && !is_constant(node.first) && !is_constant(node.second)) return false;
  }
  return true;
}

}  // namespace

std::string logic(const Query& query) { return is_linear(query.terms, used_by(query)) ? "QF_LIA" : "QF_NIA"; }

std::string variable_word(std::size_t number) { return fmt::format("v{}", number); }

std::string assertions(const Query& query) {
  const std::vector<bool> used = used_by(query);
  const std::vector<std::string>& names = query.terms.variables();
  std::string text;
  for (std::size_t number = 0; number < names.size(); ++number)
    text += fmt::format("(declare-fun {} () Int) ; {}\n", variable_word(number), names[number]);
  for (std::size_t place = 0; place < used.size(); ++place)
    if (used[place] && query.terms.nodes()[place].first >= 0) text += definition(query.terms, Place(place));
  for (const Place place : query.asserted) text += fmt::format("(assert {})\n", operand(query.terms, place, true));
  return text;
}

std::string smt_lib(const Query& query) {
  std::string text =
      fmt::format("(set-logic {})\n(set-option :produce-models true)\n{}(check-sat)\n", logic(query), assertions(query));
  if (query.terms.variables().empty()) return text;
  text += "(get-value (";
  for (std::size_t number = 0; number < query.terms.variables().size(); ++number)
    text += (number == 0 ? "" : " ") + variable_word(number);
  return text + "))\n";
}

std::optional<Model> values_of(const std::string& text, std::size_t count) {
  Model model(count);
  std::size_t found = 0;
  for (std::size_t at = text.find("(v"); at != text.npos; at = text.find("(v", at + 1)) {
    const char* const end = text.data() + text.size();
    std::size_t number = 0;
    std::uint64_t magnitude = 0;
    auto [next, wrong] = std::from_chars(text.data() + at + 2, end, number);
    const bool negative = text.compare(std::size_t(next - text.data()), 4, " (- ") == 0;
    next += negative ? 4 : 1;
    if (wrong != std::errc() || next >= end || number >= count) return std::nullopt;
    if (std::from_chars(next, end, magnitude).ec != std::errc()) return std::nullopt;
    model[number] = negative ? -Integer(magnitude) : Integer(magnitude);
    ++found;
  }
  return found == count ? std::optional(model) : std::nullopt;
}

}  // namespace boresight::proofs
