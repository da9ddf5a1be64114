#include "python/native/kernel.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <utility>

#include "properties/documented.h"
#include "python/native/arithmetic.h"
#include "python/native/arrays.h"
#include "python/native/described.h"

namespace boresight::python {
namespace {

// The Python object, released with the GIL held wherever its last owner goes.
class Spec {
 public:
  explicit Spec(nb::object object) : object_(std::move(object)) {}
  Spec(const Spec&) = delete;
  Spec& operator=(const Spec&) = delete;
  ~Spec() {
    const nb::gil_scoped_acquire gil;
    object_.reset();
  }
  const nb::object& object() const { return object_; }

 private:
  nb::object object_;
};

// What a Python exception says in one line: "ValueError: no window".
std::string in_words(const nb::python_error& error) {
  const std::string type = nb::cast<std::string>(error.type().attr("__name__"));
  const std::string text = nb::cast<std::string>(nb::str(error.value()));
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() ? type : type + ": " + line;
}

// A fault with the exception's words; an interruption is kept for who began all this.
[[noreturn]] void fault(nb::python_error&& error, const char* did, Interruption& interruption) {
  if (error.matches(PyExc_Exception)) throw KernelFault(fmt::format("{} {}", did, in_words(error)));
  interruption.set(std::move(error));
  throw KernelFault("was interrupted");
}

void take(const nb::object& from, const char* name, const Tensor& tensor) {
  Given given;
  if (!nb::try_cast(from, given))
    throw KernelFault(fmt::format("returned {} of type {}, which is no dense array on the CPU", name,
                                  nb::cast<std::string>(from.type().attr("__name__"))));
  if (const auto wrong = misfit(given, tensor)) throw KernelFault(fmt::format("returned {} that {}", name, *wrong));
  copy(given, tensor);
  tell_from_poison(tensor);
}

void run(const nb::object& spec, const Problem& problem, const Tensors& tensors, const Options& options,
         Interruption& interruption) {
  if (interruption.flag()) throw KernelFault("was interrupted");
  const bool row_major = nb::cast<bool>(spec.attr("contiguous"));
  const bool negative = nb::cast<bool>(spec.attr("library").attr("negative_strides"));
  std::vector<Shared> shared;
  nb::dict arrays;
  for (const NamedTensor& input : input_tensors)
    if (const Tensor tensor = given(input, problem, tensors); tensor.rank > 0) {
      shared.emplace_back(tensor, row_major || (!negative && has_negative_stride(tensor)));
      arrays[input.name] = shared.back().array();
    }
  try {
    const auto result = nb::cast<nb::tuple>(spec.attr("_run")(Described(problem, tensors), options, arrays));
    const nb::object out = result[0], lse = result[1];
    take(out, "out", tensors.out);
    if (tensors.lse.rank > 0) {
      Tensor three = tensors.lse;
      three.rank = 3;
      take(lse, "lse", three);
    }
  } catch (nb::python_error& error) {
    fault(std::move(error), "raised", interruption);
  }
  for (const Shared& one : shared) one.write_back();
}

}  // namespace

void Interruption::set(nb::python_error&& error) {
  if (set_) return;
  error_ = std::make_unique<nb::python_error>(std::move(error));
  set_ = true;
}

void Interruption::raise_if_set() {
  if (error_) throw nb::python_error(std::move(*error_));
}

Kernel kernel_of(const nb::object& object, Interruption& interruption) {
  Kernel kernel;
  kernel.name = nb::cast<std::string>(object.attr("name"));
  kernel.instruction_set = "any";
  kernel.without_lse = !nb::cast<bool>(object.attr("lse"));
  kernel.contiguous = nb::cast<bool>(object.attr("contiguous"));
  kernel.batch_invariant = nb::cast<bool>(object.attr("batch_invariant"));
  kernel.documented = nb::cast<std::vector<std::string>>(object.attr("documented"));
  if (const Status known = properties::known_readings(kernel.documented); !known)
    throw nb::value_error((kernel.name + " documents: " + known.error().text()).c_str());
  const auto spec = std::make_shared<const Spec>(object);
  kernel.unsupported = [spec, &interruption](const Problem& problem, const Tensors& tensors) -> std::string {
    if (interruption.flag()) return "interrupted";
    const nb::gil_scoped_acquire gil;
    try {
      return nb::cast<std::string>(spec->object().attr("_refusal")(Described(problem, tensors)));
    } catch (nb::python_error& error) {
      if (error.matches(PyExc_Exception)) throw;
      interruption.set(std::move(error));
      return "interrupted";
    }
  };
  kernel.arithmetic = [spec](const Problem& problem, const Options&) {
    const nb::gil_scoped_acquire gil;
    return arithmetic_of(problem, spec->object().attr("_arithmetic")(Described(problem, {})));
  };
  kernel.run = [spec, &interruption](const Problem& problem, const Tensors& tensors, const Options& options) {
    const nb::gil_scoped_acquire gil;
    run(spec->object(), problem, tensors, options, interruption);
  };
  return kernel;
}

}  // namespace boresight::python
