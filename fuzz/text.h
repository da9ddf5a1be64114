// The text of an input: a token, and what a token can't say in further parts behind it, each a few words:
//
//   bs1 b1 h1 d2 n1 s3 key_mask=prefix:2 | segment_v 5 nan | q 0 0x1p-149
//
// so that a corpus can be read and reviewed, a finding is one line, and a crash's file is the command that replays it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boresight::fuzz {

inline constexpr std::size_t parts_max = 64;  // of those behind, which are left out

struct Text {
  std::string_view token;
  std::vector<std::string_view> parts;
};
Text split(std::string_view text);
std::string join(std::string_view token, const std::vector<std::string>& parts);

// The words of a part, at most `most`, separated by spaces; the rest is left out.
std::vector<std::string_view> words_of(std::string_view part, std::size_t most);

// A number from any text: what it spells, or else one made of its bytes.
std::int64_t number_of(std::string_view text);

}  // namespace boresight::fuzz
