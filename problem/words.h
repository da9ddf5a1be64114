// The grammar of tokens: one table, a row a word, that printing, parsing and error texts all read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "problem/case.h"

namespace boresight {

enum class Form : std::uint8_t {
  size,   // a letter and a number: h8/2
  flag,   // the name alone: causal
  value,  // name=value: window=16,0
  bare    // the value alone: bf16
};

struct Word {
  std::string_view name;
  Form form = Form::value;
  std::string_view takes = {};                     // what its value is, for errors: "left,right"
  std::string_view example = {};                   // the whole word: "window=16,0"
  std::span<const std::string_view> choices = {};  // every value, where they are few
  std::string_view fields = {};                    // names that validate() may call its field, separated by spaces
  bool required = false;

  // Where the word means something; elsewhere its field stays at the default. Null: always.
  bool (*applies)(const Case&) = nullptr;
  std::string_view needs = {};  // what must be there for it to apply: "bias=alibi"

  // The value as text; nothing where it is what leaving the word out means.
  std::optional<std::string> (*print)(const Case&) = nullptr;
  bool (*parse)(Case&, std::string_view value) = nullptr;  // false: not understood
  void (*reset)(Case&) = nullptr;                          // to the default
  void (*settle)(Case&) = nullptr;                         // parts of the field that its kind does not use, to the default
  void (*omitted)(Case&) = nullptr;                        // what leaving it out means, where that isn't the default
};

// The whole word with this value: "window=16,0".
std::string spelled(const Word& word, std::string_view value);

// In the order in which token() writes them; a word's needs stand before it.
std::span<const Word> words();

// Other spellings of whole words: "t5" is "bias=relative_buckets".
struct Alias {
  std::string_view spelling, word;
};
std::span<const Alias> aliases();

}  // namespace boresight
