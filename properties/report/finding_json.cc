#include "properties/report/finding_json.h"

#include <cmath>

#include "problem/token.h"

namespace boresight::properties {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

Json number_json(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json finding_json(const Finding& f) {
  Json json = {{"kernel", f.kernel},           {"law", f.law},
               {"case_number", f.case_number}, {"shrinks", f.shrinks},
               {"what", f.verdict.why},        {"reading", f.diagnosis.reading},
               {"why", told(f.diagnosis)},     {"drawn", token(f.drawn)},
               {"smallest", token(f.smallest)}};
  if (f.verdict.mismatch) json["where"] = place(*f.verdict.mismatch);
  return json;
}

}  // namespace boresight::properties
