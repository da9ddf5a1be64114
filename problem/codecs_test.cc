// Numbers in tokens: one language, whichever library reads them.
#include "problem/codecs.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

namespace boresight {
namespace {

using std::string_view_literals::operator""sv;

TEST(Codecs, TheCLibraryReadsTheSameNumbers) {
  for (const std::string_view text : {"0"sv,
                                      "-0"sv,
                                      "1.5"sv,
                                      "1."sv,
                                      ".5"sv,
                                      "1e5"sv,
                                      "1e+5"sv,
                                      "1E-5"sv,
                                      "inf"sv,
                                      "-infinity"sv,
                                      "1e308"sv,
                                      "1e-310"sv,
                                      "4.9406564584124654e-324"sv,
                                      "2.4703282292062328e-324"sv,
                                      "0e999"sv,
                                      "+1"sv,
                                      " 1"sv,
                                      "1 "sv,
                                      "1\n"sv,
                                      ""sv,
                                      "-"sv,
                                      "--1"sv,
                                      "-+1"sv,
                                      "- 1"sv,
                                      "."sv,
                                      "1e"sv,
                                      "1e+"sv,
                                      "0x1p3"sv,
                                      "1,5"sv,
                                      "nanx"sv,
                                      "1\0002"sv,
                                      "1e309"sv,
                                      "-1e309"sv,
                                      "1e-400"sv}) {
    const std::optional<double> right = read_number<double>(text), read = read_by_strtod(text);
    ASSERT_EQ(read.has_value(), right.has_value()) << text;
    if (right) EXPECT_EQ(std::bit_cast<std::uint64_t>(*read), std::bit_cast<std::uint64_t>(*right)) << text;
  }
}

}  // namespace
}  // namespace boresight
