// Numbers in tokens: one language, whichever library reads them.
#include "problem/codecs.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

namespace boresight {
namespace {

using std::string_view_literals::operator""sv;

// Numbers at the ends of what there is, and texts that only one of the two functions would take by itself; by spaces, which
// none of them has.
constexpr std::string_view texts =
    "0 -0 1.5 1. .5 1e5 1e+5 1E-5 inf -infinity 1e308 1e-310 4.9406564584124654e-324 2.4703282292062328e-324 0e999 +1 - --1 -+1 "
    ". 1e 1e+ 0x1p3 1,5 nanx 1e309 -1e309 1e-400";

void expect_same(std::string_view text) {
  const std::optional<double> right = read_number<double>(text), read = read_by_strtod(text);
  ASSERT_EQ(read.has_value(), right.has_value()) << text;
  if (!right) return;
  EXPECT_EQ(std::bit_cast<std::uint64_t>(*read), std::bit_cast<std::uint64_t>(*right)) << text;
}

TEST(Codecs, TheCLibraryReadsTheSameNumbers) {
  std::string_view left = texts;
  for (std::size_t end = 0; end != left.npos; left.remove_prefix(end + 1)) {
    end = left.find(' ');
    expect_same(left.substr(0, end));
    if (end == left.npos) break;
  }
  for (const std::string_view text : {""sv, " 1"sv, "1 "sv, "1\n"sv, "- 1"sv, "1\0002"sv}) expect_same(text);
}

}  // namespace
}  // namespace boresight
