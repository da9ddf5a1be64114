// Values: numbers that break arithmetic, put where a token can't: zeros of both signs, subnormals, the largest numbers, ties,
// sums that cancel, and behind the masks NaN and infinity, which nobody may see. A part of the input puts one:
//
//   segment_v 5 nan      element 5 (row-major) of a tensor becomes this number, rounded to the tensor's type
//   segment_k 5 = 3      or what element 3 holds, for ties; -3: its negative, for sums that cancel
//
// Where a number would make the call invalid, or an infinity be seen, a finite one takes its place; a dense bias and a sink may
// be -inf, which hides a column and is no sink.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/finding.h"
#include "fuzz/text.h"
#include "problem/inputs.h"
#include "problem/tensor_rules.h"
#include "problem/values.h"
#include "properties/call.h"

namespace boresight::fuzz {
namespace {

// The tensors of numbers that a case has, in the order of input_tensors.
std::vector<NamedTensor> numbers_in(const Tensors& tensors) {
  std::vector<NamedTensor> found;
  for (const NamedTensor& named : input_tensors) {
    const Tensor& tensor = tensors.*named.member;
    if (tensor && is_float(tensor.type) && tensor.elements() > 0) found.push_back(named);
  }
  return found;
}

const NamedTensor* named(const std::vector<NamedTensor>& tensors, std::string_view name) {
  for (const NamedTensor& candidate : tensors)
    if (name == candidate.name) return &candidate;
  return nullptr;
}

// Where element `number`, row-major, lies.
std::array<std::int64_t, 4> index_of(const Tensor& tensor, std::int64_t number) {
  std::array<std::int64_t, 4> index{};
  for (int d = tensor.rank - 1; d >= 0; --d) {
    index[std::size_t(d)] = number % tensor.shape[std::size_t(d)];
    number /= tensor.shape[std::size_t(d)];
  }
  return index;
}
std::byte* place_of(const Tensor& tensor, const std::array<std::int64_t, 4>& index) {
  std::int64_t offset = 0;
  for (int d = 0; d < tensor.rank; ++d) offset += index[std::size_t(d)] * tensor.stride[std::size_t(d)];
  return static_cast<std::byte*>(tensor.data) + offset * std::int64_t(bytes(tensor.type));
}

// Whether rule 1 hides this row of keys or values from everybody.
bool hidden(const Tensors& t, Tensor Tensors::* member, const std::array<std::int64_t, 4>& index) {
  const bool memory = member == &Tensors::memory_k || member == &Tensors::memory_v;
  const bool segment = member == &Tensors::segment_k || member == &Tensors::segment_v;
  const Tensor& mask = memory ? t.memory_mask : t.key_mask;
  return (memory || segment) && mask && mask.at<std::uint8_t>(index[0], index[2]) == 0;
}

// Where -inf has a meaning of its own: a column that is hidden, and no sink.
bool means_nothing(Tensor Tensors::* member, double value) {
  return (member == &Tensors::dense || member == &Tensors::sinks) && std::isinf(value) && value < 0;
}

// One element, changed only so far that the call stays valid and finite.
void put(const Problem& problem, const Tensors& tensors, const NamedTensor& where, std::int64_t number, double value) {
  const Tensor& tensor = tensors.*where.member;
  const auto index = index_of(tensor, number);
  const bool unseen = hidden(tensors, where.member, index) || means_nothing(where.member, value);
  if (!std::isfinite(value) && !unseen) value = std::copysign(largest_finite(tensor.type), value);
  const double most = largest_finite(tensor.type);
  if (std::isfinite(value)) value = std::clamp(value, -most, most);
  std::byte* const at = place_of(tensor, index);
  std::array<std::byte, 8> before{};
  std::copy(at, at + bytes(tensor.type), before.begin());
  store(at, tensor.type, 0, value);
  if (!validate(problem, tensors)) std::copy(before.begin(), before.begin() + std::ptrdiff_t(bytes(tensor.type)), at);
}

double value_at(const Tensor& tensor, std::int64_t number) {
  return properties::decode(place_of(tensor, index_of(tensor, number)), tensor.type);
}

// The element that a number names, whatever its sign.
std::int64_t element_of(std::string_view number, std::int64_t elements) {
  if (number.starts_with('-')) number.remove_prefix(1);
  return std::int64_t(std::uint64_t(number_of(number)) % std::uint64_t(elements));
}

void apply(const Problem& problem, const Tensors& tensors, std::string_view part) {
  const std::vector<NamedTensor> numbers = numbers_in(tensors);
  const auto words = words_of(part, 4);
  const NamedTensor* const found = words.empty() ? nullptr : named(numbers, words[0]);
  if (found == nullptr) return;
  const NamedTensor& where = *found;
  const std::int64_t elements = (tensors.*where.member).elements();
  const std::int64_t number = words.size() > 1 ? element_of(words[1], elements) : 0;
  if (words.size() == 4 && words[2] == "=") {
    const double value = value_at(tensors.*where.member, element_of(words[3], elements));
    return put(problem, tensors, where, number, words[3].starts_with('-') ? -value : value);
  }
  const std::string spelled(words.size() > 2 ? words[2] : words.back());
  char* end = nullptr;
  const double value = std::strtod(spelled.c_str(), &end);
  put(problem, tensors, where, number, end == spelled.c_str() + spelled.size() ? value : double(number_of(spelled) % 1024));
}

std::optional<Fault> look(const std::string& input, const Kernels& kernels) {
  const Text text = split(input);
  const Case a_case = case_of(text.token);
  const Inputs inputs = make_inputs(a_case);
  for (const std::string_view part : text.parts) apply(a_case.problem, inputs.tensors, part);
  const properties::Call call{a_case.problem, inputs.tensors};
  HeldCall held(call);
  return fault_of_any(held, a_case.options, kernels);
}

// A number at an edge of the type.
std::string drawn_number(Type type, Choices& choices) {
  const double sign = choices.chance(1, 2) ? -1 : 1;
  switch (choices.pick(8)) {
    case 0:
      return choices.one_of({"nan", "inf", "-inf"});
    case 1:
      return choices.one_of({"0", "-0"});
    case 2:
      return fmt::format("{:a}", sign * smallest_subnormal(type) * double(choices.between(1, 3)));
    case 3:
      return fmt::format("{:a}", sign * (smallest_normal(type) - smallest_subnormal(type) * double(choices.pick(2))));
    case 4:
      return fmt::format("{:a}", sign * largest_finite(type) * std::exp2(-double(choices.pick(5))));
    case 5:
      return fmt::format("{:a}", sign * (1 + 2 * unit_roundoff(type) * double(choices.between(-1, 1))));
    case 6:
      return fmt::format("{:a}", sign * std::exp2(double(choices.between(-30, 12))));
    default:
      return fmt::format("{}", sign * double(choices.between(1, 100)));
  }
}

std::string drawn_part(const Case& a_case, Choices& choices) {
  std::vector<TensorRule> rules;
  for (const TensorRule& rule : tensor_rules(a_case.problem))
    if (rule.need == Need::required && is_float(rule.type) && rule.elements() > 0 && rule.member != &Tensors::out)
      rules.push_back(rule);
  if (rules.empty()) return "q 0 0";
  const TensorRule& rule = rules[std::size_t(choices.pick(rules.size()))];
  const std::uint64_t elements = std::uint64_t(rule.elements());
  const std::uint64_t number = choices.pick(elements);
  if (choices.chance(1, 4))
    return fmt::format("{} {} = {}{}", rule.name, number, choices.chance(1, 2) ? "-" : "", choices.pick(elements));
  return fmt::format("{} {} {}", rule.name, number, drawn_number(rule.type, choices));
}

}  // namespace

std::string judge_values(std::string_view input, const Kernels& kernels) {
  return finding_of_text("fuzz_values", input, [&](const std::string& text) { return look(text, kernels); });
}

std::string mutate_values(std::string_view input, Choices& choices) { return mutated(input, drawn_part, choices); }

}  // namespace boresight::fuzz
