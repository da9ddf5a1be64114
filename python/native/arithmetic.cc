#include "python/native/arithmetic.h"

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <variant>

#include "strangers/convert.h"

namespace boresight::python {
namespace {

namespace nb = nanobind;
using C = boresight_arithmetic;

struct TypeField {
  std::int32_t C::* at;
};
struct Field {
  const char* name;
  std::variant<double C::*, std::int64_t C::*, std::int32_t C::*, TypeField> at;
};
constexpr Field fields[] = {{"accumulator_roundoff", &C::accumulator_roundoff},
                            {"dot_chain", &C::dot_chain},
                            {"value_chain", &C::value_chain},
                            {"rescales", &C::rescales},
                            {"accumulator", TypeField{&C::accumulator}},
                            {"rotated", TypeField{&C::rotated}},
                            {"scaled_query", TypeField{&C::scaled_query}},
                            {"scores", TypeField{&C::scores}},
                            {"weights", TypeField{&C::weights}},
                            {"exp_argument_roundings", &C::exp_argument_roundings},
                            {"exp_error", &C::exp_error},
                            {"tanh_error", &C::tanh_error},
                            {"log_error", &C::log_error},
                            {"angle_error", &C::angle_error},
                            {"turn_error", &C::turn_error},
                            {"flushes_subnormals", &C::flushes_subnormals},
                            {"merge", &C::merge}};

std::int32_t type_of(const std::string& text) {
  for (const Type type : {Type::f32, Type::bf16, Type::f16, Type::f64})
    if (text == name(type)) return std::int32_t(type);
  throw nb::value_error(fmt::format("'{}' is no type; allowed: f32, bf16, f16, f64", text).c_str());
}

template <class T>
T as(const std::string& key, nb::handle value, const char* right) {
  T number{};
  if (!nb::try_cast(value, number))
    throw nb::value_error(fmt::format("arithmetic: {} is {}; allowed: {}", key, nb::repr(value).c_str(), right).c_str());
  return number;
}

void put(C& declared, const std::string& key, nb::handle value) {
  for (const Field& field : fields) {
    if (key != field.name) continue;
    if (const auto* const at = std::get_if<double C::*>(&field.at))
      declared.** at = as<double>(key, value, "a number");
    else if (const auto* const whole = std::get_if<std::int64_t C::*>(&field.at))
      declared.** whole = as<std::int64_t>(key, value, "a whole number");
    else if (const auto* const small = std::get_if<std::int32_t C::*>(&field.at))
      declared.** small = as<std::int32_t>(key, value, "a whole number");
    else
      declared.*std::get<TypeField>(field.at).at = type_of(as<std::string>(key, value, "f32, bf16, f16, f64"));
    return;
  }
  throw nb::value_error(fmt::format("arithmetic has no field '{}'; see boresight_arithmetic in boresight.h", key).c_str());
}

}  // namespace

Arithmetic arithmetic_of(const Problem& problem, const nb::object& dict) {
  C declared = strangers::plain_arithmetic(problem);
  if (!dict.is_none())
    for (const auto& [key, value] : nb::cast<nb::dict>(dict)) put(declared, nb::str(key).c_str(), value);
  const Result<Arithmetic> arithmetic = strangers::from_c(declared);
  if (!arithmetic) throw nb::value_error(("arithmetic: " + arithmetic.error().text()).c_str());
  return *arithmetic;
}

}  // namespace boresight::python
