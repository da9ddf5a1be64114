// Tensors across the border to Python: arrays that any library of DLPack takes, with memory of their own, so that a kernel may
// keep them for as long as it likes; and arrays from Python, looked at before they are read.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "problem/tensors.h"

namespace boresight::python {

namespace nb = nanobind;

// From Python: on the CPU, read only.
using Given = nb::ndarray<nb::ro, nb::device::cpu>;

// One tensor's elements where Python sees them, in the same layout or row-major.
class Shared {
 public:
  Shared(const Tensor& tensor, bool row_major);
  // For Python; masks are bool. The memory lives as long as any array of it.
  nb::object array() const;
  // Writes what Python has changed back to the tensor that this was made from.
  void write_back() const;

 private:
  Tensor original_, copy_;
  std::shared_ptr<std::vector<std::byte>> memory_;
};

// An array of doubles for Python, row-major.
nb::object array_of(std::vector<double> values, const std::vector<std::int64_t>& shape);

// Why an array from Python can't be the values of this tensor: its shape or type; nothing: it can.
std::optional<std::string> misfit(const Given& given, const Tensor& tensor);

// Writes an array that fits.
void copy(const Given& given, const Tensor& tensor);

// Every bit set is how the judge marks what nobody has written; where Python gave that NaN it becomes another one.
void tell_from_poison(const Tensor& tensor);

// "(2, 8, 3)"
std::string in_words(const std::vector<std::int64_t>& shape);
std::vector<std::int64_t> shape_of(const Tensor& tensor);
// What a kernel gets an array of: an input with elements, or the queries, keys and values that every call has, which may be
// without (a tensor without elements has no memory, and may have the shape of a call that it was cut from). Null data and rank 0:
// nothing.
Tensor given(const NamedTensor& input, const Problem& problem, const Tensors& tensors);
bool has_negative_stride(const Tensor& tensor);

}  // namespace boresight::python
