#include "fuzz/cases.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "fuzz/fit.h"
#include "fuzz/text.h"
#include "problem/token.h"
#include "properties/draw/bytes.h"
#include "properties/draw/draw.h"
#include "properties/draw/simpler.h"

namespace boresight::fuzz {
namespace {

Case drawn(Choices& choices) { return fitted(properties::draw(choices)); }

using Words = std::vector<std::string>;

Words words_of(const Case& a_case) {
  constexpr std::size_t all = 64;
  Words words;
  const std::string text = token(a_case);
  for (const std::string_view word : fuzz::words_of(text, all)) words.emplace_back(word);
  return words;
}

// What a word is called, apart from its value: "window" of "window=16,0", "n" of "n33", "causal".
std::string_view name_of(std::string_view word) {
  const std::size_t end = word.find_first_of("=0123456789");
  return end == word.npos || end == 0 ? word : word.substr(0, end);
}

const std::string* find(const Words& words, std::string_view name) {
  const auto at = std::find_if(words.begin(), words.end(), [&](const std::string& word) { return name_of(word) == name; });
  return at == words.end() ? nullptr : &*at;
}

// The word that begins at this column (from 1) of the joined words; or none.
std::size_t at_column(const Words& words, std::int64_t column) {
  std::int64_t first = 1;
  for (std::size_t k = 0; k < words.size(); ++k) {
    if (first == column) return k;
    first += std::int64_t(words[k].size()) + 1;
  }
  return words.size();
}

// The case of as many of these words as go together: each that the parser complains of is left out.
std::optional<Case> settled(Words words) {
  while (!words.empty()) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    const Result<Case> parsed = parse_token(text);
    if (parsed) return fitted(*parsed);
    constexpr std::string_view column = "column ";
    if (!parsed.error().where.starts_with(column)) return std::nullopt;
    const std::size_t wrong = at_column(words, number_of(std::string_view(parsed.error().where).substr(column.size())));
    if (wrong >= words.size()) return std::nullopt;
    words.erase(words.begin() + std::ptrdiff_t(wrong));
  }
  return std::nullopt;
}

// The words of `base`, but that each word that either has is taken from `other` with this chance; absent ones too.
std::optional<Case> mixed(const Case& base, const Case& other, std::uint64_t of, std::uint64_t out_of, Choices& choices) {
  const Words ours = words_of(base), theirs = words_of(other);
  Words result;
  for (const std::string& word : ours) {
    const std::string* const instead = find(theirs, name_of(word));
    if (!choices.chance(of, out_of))
      result.push_back(word);
    else if (instead != nullptr)
      result.push_back(*instead);
  }
  for (const std::string& word : theirs)
    if (find(ours, name_of(word)) == nullptr && choices.chance(of, out_of)) result.push_back(word);
  return settled(result);
}

// Edges of the tiles that kernels have, of those that are asked for, and of the size itself.
std::int64_t edge(const Case& c, std::int64_t now, Choices& choices) {
  const std::int64_t tile =
      choices.one_of<std::int64_t>({std::max<std::int64_t>(c.options.tile_keys, 1), 16, 32, 64, 96, 256, 512});
  return std::max<std::int64_t>(choices.one_of({now + 1, now - 1, now * 2, now / 2, std::int64_t{0}, std::int64_t{1}, tile - 1,
                                                tile, tile + 1, 2 * tile + 1}),
                                0);
}

void change_size(Case& c, Choices& choices) {
  Problem& p = c.problem;
  std::int64_t& size = *choices.one_of({&p.queries, &p.segment, &p.memories, &p.mem_kv});
  const std::int64_t before = size;
  size = edge(c, size, choices);
  if (&size == &p.queries && choices.chance(1, 2)) p.segment = std::max<std::int64_t>(p.segment + size - before, 0);
}

void change_way(Case& c, Choices& choices) {
  c.options.tile_queries = choices.one_of<std::int64_t>({0, 0, 1, 2, 3, 8});
  c.options.tile_keys = choices.one_of<std::int64_t>({0, 0, 1, 2, 3, 5, 8, 16, 64});
  c.options.splits = choices.one_of<std::int64_t>({0, 0, 1, 2, 3, 7});
  c.options.threads = int(choices.between(1, 3));
}

// Bits of its own for a mask that is there, or one of them the other way round.
void change_bits(Case& c, Choices& choices) {
  Mask& mask = *choices.one_of({&c.key_mask, &c.memory_mask, &c.attention_mask});
  if (mask.kind != Mask::Kind::bits) {
    mask = Mask{Mask::Kind::bits, 1, 0, std::vector<bool>(std::size_t(choices.between(1, 12)), true)};
    return;
  }
  const std::size_t at = std::size_t(choices.pick(mask.bits.size()));
  mask.bits[at] = !mask.bits[at];
}

std::optional<Case> changed(const Case& from, Choices& choices) {
  Case c = from;
  switch (choices.pick(8)) {
    case 0:
    case 1:
      change_size(c, choices);
      break;
    case 2:
      change_way(c, choices);
      break;
    case 3:
      change_bits(c, choices);
      break;
    case 4: {
      const std::vector<Case> steps = properties::simpler(from);
      if (steps.empty()) return std::nullopt;
      c = steps[std::size_t(choices.pick(steps.size()))];
      break;
    }
    case 5:
      return drawn(choices);
    default:
      return mixed(from, drawn(choices), 1, choices.one_of<std::uint64_t>({4, 8, 16}), choices);
  }
  return fitted(c);
}

constexpr int tries_max = 8;

}  // namespace

