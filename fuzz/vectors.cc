// Vectors: the reader of recorded vectors (properties/vectors.h), in every type. A record is a valid call, which the reference
// and every kernel can be asked about, or an error that says what is wrong and what would be right.
#include "properties/vectors.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "fuzz/bodies.h"
#include "fuzz/finding.h"
#include "fuzz/fit.h"
#include "properties/vector_verdict.h"

namespace boresight::fuzz {
namespace {

using nlohmann::json;

std::optional<Fault> fault_of_vector(const properties::Vector& vector, const Kernels& kernels) {
  const properties::Call call{vector.problem, vector.inputs.tensors};
  if (const Status status = validate(vector.problem); !status) return Fault{"a problem that is not valid", status.error().text()};
  if (const Status status = validate(call.problem, call.tensors); !status)
    return Fault{"tensors that are not valid", status.error().text()};
  if (!small_enough(vector.problem)) return std::nullopt;
  properties::judge_reference(vector);  // whatever it says of numbers that nobody computed
  if (!vector.observed.empty()) properties::diagnose_observed(vector);
  HeldCall held(call);
  return fault_of_any(held, {}, kernels);
}

std::optional<Fault> look(const std::string& input, const Kernels& kernels) {
  for (const Type type : {Type::f64, Type::f32, Type::bf16, Type::f16}) {
    const auto vector = properties::parse_vector(input, type);
    if (vector) {
      if (auto fault = fault_of_vector(*vector, kernels)) return fault;
    } else if (vector.error().what.empty() || vector.error().right.empty()) {
      return Fault{"an error that does not say what is wrong, or right", vector.error().text()};
    }
  }
  return std::nullopt;
}

json drawn_value(Choices& choices) {
  return choices.one_of<json>({0, 1, -1, 2, 0.5, 1e308, 2147483521, std::int64_t{1} << 62, true, nullptr, "", "alibi",
                               json::array(), json::object(), json::array({0.25}), json::array({json::array({1})})});
}

// Any value of the tree, by a walk down.
json& some_node(json& tree, Choices& choices) {
  json* node = &tree;
  while (node->is_structured() && !node->empty() && !choices.chance(1, 6))
    node = &*std::next(node->begin(), std::ptrdiff_t(choices.pick(node->size())));
  return *node;
}

void change(json& node, Choices& choices) {
  if (node.is_array() && !node.empty() && choices.chance(1, 2)) {
    const std::size_t at = std::size_t(choices.pick(node.size()));
    const json copy = node[at];
    if (choices.chance(1, 2))
      node.insert(node.begin() + std::ptrdiff_t(at), copy);
    else
      node.erase(at);
  } else if (node.is_object() && !node.empty()) {
    node.erase(std::next(node.begin(), std::ptrdiff_t(choices.pick(node.size()))).key());
  } else if (node.is_number() && choices.chance(1, 2)) {
    node = node.get<double>() * choices.one_of({-1.0, 0.5, 2.0, 1.0e6}) + choices.one_of({0.0, 1.0, -1.0});
  } else {
    node = drawn_value(choices);
  }
}

json parsed(std::string_view text) { return json::parse(text, nullptr, false); }

std::string printed(const json& tree) { return tree.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string judge_vectors(std::string_view input, const Kernels& kernels) {
  return finding_of_bytes("fuzz_vectors", input, [&](const std::string& text) { return look(text, kernels); });
}

std::string mutate_vectors(std::string_view input, Choices& choices) {
  json tree = parsed(input);
  if (tree.is_discarded()) return printed(drawn_value(choices));
  for (std::uint64_t left = choices.between(1, 3); left > 0; --left) change(some_node(tree, choices), choices);
  return printed(tree);
}

// One record with a field of the other, where both have it.
std::string cross_vectors(std::string_view one, std::string_view other, Choices& choices) {
  json tree = parsed(one);
  const json from = parsed(other);
  if (!tree.is_object() || !from.is_object() || from.empty()) return std::string(one);
  const auto field = std::next(from.begin(), std::ptrdiff_t(choices.pick(from.size())));
  json& own = tree[field.key()];
  if (own.is_object() && field->is_object() && !field->empty()) {
    const auto inner = std::next(field->begin(), std::ptrdiff_t(choices.pick(field->size())));
    own[inner.key()] = *inner;
  } else {
    own = *field;
  }
  return printed(tree);
}

}  // namespace boresight::fuzz
