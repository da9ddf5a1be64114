#include "python/native/case.h"

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "cli/case_of.h"
#include "problem/token.h"
#include "properties/prepared.h"
#include "python/native/arithmetic.h"
#include "python/native/arrays.h"
#include "python/native/described.h"
#include "python/native/kernel.h"
#include "reference/attention.h"
#include "reference/error_bound.h"

namespace boresight::python {
namespace {

using properties::Prepared;

Prepared prepare(const std::string& token) { return properties::prepare(case_of(token)); }

// Values of the caller's in place of the drawn ones.
void put(Prepared& prepared, const nb::dict& given) {
  for (const auto& [key, value] : given) {
    const std::string name = nb::cast<std::string>(key);
    const auto* const input =
        std::find_if(input_tensors.begin(), input_tensors.end(), [&](const auto& i) { return name == i.name; });
    if (input == input_tensors.end()) throw nb::value_error(fmt::format("no tensor has the name '{}'", name).c_str());
    const Tensor& tensor = prepared.call.tensors.*input->member;
    if (!tensor) throw nb::value_error(fmt::format("{}: the case has no such tensor, or one without elements", name).c_str());
    Given array;
    if (!nb::try_cast(value, array)) throw nb::type_error(fmt::format("{} is no array on the CPU", name).c_str());
    if (const auto wrong = misfit(array, tensor)) throw nb::value_error(fmt::format("{} {}", name, *wrong).c_str());
    copy(array, tensor);
  }
  if (const Status valid = validate(prepared.call.problem, prepared.call.tensors); !valid)
    throw nb::value_error(valid.error().text().c_str());
}

using Shape = std::vector<std::int64_t>;

// One array of all heads: [B][H] and what is one head's.
template <class Of>
nb::object stacked(const Problem& p, const Shape& inner, Of of) {
  std::vector<double> values;
  for (std::int64_t head = 0; head < p.batch * p.heads; ++head) of(std::size_t(head), values);
  Shape shape{p.batch, p.heads};
  shape.insert(shape.end(), inner.begin(), inner.end());
  return array_of(std::move(values), shape);
}

template <class Matrix>
void append(std::vector<double>& values, const Matrix& matrix, Eigen::Index first_column = 0) {
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index c = first_column; c < matrix.cols(); ++c) values.push_back(double(matrix(i, c)));
}

nb::dict reference_of(const std::string& token, const nb::dict& given, const nb::object& declared) {
  Prepared prepared = prepare(token);
  put(prepared, given);
  const Problem& p = prepared.call.problem;
  const Arithmetic arithmetic = arithmetic_of(p, declared);
  reference::Attention truth;
  reference::ErrorBound bound;
  {
    const nb::gil_scoped_release release;
    truth = reference::attend(p, prepared.call.tensors);
    bound = reference::error_bound(p, prepared.call.tensors, truth, arithmetic);
  }
  const Shape out{p.queries, p.value_dim}, row{p.queries}, pairs{p.queries, p.columns()};
  const Eigen::Index zero = p.zero_kv ? 1 : 0;
  nb::dict result;
  result["out"] = stacked(p, out, [&](std::size_t h, auto& v) { append(v, truth.heads[h].out); });
  result["lse"] = stacked(p, row, [&](std::size_t h, auto& v) { append(v, truth.heads[h].lse); });
  result["out_bound"] = stacked(p, out, [&](std::size_t h, auto& v) { append(v, bound.heads[h].out); });
  result["lse_bound"] = stacked(p, row, [&](std::size_t h, auto& v) { append(v, bound.heads[h].lse); });
  result["bias"] = stacked(p, pairs, [&](std::size_t h, auto& v) { append(v, truth.heads[h].bias, zero); });
  result["scores"] = stacked(p, pairs, [&](std::size_t h, auto& v) { append(v, truth.heads[h].scores, zero); });
  result["weights"] = stacked(p, pairs, [&](std::size_t h, auto& v) { append(v, truth.heads[h].weights, zero); });
  result["visible"] = stacked(p, pairs, [&](std::size_t h, auto& v) { append(v, truth.heads[h].visible, zero); });
  result["out_of_domain"] = truth.out_of_domain;
  return result;
}

// The inputs of a case, as a kernel gets them.
nb::tuple inputs_of(const std::string& token, bool row_major) {
  const Prepared prepared = prepare(token);
  nb::dict arrays;
  for (const NamedTensor& input : input_tensors)
    if (const Tensor tensor = given(input, prepared.call.problem, prepared.call.tensors); tensor.rank > 0)
      arrays[input.name] = Shared(tensor, row_major).array();
  return nb::make_tuple(Described(prepared.call.problem, prepared.call.tensors), case_of(token).options, arrays);
}

}  // namespace

Case case_of(const std::string& token) {
  const Result<Case> parsed = cli::case_of({token});
  if (!parsed) throw nb::value_error(parsed.error().text().c_str());
  return *parsed;
}

void bind_case(nb::module_& m) {
  nb::class_<Options>(m, "Options", "How to run, never what to compute; 0: the kernel chooses.")
      .def_ro("tile_queries", &Options::tile_queries)
      .def_ro("tile_keys", &Options::tile_keys)
      .def_ro("splits", &Options::splits)
      .def_ro("threads", &Options::threads);
  m.def("reference", reference_of, nb::arg("token"), nb::arg("given"), nb::arg("arithmetic").none());
  m.def("inputs", inputs_of, nb::arg("token"), nb::arg("row_major"));
  m.def("shortest", [](const std::string& text) { return token(case_of(text)); }, nb::arg("token"));
}

}  // namespace boresight::python
