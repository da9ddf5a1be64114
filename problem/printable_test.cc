// What a stranger says is shown as text, whatever its bytes are.
#include "problem/printable.h"

#include <gtest/gtest.h>

namespace boresight {
namespace {

TEST(Printable, TextStaysAsItIs) {
  EXPECT_EQ(printable("bias: alibi alone"), "bias: alibi alone");
  EXPECT_EQ(printable("größer als 8 µs · 漢字 🎯"), "größer als 8 µs · 漢字 🎯");
}

TEST(Printable, ControlCharactersCannotReachATerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc\0d" + std::string("\x7f")), "a?[2Jb\nc?");
  EXPECT_EQ(printable("\xc2\x9b"), "?");  // a control character that is written in two bytes
}

TEST(Printable, BytesThatAreNoTextAreToldByteByByte) { EXPECT_EQ(printable("\xff\xc0\x80"), "\uFFFD\uFFFD\uFFFD"); }

TEST(Printable, OverlongSurrogateAndTruncatedFormsAreNone) {
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(printable("a\xe6\xbc"), "a\uFFFD\uFFFD");
  EXPECT_EQ(printable("\xef\xbf\xbf"), "\uFFFD\uFFFD\uFFFD");  // no letter of XML
}

TEST(Printable, ALineHasNoEnd) {
  EXPECT_EQ(printable("a\nb"), "a\nb");
  EXPECT_EQ(printable_line("a\nb\r"), "a b?");
}

}  // namespace
}  // namespace boresight
