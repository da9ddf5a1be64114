// A JSON object read field by field, for files that people write: every complaint names the field and what would be
// right, and a field that nobody asked for is one too, so that a misspelt name never goes unnoticed.
// Only the first complaint of a record is kept; after it every answer is empty, and reading on does no harm.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "problem/result.h"

namespace boresight::properties {

// The first complaint.
class Complaint {
 public:
  void that(std::string what, std::string right) {
    if (!error_) error_ = Error{std::move(what), "", std::move(right)};
  }
  explicit operator bool() const { return error_.has_value(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

// One dimension that an array must have.
struct Size {
  std::int64_t size = 0;
  bool or_one = false;  // 1 will do: the entry holds for all
};
using Shape = std::vector<Size>;

// What the entries of an array may be. null, where allowed, is read as minus infinity.
struct Entries {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool whole = false;
  bool null = false;
};

struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> values;  // row-major
  bool operator==(const Array&) const = default;
};

// "[2,4,5,8]"
std::string text(const std::vector<std::int64_t>& shape);

class Fields {
 public:
  // `object` outlives this; null or another kind of value is complained of. `path` is how complaints call it: "inputs".
  Fields(const nlohmann::json* object, std::string path, Complaint& complaint);

  bool has(std::string_view name) const;

  // A field, or `absent`; without `absent` the field is required.
  std::int64_t integer(const char* name, std::optional<std::int64_t> absent = {});
  double real(const char* name, std::optional<double> absent = {});
  bool boolean(const char* name, std::optional<bool> absent = {});
  std::string string(const char* name, std::optional<std::string> absent = {});
  // The index of the field's text among the choices.
  std::size_t choice(const char* name, std::initializer_list<std::string_view> choices, std::optional<std::size_t> absent = {});
  // A plain list of `count` integers.
  std::vector<std::int64_t> integers(const char* name, std::int64_t count);
  // {"shape":[..],"data":[..]} with a shape that fits one of `shapes`.
  Array array(const char* name, const std::vector<Shape>& shapes, const Entries& entries);
  Fields object(const char* name);
  // Of a kind that the caller looks at; null after a complaint.
  const nlohmann::json* value(const char* name) { return take(name, true); }

  // Fields without effect: allowed, not read.
  void ignore(std::initializer_list<const char*> names);
  // Complains of the first field that was neither read nor ignored.
  void no_others() const;

  std::string called(std::string_view name) const;

 private:
  const nlohmann::json* take(const char* name, bool required);
  std::vector<std::int64_t> shape_of(const nlohmann::json& tensor, const std::string& name);
  void fill(const nlohmann::json& data, const std::string& name, const Entries& entries, std::vector<double>& values);

  const nlohmann::json* object_ = nullptr;
  std::string path_;
  Complaint* complaint_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace boresight::properties
