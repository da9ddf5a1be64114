#include "properties/report/text.h"

#include "problem/printable.h"

namespace boresight::properties {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : printable(text)) switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&apos;";
        break;
      default:
        result += letter;
    }
  return result;
}

}  // namespace boresight::properties
