#include "python/native/described.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include "problem/type.h"
#include "python/native/arrays.h"

namespace boresight::python {
namespace {

bool row_major(const Tensor& tensor) {
  std::int64_t stride = 1;
  for (int k = tensor.rank - 1; k >= 0; --k) {
    if (tensor.shape[k] != 1 && tensor.stride[k] != stride) return false;
    stride *= tensor.shape[k];
  }
  return true;
}

const char* bias_kind(const Bias& b) {
  constexpr const char* names[] = {"none", "alibi", "relative_buckets", "distance_table", "dense", "forget"};
  return names[int(b.kind)];
}
const char* slopes(const Bias& b) {
  constexpr const char* names[] = {"geometric", "per_head", "per_batch"};
  return names[int(b.slopes)];
}

nb::tuple as_tuple(const std::vector<std::int64_t>& sizes) {
  nb::list list;
  for (const std::int64_t size : sizes) list.append(size);
  return nb::tuple(list);
}

nb::dict given_shapes(const Described& d) {
  nb::dict shapes;
  for (const Described::Shape& shape : d.given) shapes[shape.name] = as_tuple(shape.sizes);
  return shapes;
}

}  // namespace

Described::Described(const Problem& problem, const Tensors& tensors) : Problem(problem) {
  for (const NamedTensor& input : input_tensors) {
    const Tensor tensor = python::given(input, problem, tensors);
    if (tensor.rank > 0) given.push_back({input.name, shape_of(tensor)});
    if (tensor && !row_major(tensor)) strided = true;
  }
}

void bind_problem(nb::module_& m) {
  nb::class_<Bias>(m, "Bias", "What is added to the scores: `kind`, and what that kind needs.")
      .def_prop_ro("kind", bias_kind, "none, alibi, relative_buckets (T5), distance_table, dense or forget")
      .def_prop_ro("slopes", slopes, "of ALiBi: geometric, or data: per_head, per_batch")
      .def_ro("alibi_heads", &Bias::alibi_heads, "geometric slopes for the first so many heads; heads past those have slope 0")
      .def_ro("buckets", &Bias::buckets)
      .def_ro("max_distance", &Bias::max_distance)
      .def_ro("bidirectional", &Bias::bidirectional)
      .def_ro("bias_scale", &Bias::bias_scale)
      .def("__repr__", [](const Bias& b) { return fmt::format("<Bias {}>", bias_kind(b)); });
  nb::class_<Rotary>(m, "Rotary", "Rotary encoding, and XPOS on top; `dims` 0: none.")
      .def_ro("dims", &Rotary::dims, "the first entries of head_dim that turn")
      .def_prop_ro("pairs", [](const Rotary& r) { return r.pairs == RotaryPairs::halves ? "halves" : "adjacent"; })
      .def_ro("base", &Rotary::base)
      .def_ro("base_rescale", &Rotary::base_rescale)
      .def_ro("interpolation", &Rotary::interpolation)
      .def_ro("frequencies_as_data", &Rotary::frequencies_as_data)
      .def_prop_ro("xpos", [](const Rotary& r) { return r.xpos.on; })
      .def_prop_ro("xpos_scale_base", [](const Rotary& r) { return r.xpos.scale_base; })
      .def_prop_ro("xpos_center", [](const Rotary& r) { return r.xpos.center; })
      .def_prop_ro("xpos_scales_as_data", [](const Rotary& r) { return r.xpos.scales_as_data; })
      .def("__repr__", [](const Rotary& r) { return fmt::format("<Rotary of {} dims>", r.dims); });
  nb::class_<Described>(m, "Problem", "What one call computes: sizes, bias, rotary, visibility, and the shapes of its inputs.")
      .def_ro("batch", &Described::batch)
      .def_ro("heads", &Described::heads)
      .def_ro("kv_heads", &Described::kv_heads)
      .def_ro("head_dim", &Described::head_dim)
      .def_ro("value_dim", &Described::value_dim)
      .def_ro("queries", &Described::queries)
      .def_ro("segment", &Described::segment, "keys of the current segment, cached ones first")
      .def_ro("memories", &Described::memories)
      .def_ro("mem_kv", &Described::mem_kv, "persistent columns, in front")
      .def_prop_ro(
          "columns", [](const Described& d) { return d.columns(); }, "mem_kv + memories + segment")
      .def_ro("zero_kv", &Described::zero_kv)
      .def_ro("causal", &Described::causal)
      .def_prop_ro(
          "window", [](const Described& d) { return nb::make_tuple(d.window.left, d.window.right); },
          "(left, right), inclusive; -1 hides nothing")
      .def_prop_ro("head_map", [](const Described& d) { return d.head_map == HeadMap::tiled ? "tiled" : "grouped"; })
      .def_prop_ro(
          "scale", [](const Described& d) { return effective_scale(d); }, "of q.k alone, as it is to be used")
      .def_ro("softcap", &Described::softcap, "0: none")
      .def_prop_ro("softcap_order",
                   [](const Described& d) { return d.softcap_order == SoftcapOrder::before_bias ? "before_bias" : "after_bias"; })
      .def_prop_ro("bias", [](const Described& d) { return d.bias; })
      .def_prop_ro("rotary", [](const Described& d) { return d.rotary; })
      .def_ro("sink", &Described::sink)
      .def_ro("custom_positions", &Described::custom_positions)
      .def_prop_ro(
          "type", [](const Described& d) { return std::string(name(d.type)); }, "of q, k, v and out: f32, bf16 or f16")
      .def_prop_ro("given", given_shapes, "name of each input of the call -> its shape")
      .def_ro("strided", &Described::strided, "some input is not row-major")
      .def("__repr__", [](const Described& d) {
        return fmt::format("<Problem b{} h{}/{} d{} n{} s{} M{} P{} {}>", d.batch, d.heads, d.kv_heads, d.head_dim, d.queries,
                           d.segment, d.memories, d.mem_kv, bias_kind(d.bias));
      });
}

}  // namespace boresight::python
