// The JSON of a campaign, field by field, as json.cc writes it. Files come from anywhere: whatever is wrong with one is told.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "problem/printable.h"
#include "problem/token.h"
#include "properties/json_fields.h"
#include "properties/report/merge.h"
#include "properties/report/report.h"

namespace boresight::properties {
namespace {

using nlohmann::json;

constexpr std::int64_t count_max = std::int64_t{1} << 40;  // of cases: so that the counts of all shards add up

// Reads one report; the first complaint is kept and everything after it is empty.
class Reader {
 public:
  Result<Report> read(const json& whole) {
    Fields top(&whole, "", complaint_);
    if (const std::int64_t schema = top.integer("schema"); !complaint_ && schema != report_schema)
      return Error{fmt::format("schema is {}", schema), "", fmt::format("this program reads {}", report_schema)};
    Report report = head(top);
    each(top, "machines", [&](Fields row) { report.machines.push_back(machine(row)); });
    report.laws = strings(top, "laws");
    each(top, "unavailable", [&](Fields row) {
      report.unavailable.push_back({row.string("kernel"), row.string("instruction_set"), row.string("why")});
    });
    each(top, "given_up",
         [&](Fields row) { report.given_up.push_back({row.string("kernel"), count(row, "case_number"), row.string("why")}); });
    each(top, "evidence", [&](Fields row) { add_evidence(row, report); });
    read_power(top, report);
    each(top, "findings", [&](Fields row) { report.findings.push_back(finding(row, report)); });
    top.ignore({"outcome", "histogram_ends"});
    top.no_others();
    check_rows(report);
    if (complaint_) return complaint_.error();
    return report;
  }

 private:
  Report head(Fields& top) {
    Report report;
    report.version = top.string("boresight");
    report.seed = seed(top);
    report.cases = count(top, "cases");
    report.filters = top.string("filters");
    report.source = top.string("source");
    report.interrupted = top.boolean("interrupted");
    Fields shard = top.object("shard");
    report.shard = {within(shard, "index", 1, shards_max), within(shard, "count", 1, shards_max)};
    report.share = count(shard, "cases");
    shard.no_others();
    if (report.shard.index > report.shard.count)
      complaint_.that(fmt::format("shard.index is {}", report.shard.index), fmt::format("up to {}", report.shard.count));
    return report;
  }

  std::int64_t within(Fields& fields, const char* name, std::int64_t least, std::int64_t most) {
    const std::int64_t number = fields.integer(name);
    const bool good = least <= number && number <= most;
    if (!good) complaint_.that(fmt::format("{} is {}", fields.called(name), number), fmt::format("{} to {}", least, most));
    return good ? number : least;
  }

  std::int64_t count(Fields& fields, const char* name) { return within(fields, name, 0, count_max); }

  std::uint64_t seed(Fields& top) {
    const json* value = top.value("seed");
    if (value == nullptr) return 0;
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
    complaint_.that("seed is " + value->dump(-1, ' ', true, json::error_handler_t::replace),
                    "expected a whole number, 0 to 18446744073709551615");
    return 0;
  }

