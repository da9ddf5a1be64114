#include "properties/lint/size.h"

#include <fmt/format.h>

#include "problem/codecs.h"
#include "properties/lint/trimmed.h"

namespace boresight::properties::lint {

Result<Size> parse_size(std::string_view text) {
  const std::size_t cross = text.find('x');
  const auto queries = read_number<std::int64_t>(text.substr(0, cross));
  const auto keys = read_number<std::int64_t>(cross == std::string_view::npos ? "" : text.substr(cross + 1));
  if (!queries || !keys || *queries < 1 || *queries > 4096 || *keys < 4 || *keys > 65536)
    return Error{fmt::format("{} is no size", text), "sizes", "write QUERIESxKEYS, such as 64x512: 1 to 4096 by 4 to 65536"};
  return Size{*queries, *keys};
}

std::string text(const Size& size) { return fmt::format("{}x{}", size.queries, size.keys); }

Result<std::vector<Size>> parse_sizes(std::string_view text) {
  std::vector<Size> sizes;
  while (true) {
    const std::size_t comma = text.find(',');
    const Result<Size> size = parse_size(trimmed(text.substr(0, comma)));
    if (!size) return size.error();
    sizes.push_back(*size);
    if (comma == std::string_view::npos) return sizes;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace boresight::properties::lint
