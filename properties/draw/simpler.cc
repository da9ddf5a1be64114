#include "properties/draw/simpler.h"

#include <algorithm>
#include <functional>

#include "problem/inputs.h"

namespace boresight::properties {
namespace {

// Collects each valid candidate that differs from the original.
class Candidates {
 public:
  explicit Candidates(const Case& original) : original_(original) {}

  void add(const std::function<void(Case&)>& change) {
    Case candidate = original_;
    change(candidate);
    if (!(candidate == original_) && validate(candidate)) list_.push_back(std::move(candidate));
  }
  const Case& original() const { return original_; }
  std::vector<Case> take() { return std::move(list_); }

 private:
  const Case& original_;
  std::vector<Case> list_;
};

void drop_masks(Candidates& to) {
  to.add([](Case& c) { c.attention_mask = {}, c.attention_mask_broadcast = {}; });
  to.add([](Case& c) { c.key_mask = {}; });
  to.add([](Case& c) { c.memory_mask = {}; });
}

void drop_features(Candidates& to) {
  to.add([](Case& c) { c.problem.type = Type::f32; });
  to.add([](Case& c) { c.layout = Layout::bhnd; });
  to.add([](Case& c) { c.options = {}; });
  to.add([](Case& c) { c.options.splits = 0; });
  to.add([](Case& c) { c.options.tile_queries = 0; });
  to.add([](Case& c) { c.options.tile_keys = 0; });
  to.add([](Case& c) { c.problem.rotary = {}; });
  to.add([](Case& c) { c.problem.rotary.xpos = {}; });
  to.add([](Case& c) {
    const std::int64_t dims = c.problem.rotary.dims;
    const Xpos xpos = c.problem.rotary.xpos;
    c.problem.rotary = {};
    c.problem.rotary.dims = dims;
    c.problem.rotary.xpos = xpos;
  });
  to.add([](Case& c) { c.positions = Positions::ordered, c.positions_broadcast = true, c.problem.custom_positions = false; });
  to.add([](Case& c) { c.problem.softcap = 0, c.problem.softcap_order = SoftcapOrder::after_bias; });
  to.add([](Case& c) { c.problem.scale = {}; });
  to.add([](Case& c) { c.problem.sink = false; });
  to.add([](Case& c) { c.problem.zero_kv = false; });
  to.add([](Case& c) { c.problem.window = {}; });
  to.add([](Case& c) { c.problem.window.left = unlimited; });
  to.add([](Case& c) { c.problem.window.right = unlimited; });
  to.add([](Case& c) { c.problem.causal = false; });
  to.add([](Case& c) { c.problem.head_map = HeadMap::grouped; });
  drop_masks(to);
}

void drop_bias(Candidates& to) {
  if (to.original().problem.bias.kind == BiasKind::none) return;
  const auto forget_shapes = [](Case& c) { c.dense_broadcast = {}, c.dense_hidden = 0; };
  to.add([&](Case& c) { c.problem.bias = {}, forget_shapes(c); });
  if (to.original().problem.bias.kind != BiasKind::alibi) {
    to.add([&](Case& c) {
      c.problem.bias = {};
      c.problem.bias.kind = BiasKind::alibi;
      c.problem.bias.alibi_heads = c.problem.heads;
      forget_shapes(c);
    });
  }
  to.add([](Case& c) {
    if (c.problem.bias.kind == BiasKind::alibi)
      c.problem.bias.slopes = Slopes::geometric, c.problem.bias.alibi_heads = c.problem.heads;
  });
  to.add([](Case& c) { c.dense_hidden = 0; });
  to.add([](Case& c) { c.dense_broadcast = {}; });
}

// Toward 0 or the least value: at once, by half, by one.
void shrink_size(Candidates& to, std::int64_t Problem::* size, std::int64_t least) {
  const std::int64_t now = to.original().problem.*size;
  for (const std::int64_t next : {least, now / 2, now - 1})
    if (next >= least && next < now) to.add([&](Case& c) { c.problem.*size = next; });
}

// Fewer keys than queries is a corner of its own: a case leaves it where it can, and never enters it.
void shrink_segment(Candidates& to) {
  const std::int64_t queries = to.original().problem.queries;
  if (to.original().problem.segment >= queries) return shrink_size(to, &Problem::segment, queries);
  to.add([&](Case& c) { c.problem.segment = queries; });
  shrink_size(to, &Problem::segment, 0);
}

void shrink_heads(Candidates& to) {
  const Problem& p = to.original().problem;
  const auto heads = [&](std::int64_t h, std::int64_t g) {
    to.add([&](Case& c) {
      c.problem.heads = h;
      c.problem.kv_heads = g;
      if (c.problem.bias.kind == BiasKind::alibi) c.problem.bias.alibi_heads = std::min(c.problem.bias.alibi_heads, h);
      if (g == h) c.problem.head_map = HeadMap::grouped;
    });
  };
  if (p.heads > 1) heads(1, 1);
  for (std::int64_t h = 2; h < p.heads; ++h)
    if (h % p.kv_heads == 0) heads(h, p.kv_heads);
  for (std::int64_t h = 2; h < p.heads; ++h) heads(h, h);
  if (p.kv_heads != p.heads) heads(p.heads, p.heads);
}

void shrink_sizes(Candidates& to) {
  shrink_size(to, &Problem::batch, 1);
  shrink_heads(to);
  const auto together = [&](std::int64_t rows) {  // self attention stays self attention, a cache keeps its length
    to.add([&](Case& c) { c.problem.queries -= rows, c.problem.segment -= rows; });
  };
  const std::int64_t rows = std::min(to.original().problem.queries, to.original().problem.segment);
  for (const std::int64_t less : {rows - 1, rows / 2, std::int64_t{1}})
    if (less > 0) together(less);
  shrink_size(to, &Problem::queries, 0);
  shrink_segment(to);
  shrink_size(to, &Problem::memories, 0);
  shrink_size(to, &Problem::mem_kv, 0);
  const auto width = [&](std::int64_t d, std::int64_t dv) {
    to.add([&](Case& c) {
      c.problem.head_dim = d;
      c.problem.value_dim = dv;
      c.problem.rotary.dims = std::min(c.problem.rotary.dims, d / 2 * 2);
    });
  };
  const Problem& p = to.original().problem;
  for (const std::int64_t d : {std::int64_t{1}, std::int64_t{2}, p.head_dim / 2, p.head_dim - 1})
    if (d >= 1 && d < p.head_dim) width(d, std::min(d, p.value_dim)), width(d, p.value_dim);
  for (const std::int64_t d : {std::int64_t{1}, p.value_dim / 2})
    if (d >= 1 && d < p.value_dim) width(p.head_dim, d);
  for (const std::int64_t side : {std::int64_t{0}, p.window.left / 2, p.window.left - 1})
    if (side >= 0 && side < p.window.left) to.add([&](Case& c) { c.problem.window.left = side; });
  for (const std::int64_t side : {std::int64_t{0}, p.window.right / 2, p.window.right - 1})
    if (side >= 0 && side < p.window.right) to.add([&](Case& c) { c.problem.window.right = side; });
}

// The bits of a mask as it stands, so that they can be simplified one by one.
std::vector<bool> spelled_out(const Tensor& mask) {
  std::vector<bool> bits;
  const std::array<std::int64_t, 4> n =
      mask.rank == 4 ? mask.shape : std::array<std::int64_t, 4>{1, 1, mask.shape[0], mask.shape[1]};
  for (std::int64_t b = 0; b < n[0]; ++b)
    for (std::int64_t h = 0; h < n[1]; ++h)
      for (std::int64_t i = 0; i < n[2]; ++i)
        for (std::int64_t c = 0; c < n[3]; ++c)
          bits.push_back((mask.rank == 4 ? mask.at<std::uint8_t>(b, h, i, c) : mask.at<std::uint8_t>(i, c)) != 0);
  return bits;
}

constexpr std::size_t bits_spelled_max = 64;

void shrink_mask(Candidates& to, Mask Case::* mask, Tensor Tensors::* tensor) {
  const Mask& now = to.original().*mask;
  if (now.kind == Mask::Kind::absent) return;
  if (now.kind == Mask::Kind::bits) {
    if (now.bits.size() > 1) {
      to.add([&](Case& c) { (c.*mask).bits.resize(1); });
      to.add([&](Case& c) { (c.*mask).bits.resize(now.bits.size() / 2); });
    }
    for (std::size_t at = 0; at < now.bits.size(); ++at)
      if (!now.bits[at]) to.add([&](Case& c) { (c.*mask).bits[at] = true; });
    return;
  }
  const Inputs inputs = make_inputs(to.original());
  const Tensor& view = inputs.tensors.*tensor;
  if (!view || view.elements() == 0 || std::size_t(view.elements()) > bits_spelled_max) return;
  to.add([&](Case& c) { c.*mask = Mask{Mask::Kind::bits, 1, 0, spelled_out(view)}; });
}

void shrink_values(Candidates& to) {
  const Values values = to.original().values;  // nothing is simpler to read than a probe's
  if (values != Values::normal && values != Values::integers && values != Values::probe)
    to.add([](Case& c) { c.values = Values::normal; });
  if (values != Values::probe) to.add([](Case& c) { c.values = Values::integers; });
  const std::uint64_t seed = to.original().seed;
  for (std::uint64_t next = 0; next < std::min<std::uint64_t>(seed, 4); ++next) to.add([&](Case& c) { c.seed = next; });
}

}  // namespace

std::vector<Case> simpler(const Case& a_case) {
  Candidates to(a_case);
  drop_features(to);
  drop_bias(to);
  shrink_sizes(to);
  shrink_mask(to, &Case::attention_mask, &Tensors::attention_mask);
  shrink_mask(to, &Case::key_mask, &Tensors::key_mask);
  shrink_mask(to, &Case::memory_mask, &Tensors::memory_mask);
  shrink_values(to);
  return to.take();
}

}  // namespace boresight::properties