  // A number, or one of the words that stand for those JSON lacks.
  double number(Fields& fields, const char* name) {
    const json* value = fields.value(name);
    if (value == nullptr) return 0;
    if (value->is_number()) return value->get<double>();
    if (*value == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (*value == "inf") return std::numeric_limits<double>::infinity();
    if (*value == "-inf") return -std::numeric_limits<double>::infinity();
    complaint_.that(fields.called(name) + " is no number", "expected a number, \"nan\", \"inf\" or \"-inf\"");
    return 0;
  }

  // Calls visit(value, path) for each entry of a list of at most `most`.
  template <class Visit>
  void entries(Fields& fields, const char* name, std::size_t most, Visit visit) {
    const json* list = fields.value(name);
    if (list == nullptr) return;
    if (!list->is_array() || list->size() > most)
      return complaint_.that(
          fields.called(name) + (list->is_array() ? fmt::format(" has {} entries", list->size()) : " is no list"),
          most < std::size_t(count_max) ? fmt::format("expected a list of up to {}", most) : "expected a list");
    for (std::size_t k = 0; k < list->size() && !complaint_; ++k)
      visit((*list)[k], fmt::format("{}[{}]", fields.called(name), k));
  }

  // The same for a list of objects, in each of which every field must be read.
  template <class Visit>
  void each(Fields& fields, const char* name, Visit visit) {
    entries(fields, name, std::size_t(count_max),
            [&](const json& entry, const std::string& path) { visit(Fields(&entry, path, complaint_)); });
  }

  std::vector<std::string> strings(Fields& fields, const char* name) {
    std::vector<std::string> texts;
    entries(fields, name, std::size_t(count_max), [&](const json& entry, const std::string& path) {
      if (!entry.is_string()) return complaint_.that(path + " is no text", "expected text");
      texts.push_back(entry.get<std::string>());
    });
    return texts;
  }

  std::map<std::string, std::int64_t> counts(Fields& fields, const char* name, std::int64_t most) {
    std::map<std::string, std::int64_t> result;
    const json* object = fields.value(name);
    if (object == nullptr) return result;
    if (!object->is_object())
      return complaint_.that(fields.called(name) + " is no object", "expected an object of counts"), result;
    Fields inner(object, fields.called(name), complaint_);
    for (const auto& [key, value] : object->items()) result[key] = within(inner, key.c_str(), 0, most);
    return result;
  }

  Machine machine(Fields& row) {
    Machine one{row.string("processor"), row.string("operating_system"), row.string("compiler"), row.string("commit"),
                strings(row, "instruction_sets")};
    row.no_others();
    return one;
  }

  void add_evidence(Fields& row, Report& report) {
    const std::string kernel = row.string("kernel"), law = row.string("law");
    Evidence e;
    e.passed = count(row, "passed"), e.failed = count(row, "failed");
    e.skipped = count(row, "skipped"), e.mistrusted = count(row, "mistrusted");
    e.largest = number(row, "largest_error_over_bound");
    const std::vector<std::int64_t> bins = row.integers("histogram", std::int64_t(histogram_bins));
    for (std::size_t bin = 0; bin < bins.size(); ++bin) e.histogram[bin] = bins[bin];
    e.reasons = counts(row, "reasons", count_max);
    row.no_others();
    check_sums(row, e, bins);
    known_law(row, law, report);
    if (!complaint_ && !report.evidence[kernel].emplace(law, e).second)
      complaint_.that(fmt::format("{} is of {} and {} a second time", row.called("law"), kernel, law), "expected each pair once");
  }

  void check_sums(const Fields& row, const Evidence& e, const std::vector<std::int64_t>& bins) {
    std::int64_t in_bins = 0, in_reasons = 0;
    for (const std::int64_t bin : bins) {
      if (bin < 0 || bin > count_max)
        return complaint_.that(row.called("histogram") + fmt::format(" has {}", bin), "expected counts");
      in_bins += bin;
    }
    for (const auto& [reason, cases] : e.reasons) in_reasons = std::min(in_reasons + cases, count_max + 1);
    if (in_bins != e.passed + e.mistrusted)
      complaint_.that(row.called("histogram") + fmt::format(" counts {} cases", in_bins),
                      fmt::format("expected passed + mistrusted, {}", e.passed + e.mistrusted));
    if (in_reasons != e.skipped + e.mistrusted)
      complaint_.that(row.called("reasons") + fmt::format(" counts {} cases", in_reasons),
                      fmt::format("expected skipped + mistrusted, {}", e.skipped + e.mistrusted));
  }

  void known_law(const Fields& row, const std::string& law, const Report& report) {
    if (std::find(report.laws.begin(), report.laws.end(), law) == report.laws.end())
      complaint_.that(fmt::format("{} is '{}'", row.called("law"), law), "expected one of the report's laws");
  }

  void check_rows(const Report& report) {
    for (const auto& [kernel, by_law] : report.evidence)
      if (by_law.size() != report.laws.size())
        complaint_.that(fmt::format("evidence has {} rows of {}", by_law.size(), kernel),
                        fmt::format("expected one each law, {}", report.laws.size()));
  }

  void read_power(Fields& top, Report& report) {
    const json* value = top.value("power");
    if (value == nullptr || value->is_null()) return;
    Fields power(value, "power", complaint_);
    report.power = Power{power.string("kernel"), counts(power, "cases", power_enough)};
    within(power, "enough", power_enough, power_enough);
    power.no_others();
  }

  Case parsed_case(Fields& row, const char* name) {
    const std::string text = row.string(name);
    if (complaint_) return {};
    const Result<Case> parsed = parse_token(text);
    if (parsed) return *parsed;
    complaint_.that(fmt::format("{} is no token: {}", row.called(name), parsed.error().text()), "expected bs1 ..");
    return {};
  }

  Finding finding(Fields& row, const Report& report) {
    Finding f;
    f.kernel = row.string("kernel"), f.law = row.string("law");
    f.case_number = count(row, "case_number"), f.shrinks = count(row, "shrinks");
    f.verdict.outcome = Outcome::failed;
    f.verdict.why = row.string("what");
    f.unsteady = row.string("unsteady");
    f.verdict.hung = row.boolean("hung");
    f.diagnosis = {row.string("reading"), row.string("why"), strings(row, "coincide"), row.string("beyond")};
    f.drawn = parsed_case(row, "drawn"), f.smallest = parsed_case(row, "smallest");
    if (row.has("where")) f.verdict.mismatch = mismatch(row.object("where"));
    f.map = map(row.object("heat_map"));
    row.no_others();
    known_law(row, f.law, report);
    if (!report.evidence.contains(f.kernel))
      complaint_.that(fmt::format("{} is '{}'", row.called("kernel"), f.kernel), "expected a kernel of the evidence");
    return f;
  }

  Mismatch mismatch(Fields where) {
    Mismatch m;
    m.lse = where.choice("tensor", {"out", "lse"}) == 1;
    m.b = where.integer("b"), m.h = where.integer("h"), m.i = where.integer("i"), m.d = where.integer("d");
    m.expected = number(where, "expected"), m.got = number(where, "got"), m.bound = number(where, "bound");
    where.no_others();
    return m;
  }

  HeatMap map(Fields fields) {
    HeatMap map;
    if (fields.has("none")) {
      map.none = fields.string("none");
      fields.no_others();
      return map;
    }
    map.of_drawn = fields.choice("of", {"smallest", "drawn"}) == 1;
    map.b = count(fields, "b"), map.h = count(fields, "h");
    map.first_row = count(fields, "first_row"), map.first_column = count(fields, "first_column");
    map.head_rows = count(fields, "head_rows"), map.head_columns = count(fields, "head_columns");
    map.departing = count(fields, "departing"), map.departing_all = count(fields, "departing_in_all_heads");
    entries(fields, "rows", std::size_t(heat_map_rows_max), [&](const json& entry, const std::string& path) {
      map.rows.push_back(heat_row(Fields(&entry, path, complaint_)));
      if (map.rows.back().cells.size() != std::size_t(map.columns()))
        complaint_.that(path + " has another length", "expected rows of one length");
    });
    fields.no_others();
    return map;
  }

  HeatRow heat_row(Fields row) {
    HeatRow read;
    read.anchor = within(row, "anchor", -1, count_max);
    read.rest_departs = row.boolean("rest_departs");
    const std::string agrees = row.string("departs");
    for (const char letter : agrees) {
      const std::size_t meaning = std::string_view(".*?").find(letter);
      if (meaning == std::string_view::npos) complaint_.that(row.called("departs") + " has another letter", "expected . * ?");
      read.cells.emplace_back().agrees = meaning == 1 ? Agrees::no : meaning == 2 ? Agrees::unknown : Agrees::yes;
    }
    const std::size_t most = std::size_t(heat_map_columns_max);
    std::size_t rights = 0, gots = 0;
    entries(row, "right", most, [&](const json& value, const std::string& path) {
      if (HeatCell* cell = next(read, rights, path)) read_right(value, path, *cell);
    });
    entries(row, "recovered", most, [&](const json& value, const std::string& path) {
      if (HeatCell* cell = next(read, gots, path)) read_recovered(value, path, *cell);
    });
    if (rights != agrees.size() || gots != agrees.size())
      complaint_.that(row.called("departs") + fmt::format(" has {} letters", agrees.size()),
                      fmt::format("expected one for each of {} and {} columns", rights, gots));
    row.no_others();
    return read;
  }

  HeatCell* next(HeatRow& row, std::size_t& at, const std::string& path) {
    if (at < row.cells.size()) return &row.cells[at++];
    complaint_.that(path + " is one too many", fmt::format("expected {}, as departs has letters", row.cells.size()));
    return nullptr;
  }

  void read_right(const json& value, const std::string& path, HeatCell& cell) {
    if (value.is_number())
      cell.right = value.get<double>();
    else if (value != "hidden")
      complaint_.that(path + " is no level", "expected a number or \"hidden\"");
  }

  void read_recovered(const json& value, const std::string& path, HeatCell& cell) {
    using probe::Seen;
    constexpr std::pair<const char*, Seen> words[] = {
        {"hidden", Seen::hidden}, {"below reach", Seen::below_reach}, {"no number", Seen::broken}};
    cell.seen = Seen::visible;
    if (value.is_number()) {
      cell.recovered = value.get<double>();
      return;
    }
    const auto* found = std::find_if(std::begin(words), std::end(words), [&](const auto& word) { return value == word.first; });
    if (found == std::end(words))
      return complaint_.that(path + " is no level", "expected a number, \"hidden\", \"below reach\" or \"no number\"");
    cell.seen = found->second;
  }

  Complaint complaint_;
};

}  // namespace

Result<Report> parse_report(const std::string& text) {
  try {
    return Reader().read(json::parse(text));
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 2, column 5: .."
    const std::string words = error.what();
    const std::size_t after = words.find("] ");
    return Error{"is no whole JSON: " + printable(words.substr(after == std::string::npos ? 0 : after + 2, 160)), "",
                 "give a file that --json wrote"};
  }
}

}  // namespace boresight::properties
