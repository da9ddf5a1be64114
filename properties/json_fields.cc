// Every reader below follows one pattern: take the field, look at its kind, complain in the words of the file.
#include "properties/json_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace boresight::properties {
namespace {

using nlohmann::json;

constexpr std::size_t shown_characters_max = 40;

// A value as a complaint shows it.
std::string shown(const json& value) {
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (value.is_object()) return "an object";
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > shown_characters_max) text = text.substr(0, shown_characters_max) + "..";
  return text;
}

// Whole numbers only, written with or without a decimal point.
std::optional<std::int64_t> whole_number(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > std::uint64_t(std::numeric_limits<std::int64_t>::max())) return {};
    return std::int64_t(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return {};
  const double number = value.get<double>();
  if (!(std::abs(number) < 0x1p53) || number != std::nearbyint(number)) return {};
  return std::int64_t(number);
}

bool fits(const Shape& wanted, const std::vector<std::int64_t>& shape) {
  return std::equal(wanted.begin(), wanted.end(), shape.begin(), shape.end(),
                    [](const Size& size, std::int64_t found) { return found == size.size || (size.or_one && found == 1); });
}

std::string text(const Shape& shape) {
  std::vector<std::string> sizes;
  for (const Size& size : shape)
    sizes.push_back(size.or_one && size.size != 1 ? fmt::format("{} or 1", size.size) : fmt::format("{}", size.size));
  return fmt::format("[{}]", fmt::join(sizes, ","));
}

std::string expected(const std::vector<Shape>& shapes) {
  std::string list;
  for (const Shape& shape : shapes) list += (list.empty() ? "" : ", or ") + text(shape);
  return "expected " + list;
}

std::string expected(const Entries& entries) {
  const bool any = entries.least == Entries{}.least && entries.most == Entries{}.most;
  const std::string range = any ? "" : fmt::format(" from {} to {}", entries.least, entries.most);
  return fmt::format("expected a {}number{}{}", entries.whole ? "whole " : "", range,
                     entries.null ? ", or null for minus infinity" : "");
}

// In double: a product of sizes may exceed 64 bits.
double count_of(const std::vector<std::int64_t>& shape) {
  double count = 1;
  for (const std::int64_t size : shape) count *= double(size);
  return count;
}

}  // namespace

