// The ranges of a Case's own fields: the recipe of masks and positions, and options. The problem's are problem.cc's.
#include "problem/case.h"

#include <fmt/format.h>

#include <algorithm>

#include "problem/attend.h"

namespace boresight {
namespace {

constexpr std::int64_t tile_max = 65536, threads_max = 1024;

Error out_of_range(std::string what, std::string allowed) { return {std::move(what), "", "allowed: " + std::move(allowed)}; }

Status check_share(const char* field, double share) {
  if (share >= 0 && share <= 1) return ok();
  return out_of_range(fmt::format("{} is {}", field, share), "0 to 1");
}

Status check_range(const char* field, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return ok();
  return out_of_range(fmt::format("{} is {}", field, value), fmt::format("{} to {}", least, most));
}

// `elements`: of the whole tensor, in double since it may exceed 64 bits.
Status check_mask(const char* field, const Mask& mask, double elements) {
  switch (mask.kind) {
    case Mask::Kind::absent:
      return ok();
    case Mask::Kind::density:
      return check_share(field, mask.density);
    case Mask::Kind::prefix:
    case Mask::Kind::suffix:
      return check_range(field, mask.count, 0, size_limit);
    case Mask::Kind::bits:
      break;
  }
  if (elements == 0)
    return Error{fmt::format("{} has bits, and its tensor no elements", field), "", "allowed: a density, a prefix or a suffix"};
  if (!mask.bits.empty() && double(mask.bits.size()) <= elements) return ok();
  return out_of_range(fmt::format("{} has {} bits", field, mask.bits.size()),
                      fmt::format("1 to {:.0f}, the elements of its tensor", elements));
}

Status check_masks(const Case& c) {
  const Problem& p = c.problem;
  const Broadcast& broadcast = c.attention_mask_broadcast;
  const double batch = double(p.batch);
  const double planes = (broadcast.batch ? 1 : batch) * (broadcast.heads ? 1 : double(p.heads));
  if (Status s = check_mask("key_mask", c.key_mask, batch * double(p.segment)); !s) return s;
  if (Status s = check_mask("memory_mask", c.memory_mask, batch * double(p.memories)); !s) return s;
  return check_mask("attention_mask", c.attention_mask, planes * double(p.queries) * double(p.columns()));
}

Status check_positions(const Case& c) {
  const Problem& p = c.problem;
  const std::int64_t keys = p.memories + p.segment;
  if (p.custom_positions != (c.positions != Positions::ordered))
    return Error{fmt::format("custom_positions is {}", p.custom_positions), "",
                 "must be true exactly where positions are not ordered"};
  if (c.positions != Positions::doubled) return ok();
  if (std::max(p.queries, keys) > size_limit / 2)
    return out_of_range(fmt::format("positions=doubled of {} rows", std::max(p.queries, keys)),
                        fmt::format("up to {}, so that positions fit 32 bits", size_limit / 2));
  // Doubled distances run from 2 (1 - n) to 2 (M + S - 1), and the table from 1 - n to M + S - 1.
  const bool leaves_table = p.queries > 0 && keys > 0 && std::max(p.queries, keys) > 1;
  if (p.bias.kind == BiasKind::distance_table && leaves_table)
    return Error{"positions=doubled leaves the distance_table", "", "allowed with it: shuffled, restart"};
  return ok();
}

bool is_name_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         std::string_view("/_-.+:@").find(letter) != std::string_view::npos;
}

Status check_name(const char* field, const std::string& text) {
  if (std::all_of(text.begin(), text.end(), is_name_letter)) return ok();
  return out_of_range(fmt::format("{} holds a letter that a token can't", field), "letters, digits and / _ - . + : @");
}

}  // namespace

Status validate(const Options& options) {
  if (Status s = check_range("tile_queries", options.tile_queries, 0, tile_max); !s) return s;
  if (Status s = check_range("tile_keys", options.tile_keys, 0, tile_max); !s) return s;
  if (Status s = check_range("splits", options.splits, 0, tile_max); !s) return s;
  return check_range("threads", options.threads, 1, threads_max);
}

Status validate(const Case& c) {
  if (Status s = validate(c.problem); !s) return s;
  if (Status s = check_masks(c); !s) return s;
  if (Status s = check_share("dense_hidden", c.dense_hidden); !s) return s;
  if (Status s = check_positions(c); !s) return s;
  if (Status s = validate(c.options); !s) return s;
  if (Status s = check_name("kernel", c.kernel); !s) return s;
  return check_name("law", c.law);
}

}  // namespace boresight
