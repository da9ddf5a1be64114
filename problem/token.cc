// Printing and parsing of tokens, by the table in problem/words.cc. Parsing allocates no more than the text is long.
#include "problem/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "problem/nearest.h"
#include "problem/words.h"

namespace boresight {
namespace {

constexpr std::string_view version = "bs1", spaces = " \t\r\n";

// A word of the text: where it stands (column from 1) and, once known, its row and value.
struct Given {
  std::string_view text;
  std::size_t column = 0;
  const Word* word = nullptr;
  std::string_view value;
};

// The word as an error shows it: printable, and not longer than a line.
std::string shown(std::string_view text) {
  std::string result(text.substr(0, 48));
  std::replace_if(result.begin(), result.end(), [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return text.size() > 48 ? result + ".." : result;
}

Error error_at(std::size_t column, std::string what, std::string right) {
  return {std::move(what), fmt::format("column {}", column), std::move(right)};
}
Error error_at(const Given& given, std::string what, std::string right) {
  return error_at(given.column, std::move(what), std::move(right));
}

std::vector<Given> split(std::string_view text) {
  std::vector<Given> result;
  for (std::size_t at = text.find_first_not_of(spaces); at != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(spaces, at), text.size());
    result.push_back({text.substr(at, end - at), at + 1, nullptr, {}});
    at = text.find_first_not_of(spaces, end);
  }
  return result;
}

const Word* find(Form form, std::string_view name) {
  for (const Word& word : words())
    if (word.form == form && word.name == name) return &word;
  return nullptr;
}

const Word* find_bare(std::string_view value) {
  for (const Word& word : words())
    if (word.form == Form::bare && std::ranges::find(word.choices, value) != word.choices.end()) return &word;
  return nullptr;
}

bool is_number_like(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789/-") == text.npos; }

// Finds the row of a word, and its value; false where there is none.
bool recognize(Given& given) {
  std::string_view text = given.text;
  for (const auto& [spelling, word] : aliases())
    if (text == spelling) text = word;
  const std::size_t equals = text.find('=');
  if (equals != text.npos) {
    given.word = find(Form::value, text.substr(0, equals));
    given.value = text.substr(equals + 1);
  } else if ((given.word = find(Form::flag, text)) != nullptr) {
    given.value = "";
  } else if ((given.word = find_bare(text)) != nullptr) {
    given.value = text;
  } else if (is_number_like(text.substr(1))) {
    given.word = find(Form::size, text.substr(0, 1));
    given.value = text.substr(1);
  }
  return given.word != nullptr;
}

// A word with the right name in the wrong form: "window", "causal=1", "h=8", "h".
std::optional<Error> wrong_form(const Given& given) {
  const std::size_t equals = given.text.find('=');
  const std::string_view name = given.text.substr(0, equals);
  for (const Word& word : words()) {
    if (word.name != name || word.form == Form::bare) continue;
    const char* const fault = equals == given.text.npos ? "has no value" : "is not written so";
    return error_at(given, fmt::format("{} {}", shown(given.text), fault), fmt::format("write {}", word.example));
  }
  return std::nullopt;
}

// What the writer of an unknown word may have meant.
std::string advice(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (is_number_like(text.substr(1)))  // a size: only its letter can be wrong
    for (const Word& word : words())
      if (word.form == Form::size && edit_distance(text.substr(0, 1), word.name) == 1)
        return fmt::format("did you mean {}?", spelled(word, text.substr(1)));

  std::vector<std::string_view> candidates;
  for (const Word& word : words()) {
    if (word.form == Form::bare) candidates.insert(candidates.end(), word.choices.begin(), word.choices.end());
    if (word.form != Form::bare) candidates.push_back(word.name);
  }
  for (const Alias& alias : aliases())
    if (alias.spelling.find('=') == alias.spelling.npos) candidates.push_back(alias.spelling);
  const std::string_view best = nearest(text.substr(0, equals), candidates);
  if (!best.empty()) {
    const Word* word = find(Form::value, best);
    if (word == nullptr) return fmt::format("did you mean {}?", best);
    return fmt::format("did you mean {}?", equals == text.npos ? word->example : spelled(*word, shown(text.substr(equals + 1))));
  }
  return fmt::format("the words are {}", fmt::join(candidates, " "));
}

Error unknown(const Given& given) {
  if (auto error = wrong_form(given)) return *error;
  return error_at(given, fmt::format("unknown word {}", shown(given.text)), advice(given.text));
}

Error not_understood(const Given& given) {
  const Word& word = *given.word;
  std::string right = fmt::format("{} takes {}, such as {}", word.name, word.takes, word.example);
  if (!word.choices.empty()) {
    const std::string_view best = nearest(given.value, word.choices);
    right = fmt::format("{} takes {}", word.name, fmt::join(word.choices, ", "));
    if (!best.empty()) right = fmt::format("did you mean {}? {}", spelled(word, best), right);
  }
  return error_at(given, fmt::format("{} is not understood", shown(given.text)), right);
}

// Names every word, each once, and reads its value into the case.
std::optional<Error> read(std::vector<Given>& given, Case& a_case) {
  for (Given& current : given) {
    if (!recognize(current)) return unknown(current);
    for (const Given& earlier : given) {
      if (&earlier == &current) break;
      if (earlier.word == current.word)
        return error_at(current, fmt::format("{} given twice", current.word->name),
                        fmt::format("first at column {}", earlier.column));
    }
    if (!current.word->parse(a_case, current.value)) return not_understood(current);
  }
  return std::nullopt;
}

const Given* find(const std::vector<Given>& given, const Word& word) {
  const auto at = std::ranges::find(given, &word, &Given::word);
  return at == given.end() ? nullptr : &*at;
}

// Words that are missing, words that mean nothing here, and what left-out words mean.
std::optional<Error> complete(const std::vector<Given>& given, Case& a_case, std::size_t length) {
  std::string missing;
  for (const Word& word : words())
    if (word.required && find(given, word) == nullptr) missing += fmt::format(" {}", word.name);
  if (!missing.empty()) return error_at(length + 1, "missing:" + missing, "every token has b h d n s");
  for (const Word& word : words()) {
    const bool applies = word.applies == nullptr || word.applies(a_case);
    const Given* at = find(given, word);
    if (at != nullptr && !applies)
      return error_at(*at, fmt::format("{} means nothing here", shown(at->text)), fmt::format("it needs {}", word.needs));
    if (at == nullptr && applies && word.omitted != nullptr) word.omitted(a_case);
  }
  return std::nullopt;
}

// The place of a name in a list separated by spaces: 0 for the first; none where it is not in it.
std::optional<std::size_t> place_of(std::string_view name, std::string_view list) {
  const std::vector<Given> entries = split(list);
  const auto at = std::ranges::find(entries, name, &Given::text);
  return at == entries.end() ? std::nullopt : std::optional(std::size_t(at - entries.begin()));
}

// An error of validate(), at the word that set the field which it names first.
Error placed(const std::vector<Given>& given, Error error) {
  const std::string_view field =
      std::string_view(error.what).substr(0, error.what.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
  const Given* word = nullptr;
  std::size_t least = std::string_view::npos;
  for (const Given& current : given)
    if (const auto place = place_of(field, current.word->fields); place && *place < least) {
      least = *place;
      word = &current;
    }
  return word == nullptr ? error : error_at(*word, fmt::format("{}: {}", shown(word->text), error.what), error.right);
}

}  // namespace

Case canonical(Case a_case) {
  for (const Word& word : words()) {
    const bool applies = word.applies == nullptr || word.applies(a_case);
    (applies ? word.settle : word.reset)(a_case);
  }
  return a_case;
}

std::string token(const Case& a_case) {
  std::string text(version);
  for (const Word& word : words()) {
    if (word.applies != nullptr && !word.applies(a_case)) continue;
    if (const auto value = word.print(a_case)) text += ' ' + spelled(word, *value);
  }
  return text;
}

Result<Case> parse_token(std::string_view text) {
  std::vector<Given> given = split(text);
  if (given.empty()) return error_at(1, "an empty token", "a token begins with bs1 b h d n s");
  if (given.front().text != version)
    return error_at(given.front(), fmt::format("it begins with {}", shown(given.front().text)),
                    "a token begins with bs1, the only version there is");
  given.erase(given.begin());
  Case a_case;
  if (auto error = read(given, a_case)) return *error;
  if (auto error = complete(given, a_case, text.size())) return *error;
  if (Status status = validate(a_case); !status) return placed(given, status.error());
  return a_case;
}

}  // namespace boresight
