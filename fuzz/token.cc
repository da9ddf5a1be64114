// Token: the parser of tokens, and the way back. What parses is a valid case whose own token parses to the same case, and is in
// its shortest form already; what does not is told with a column inside the text and with what would be right.
#include "problem/token.h"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/finding.h"
#include "fuzz/text.h"
#include "problem/inputs.h"
#include "problem/words.h"

namespace boresight::fuzz {
namespace {

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter >= ' ' && letter <= '~'; });
}

std::optional<Fault> fault_of_error(const std::string& input, const Error& error) {
  constexpr std::string_view column = "column ";
  if (error.what.empty() || error.right.empty()) return Fault{"an error that does not say what is wrong, or right", error.text()};
  if (!printable(error.text())) return Fault{"an error that can't be printed", ""};
  if (!error.where.starts_with(column)) return Fault{"an error without a column", error.text()};
  const std::int64_t at = number_of(std::string_view(error.where).substr(column.size()));
  if (at >= 1 && at <= std::int64_t(input.size()) + 1) return std::nullopt;
  return Fault{"an error in a column that the text has not", error.text()};
}

std::optional<Fault> fault_of_case(const Case& parsed) {
  if (const Status status = validate(parsed); !status) return Fault{"a case that is not valid", status.error().text()};
  const std::string printed = token(parsed);
  const Result<Case> again = parse_token(printed);
  if (!again) return Fault{"a case whose token does not parse", printed + ": " + again.error().text()};
  if (!(*again == canonical(parsed))) return Fault{"a case whose token is another's", printed};
  if (input_bytes(*again) != input_bytes(parsed)) return Fault{"a case whose token takes other memory", printed};
  if (token(*again) != printed) return Fault{"a token that is not in its shortest form", printed + " and " + token(*again)};
  return std::nullopt;
}

std::optional<Fault> look(const std::string& input) {
  const Result<Case> parsed = parse_token(input);
  return parsed ? fault_of_case(*parsed) : fault_of_error(input, parsed.error());
}

// Some word that a token may have, right or with a value that it may not have.
std::string drawn_word(Choices& choices) {
  const auto all = words();
  const Word& word = all[std::size_t(choices.pick(all.size()))];
  if (choices.chance(1, 2) && !word.example.empty()) return std::string(word.example);
  const std::string value(choices.one_of<std::string_view>({"0",
                                                            "1",
                                                            "-1",
                                                            "2147483520",
                                                            "2147483521",
                                                            "9223372036854775807",
                                                            "9223372036854775808",
                                                            "1e308",
                                                            "1e309",
                                                            "nan",
                                                            "0x1p-3",
                                                            "",
                                                            "prefix:3",
                                                            "suffix:99",
                                                            "0b",
                                                            "0b0110",
                                                            "0b2",
                                                            "8/2",
                                                            "8/3",
                                                            "1,2",
                                                            "-1,-1",
                                                            ",",
                                                            "0.5"}));
  if (word.form == Form::size) return std::string(word.name) + value;
  return word.form == Form::flag ? std::string(word.name) : fmt::format("{}={}", word.name, value);
}

}  // namespace

std::string judge_token(std::string_view input, const Kernels&) { return finding_of_bytes("fuzz_token", input, look); }

std::string mutate_token(std::string_view input, Choices& choices) {
  if (choices.chance(1, 3)) return token(mutated(case_of(input), choices));
  constexpr std::size_t words_max = 64;
  const auto given = words_of(input, words_max);
  std::vector<std::string> words(given.begin(), given.end());
  const std::size_t at = std::size_t(choices.pick(words.size() + 1));
  const std::uint64_t move = choices.pick(3);
  if (move == 0 || at == words.size())
    words.insert(words.begin() + std::ptrdiff_t(at), drawn_word(choices));
  else if (move == 1)
    words[at] = drawn_word(choices);
  else
    words.erase(words.begin() + std::ptrdiff_t(at));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string cross_token(std::string_view one, std::string_view other, Choices& choices) {
  constexpr std::size_t words_max = 64;
  const auto first = words_of(one, words_max), second = words_of(other, words_max);
  const std::size_t from_one = std::size_t(choices.pick(first.size() + 1)),
                    from_other = std::size_t(choices.pick(second.size() + 1));
  std::vector<std::string_view> words(first.begin(), first.begin() + std::ptrdiff_t(from_one));
  words.insert(words.end(), second.begin() + std::ptrdiff_t(from_other), second.end());
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace boresight::fuzz