std::string text(const std::vector<std::int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

Fields::Fields(const json* object, std::string path, Complaint& complaint) : path_(std::move(path)), complaint_(&complaint) {
  if (complaint) return;
  if (object != nullptr && object->is_object()) {
    object_ = object;
  } else if (object != nullptr) {
    complaint.that(fmt::format("{} is {}", path_.empty() ? "the line" : path_, shown(*object)), "expected an object");
  }
}

std::string Fields::called(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

bool Fields::has(std::string_view name) const { return object_ != nullptr && object_->contains(name); }

const json* Fields::take(const char* name, bool required) {
  used_.insert(name);
  if (*complaint_ || object_ == nullptr) return nullptr;
  const auto found = object_->find(name);
  if (found != object_->end()) return &*found;
  if (required) complaint_->that(called(name) + " is missing", "a record like this one has it");
  return nullptr;
}

std::int64_t Fields::integer(const char* name, std::optional<std::int64_t> absent) {
  const json* value = take(name, !absent);
  if (value == nullptr) return absent.value_or(0);
  const auto number = whole_number(*value);
  if (!number) complaint_->that(fmt::format("{} is {}", called(name), shown(*value)), "expected a whole number");
  return number.value_or(0);
}

double Fields::real(const char* name, std::optional<double> absent) {
  const json* value = take(name, !absent);
  if (value == nullptr) return absent.value_or(0);
  if (value->is_number()) return value->get<double>();
  complaint_->that(fmt::format("{} is {}", called(name), shown(*value)), "expected a number");
  return 0;
}

bool Fields::boolean(const char* name, std::optional<bool> absent) {
  const json* value = take(name, !absent);
  if (value == nullptr) return absent.value_or(false);
  if (value->is_boolean()) return value->get<bool>();
  complaint_->that(fmt::format("{} is {}", called(name), shown(*value)), "expected true or false");
  return false;
}

std::string Fields::string(const char* name, std::optional<std::string> absent) {
  const json* value = take(name, !absent);
  if (value == nullptr) return absent.value_or("");
  if (value->is_string()) return value->get<std::string>();
  complaint_->that(fmt::format("{} is {}", called(name), shown(*value)), "expected text");
  return "";
}

std::size_t Fields::choice(const char* name, std::initializer_list<std::string_view> choices, std::optional<std::size_t> absent) {
  const json* value = take(name, !absent);
  if (value == nullptr) return absent.value_or(0);
  const auto found =
      value->is_string() ? std::find(choices.begin(), choices.end(), value->get_ref<const std::string&>()) : choices.end();
  if (found != choices.end()) return std::size_t(found - choices.begin());
  complaint_->that(fmt::format("{} is {}", called(name), shown(*value)), fmt::format("expected {}", fmt::join(choices, ", ")));
  return 0;
}

std::vector<std::int64_t> Fields::integers(const char* name, std::int64_t count) {
  const json* value = take(name, true);
  if (value == nullptr) return {};
  if (!value->is_array() || std::int64_t(value->size()) != count) {
    complaint_->that(fmt::format("{} is {}", called(name), shown(*value)),
                     fmt::format("expected a list of {} whole numbers", count));
    return {};
  }
  std::vector<std::int64_t> numbers;
  for (const json& entry : *value) {
    const auto number = whole_number(entry);
    if (!number)
      complaint_->that(fmt::format("{}[{}] is {}", called(name), numbers.size(), shown(entry)), "expected a whole number");
    numbers.push_back(number.value_or(0));
  }
  return numbers;
}

std::vector<std::int64_t> Fields::shape_of(const json& tensor, const std::string& name) {
  Fields fields(&tensor, name, *complaint_);
  const json* shape = fields.take("shape", true);
  const json* data = fields.take("data", true);
  fields.no_others();
  if (*complaint_) return {};
  if (!shape->is_array()) complaint_->that(fmt::format("{}.shape is {}", name, shown(*shape)), "expected a list of sizes");
  if (!data->is_array()) complaint_->that(fmt::format("{}.data is {}", name, shown(*data)), "expected a flat list of numbers");
  std::vector<std::int64_t> sizes;
  for (const json& size : *shape) {
    const auto number = whole_number(size);
    if (!number || *number < 0) complaint_->that(fmt::format("{}.shape has {}", name, shown(size)), "expected sizes, 0 or more");
    sizes.push_back(number.value_or(0));
  }
  return sizes;
}

Array Fields::array(const char* name, const std::vector<Shape>& shapes, const Entries& entries) {
  const json* tensor = take(name, true);
  if (tensor == nullptr) return {};
  Array array;
  array.shape = shape_of(*tensor, called(name));
  if (*complaint_) return {};
  if (std::none_of(shapes.begin(), shapes.end(), [&](const Shape& shape) { return fits(shape, array.shape); }))
    complaint_->that(fmt::format("{} has shape {}", called(name), text(array.shape)), expected(shapes));
  const json& data = tensor->at("data");
  if (double(data.size()) != count_of(array.shape))
    complaint_->that(fmt::format("{}.data has {} entries", called(name), data.size()),
                     fmt::format("expected {} for shape {}", count_of(array.shape), text(array.shape)));
  fill(data, called(name), entries, array.values);
  return *complaint_ ? Array{} : array;
}

void Fields::fill(const json& data, const std::string& name, const Entries& entries, std::vector<double>& values) {
  if (*complaint_) return;
  values.reserve(data.size());
  for (const json& entry : data) {
    const bool null = entries.null && entry.is_null();
    const double value = entry.is_number() ? entry.get<double>() : 0;
    const bool good = entry.is_number() && value >= entries.least && value <= entries.most &&
                      (!entries.whole || value == std::nearbyint(value));
    if (!null && !good) {
      complaint_->that(fmt::format("{}.data[{}] is {}", name, values.size(), shown(entry)), expected(entries));
      return;
    }
    values.push_back(null ? -std::numeric_limits<double>::infinity() : value);
  }
}

Fields Fields::object(const char* name) {
  const json* value = take(name, true);
  return Fields(value, called(name), *complaint_);
}

void Fields::ignore(std::initializer_list<const char*> names) {
  for (const char* name : names) used_.insert(name);
}

void Fields::no_others() const {
  if (*complaint_ || object_ == nullptr) return;
  for (const auto& [name, value] : object_->items())
    if (!used_.contains(name))
      complaint_->that(fmt::format("{} is not known, or does not apply here", called(shown(json(name)))),
                       fmt::format("fields read: {}", fmt::join(used_, ", ")));
}

}  // namespace boresight::properties
