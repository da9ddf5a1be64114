// A case in words: "queries=1,segment=3".
#include <fmt/format.h>

#include <charconv>

#include "properties/proofs/field/field_case.h"

namespace boresight::field {

std::string words_of(const FieldCase& c) {
  std::string words;
  for (const CaseField& field : case_fields())
    if (c.*field.member != FieldCase{}.*field.member)
      words += fmt::format("{}{}={}", words.empty() ? "" : ",", field.word, c.*field.member);
  return words.empty() ? "queries=0" : words;
}

namespace {

Status set_word(FieldCase& c, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  for (const CaseField& field : case_fields()) {
    if (field.word != name) continue;
    const std::string range = fmt::format("{}=NUMBER, {} to {}", field.word, field.least, field.most);
    const std::string_view text = name.size() < word.size() ? word.substr(name.size() + 1) : "";
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || number < field.least || number > field.most) return Error{fmt::format("'{}'", word), "--case", range};
    c.*field.member = number;
    return ok();
  }
  return Error{fmt::format("no field is called '{}'", name), "--case",
               "fields as a failing case prints them: queries=1,segment=3"};
}

}  // namespace

Result<FieldCase> case_of(std::string_view words) {
  FieldCase c;
  while (true) {
    const std::size_t comma = words.find(',');
    if (const Status set = set_word(c, words.substr(0, comma)); !set) return set.error();
    if (comma == std::string_view::npos) break;
    words.remove_prefix(comma + 1);
  }
  if (const Status whole = valid(c); !whole) return whole.error();
  return c;
}

}  // namespace boresight::field