Case case_of(std::string_view token) {
  const Result<Case> parsed = parse_token(token);
  if (parsed) return fitted(*parsed);
  properties::ByteChoices choices({reinterpret_cast<const std::uint8_t*>(token.data()), token.size()});
  return drawn(choices);
}

Case mutated(const Case& from, Choices& choices) {
  for (int tries = 0; tries < tries_max; ++tries) {
    const std::optional<Case> found = changed(from, choices);
    if (found && !(*found == from)) return *found;
  }
  return drawn(choices);
}

Case crossed(const Case& one, const Case& other, Choices& choices) {
  const std::optional<Case> found = mixed(one, other, 1, 2, choices);
  return found ? *found : one;
}

std::string mutated(std::string_view text, const DrawPart& draw, Choices& choices) {
  const Text given = split(text);
  Case a_case = case_of(given.token);
  std::vector<std::string> parts(given.parts.begin(), given.parts.end());
  const std::uint64_t move = choices.pick(6);
  if (move < 2 || parts.empty()) {
    if (move < 2) a_case = mutated(a_case, choices);
    parts.push_back(draw(a_case, choices));
    return join(token(a_case), parts);
  }
  std::string& part = parts[std::size_t(choices.pick(parts.size()))];
  const std::string copy = part;
  if (move == 2)
    parts.erase(parts.begin() + (&part - parts.data()));
  else if (move == 3)
    parts.insert(parts.begin() + std::ptrdiff_t(choices.pick(parts.size() + 1)), copy);
  else if (move == 4)
    part = draw(a_case, choices);
  else
    a_case = mutated(a_case, choices);
  return join(token(a_case), parts);
}

std::string crossed(std::string_view one, std::string_view other, Choices& choices) {
  const Text first = split(one), second = split(other);
  const Case a_case = crossed(case_of(first.token), case_of(second.token), choices);
  std::vector<std::string> parts;
  for (const auto& from : {first.parts, second.parts})
    for (const std::string_view part : from)
      if (choices.chance(1, 2)) parts.emplace_back(part);
  return join(token(a_case), parts);
}

std::vector<std::string> simpler(const std::string& text) {
  const Text given = split(text);
  const std::vector<std::string> parts(given.parts.begin(), given.parts.end());
  const Case a_case = case_of(given.token);
  std::vector<std::string> found;
  for (std::size_t k = 0; k < parts.size(); ++k) {
    std::vector<std::string> fewer = parts;
    fewer.erase(fewer.begin() + std::ptrdiff_t(k));
    found.push_back(join(token(a_case), fewer));
  }
  for (const Case& step : properties::simpler(a_case)) found.push_back(join(token(step), parts));
  return found;
}

std::string shrunk(std::string_view text, const std::function<bool(const std::string&)>& fails) {
  constexpr int shrinks_tried_max = 4000;
  std::string smallest(text);
  int tries = 0;
  const auto next = [&](const std::vector<std::string>& candidates) {
    for (const std::string& candidate : candidates) {
      if (candidate == smallest || ++tries > shrinks_tried_max || !fails(candidate)) continue;
      smallest = candidate;
      return true;
    }
    return false;
  };
  while (next(simpler(smallest))) {
  }
  return smallest;
}

}  // namespace boresight::fuzz
