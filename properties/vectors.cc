// The file, line by line, and of each record the order of reading: config, inputs, outputs; each is checked before the next.
#include "properties/vectors.h"

#include <array>
#include <fmt/format.h>

#include <fstream>

#include "problem/tensors.h"
#include "properties/json_fields.h"
#include "properties/vector_inputs.h"
#include "properties/vector_problem.h"

namespace boresight::properties {
namespace {

using nlohmann::json;

struct OutputShapes {
  std::vector<Shape> rows;      // [B][H][n]
  std::vector<Shape> elements;  // [B][H][n][Dv]

  explicit OutputShapes(const Problem& p)
      : rows{{{p.batch}, {p.heads}, {p.queries}}}, elements{{{p.batch}, {p.heads}, {p.queries}, {p.value_dim}}} {}
};

std::vector<double> read_flash(Fields& top, const OutputShapes& shapes) {
  if (!top.has("flash")) return {};
  Fields flash = top.object("flash");
  flash.ignore({"max_abs_diff"});
  const bool given = flash.has("output");
  auto output = given ? flash.array("output", shapes.elements, {}).values : std::vector<double>();
  flash.no_others();
  return output;
}

// A row that sees nothing is 0. Where the source's ordinary path gives a mean (status 2), its flash path, if recorded,
// gives the 0.
void clear_empty_rows(const std::vector<double>& row_status, const std::vector<double>& flash, std::vector<double>& expected) {
  if (row_status.empty()) return;
  const std::size_t width = expected.size() / row_status.size();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double status = row_status[i / width];
    if (status != 0) expected[i] = status == 2 && !flash.empty() ? flash[i] : 0;
  }
}

void read_outputs(Fields& top, Vector& vector, const Complaint& complaint) {
  const OutputShapes shapes(vector.problem);
  const bool historical = !top.has("output") && top.has("expected");
  vector.expected = top.array(historical ? "expected" : "output", shapes.elements, {}).values;
  if (top.has("observed")) vector.observed = top.array("observed", shapes.elements, {}).values;
  constexpr std::array types{Type::f64, Type::f32, Type::bf16, Type::f16};
  vector.observed_type = types[top.choice("observed_type", {"f64", "f32", "bf16", "f16"}, 0)];
  if (top.has("observed_error")) vector.observed_error = top.string("observed_error");
  Entries null_too;
  null_too.null = true;
  if (top.has("lse")) vector.expected_lse = top.array("lse", shapes.rows, null_too).values;
  const auto flash = read_flash(top, shapes);
  if (top.has("row_status")) {
    const auto row_status = top.array("row_status", shapes.rows, {0, 2, true, false}).values;
    if (!complaint) clear_empty_rows(row_status, flash, vector.expected);
  }
  top.ignore({"bug", "fixed_at", "summary", "path", "max_abs_diff", "note"});
  top.no_others();
}

Result<Vector> read_record(const json& line, Type type) {
  Complaint complaint;
  Fields top(&line, "", complaint);
  Fields config = top.object("config"), inputs = top.object("inputs");
  Vector vector;
  vector.id = top.string("id");
  vector.problem = read_problem(config, inputs, type, complaint);
  if (complaint) return complaint.error();
  if (Status status = validate(vector.problem); !status) return status.error();  // from here on sizes can be multiplied
  vector.problem.head_map = read_head_map(config, vector.problem, complaint);
  read_inputs(inputs, vector, complaint);
  vector.exact_parameters &= parameters_fit(vector.problem);
  read_outputs(top, vector, complaint);
  if (complaint) return complaint.error();
  if (Status status = validate(vector.problem); !status) return status.error();  // now that its positions are known
  if (Status status = validate(vector.problem, vector.inputs.tensors); !status) return status.error();
  return vector;
}

Error not_json(const json::exception& exception) {
  const auto* parse_error = dynamic_cast<const json::parse_error*>(&exception);
  if (parse_error == nullptr) return {"a number is beyond the range of doubles", "", "expected finite numbers"};
  return {fmt::format("no JSON at column {}", parse_error->byte), "", "expected one JSON object on the line"};
}

}  // namespace

Result<Vector> parse_vector(std::string_view line, Type type) {
  try {
    const json parsed = json::parse(line);
    return read_record(parsed, type);
  } catch (const json::exception& exception) {
    return not_json(exception);
  }
}

Result<std::int64_t> for_each_vector(const std::string& path, Type type, const std::function<void(Vector)>& visit) {
  std::ifstream file(path);
  if (!file) return Error{"can't be read", path, "expected a file of JSON Lines"};
  std::int64_t count = 0, number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto vector = parse_vector(line, type);
    if (!vector) return Error{vector.error().what, fmt::format("{}:{}", path, number), vector.error().right};
    visit(std::move(*vector));
    ++count;
  }
  if (file.bad() || count == 0) return Error{"has no records", path, "expected a file of JSON Lines"};
  return count;
}

Result<std::vector<Vector>> read_vectors(const std::string& path, Type type) {
  std::vector<Vector> vectors;
  const auto count = for_each_vector(path, type, [&](Vector vector) { vectors.push_back(std::move(vector)); });
  if (!count) return count.error();
  return vectors;
}

}  // namespace boresight::properties
