#include "properties/report/finding_json.h"

#include <algorithm>
#include <cmath>

#include "problem/token.h"

namespace boresight::properties {
namespace {

using Json = nlohmann::ordered_json;

std::string one_line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_plain_list(const Json& json) {
  return json.is_array() && std::none_of(json.begin(), json.end(), [](const Json& entry) { return entry.is_structured(); });
}

void append(const Json& json, const std::string& indent, std::string& text) {
  if (!json.is_structured() || json.empty() || is_plain_list(json)) {
    text += one_line(json);
    return;
  }
  const std::string deeper = indent + "  ";
  bool first = true;
  text += json.is_object() ? "{" : "[";
  for (const auto& [name, value] : json.items()) {
    text += (first ? "\n" : ",\n") + deeper;
    if (json.is_object()) text += one_line(Json(name)) + ": ";
    append(value, deeper, text);
    first = false;
  }
  text += "\n" + indent + (json.is_object() ? "}" : "]");
}

Json place(const Mismatch& m) {
  return {{"tensor", m.lse ? "lse" : "out"},
          {"b", m.b},
          {"h", m.h},
          {"i", m.i},
          {"d", m.d},
          {"expected", number_json(m.expected)},
          {"got", number_json(m.got)},
          {"bound", number_json(m.bound)}};
}

Json recovered(const HeatCell& cell) {
  switch (cell.seen) {
    case probe::Seen::visible:
      return cell.recovered;
    case probe::Seen::hidden:
      return "hidden";
    case probe::Seen::below_reach:
      return "below reach";
    case probe::Seen::broken:
      return "no number";
  }
  return {};
}

Json row_json(const HeatRow& row) {
  Json right = Json::array(), got = Json::array();
  std::string agrees;
  for (const HeatCell& cell : row.cells) {
    right.push_back(cell.right ? Json(*cell.right) : Json("hidden"));
    got.push_back(recovered(cell));
    agrees += cell.agrees == Agrees::yes ? '.' : cell.agrees == Agrees::no ? '*' : '?';
  }
  return {{"anchor", row.anchor}, {"rest_departs", row.rest_departs}, {"right", right}, {"recovered", got}, {"departs", agrees}};
}

Json map_json(const HeatMap& map) {
  if (!map.none.empty()) return {{"none", map.none}};
  Json rows = Json::array();
  for (const HeatRow& row : map.rows) rows.push_back(row_json(row));
  return {{"of", map.of_drawn ? "drawn" : "smallest"},
          {"b", map.b},
          {"h", map.h},
          {"first_row", map.first_row},
          {"first_column", map.first_column},
          {"head_rows", map.head_rows},
          {"head_columns", map.head_columns},
          {"departing", map.departing},
          {"departing_in_all_heads", map.departing_all},
          {"rows", rows}};
}

}  // namespace

Json number_json(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

std::string file_text(const Json& json) {
  std::string text;
  append(json, "", text);
  return text + "\n";
}

Json finding_json(const Finding& f) {
  Json json = {{"kernel", f.kernel},
               {"law", f.law},
               {"case_number", f.case_number},
               {"shrinks", f.shrinks},
               {"what", f.verdict.why},
               {"unsteady", f.unsteady},
               {"reading", f.diagnosis.reading},
               {"why", f.diagnosis.words},
               {"coincide", f.diagnosis.coincide},
               {"beyond", f.diagnosis.beyond},
               {"drawn", token(f.drawn)},
               {"smallest", token(f.smallest)},
               {"hung", f.verdict.hung}};
  if (f.verdict.mismatch) json["where"] = place(*f.verdict.mismatch);
  if (f.map) json["heat_map"] = map_json(*f.map);
  return json;
}

}  // namespace boresight::properties
