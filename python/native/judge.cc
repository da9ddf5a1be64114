#include "python/native/judge.h"

#include <fmt/format.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/choose.h"
#include "cli/duration.h"
#include "cli/machine.h"
#include "cli/version.h"
#include "problem/token.h"
#include "properties/campaign.h"
#include "properties/documented.h"
#include "properties/glob.h"
#include "properties/identify/card.h"
#include "properties/identify/text.h"
#include "properties/probe/explanation.h"
#include "properties/probe/plumb.h"
#include "properties/readings/table.h"
#include "properties/report/report.h"
#include "python/native/arrays.h"
#include "python/native/case.h"
#include "python/native/kernel.h"

namespace boresight::python {
namespace {

using properties::Finding;
using properties::Outcome;
using properties::Report;
using properties::Rerun;

// The line that runs a token again: on the command line where the kernel is found there, else in Python.
Rerun rerun(const std::string& address) {
  if (address.empty()) return {"python -m boresight", " MODULE:KERNEL"};
  return {"python -m boresight", " " + address};
}

// What judges takes the GIL for each call of a kernel, and lets others have it meanwhile.
template <class Judge>
auto without_gil(Judge judge) {
  const nb::gil_scoped_release release;
  return judge();
}

// A token that any boresight takes: a Python kernel is no row of its table.
void forget_kernel(Case& a_case) { a_case.kernel.clear(); }

struct Checked {
  Report report;
  std::string behind;
};

nb::dict as_dict(const Finding& finding) {
  nb::dict d;
  d["kernel"] = finding.kernel;
  d["law"] = finding.law;
  d["case_number"] = finding.case_number;
  d["shrinks"] = finding.shrinks;
  d["token"] = token(finding.smallest);
  d["drawn"] = token(finding.drawn);
  d["what"] = finding.verdict.why;
  d["reading"] = finding.diagnosis.reading;
  d["why"] = properties::told(finding.diagnosis);
  d["unsteady"] = finding.unsteady;
  d["where"] = finding.verdict.mismatch ? properties::words(*finding.verdict.mismatch) : "";
  return d;
}

struct Request {
  std::string laws, budget;
  std::int64_t cases;
  std::uint64_t seed;
  bool shrink, fail_fast;
};

properties::Plan plan_of(const Request& request) {
  properties::Plan plan;
  std::vector<std::string> names;
  for (const properties::Law& law : properties::laws()) names.emplace_back(law.name);
  if (const Status status = cli::each_meets("laws", "law", request.laws, names); !status)
    throw nb::value_error(status.error().text().c_str());
  for (const properties::Law& law : properties::laws())
    if (properties::matches(request.laws, law.name)) plan.laws.push_back(law);
  plan.cases = request.cases;
  plan.budget_seconds = cli::seconds_of(request.budget);
  if (plan.cases == 0 && plan.budget_seconds == 0)
    throw nb::value_error(fmt::format("budget '{}' is no duration; give seconds, such as 60s, 2m or 1h", request.budget).c_str());
  plan.seed = request.seed;
  plan.shrink = request.shrink, plan.fail_fast = request.fail_fast;
  plan.filters = request.laws == "*" ? "" : fmt::format(" --law '{}'", request.laws);
  plan.fit = true;
  plan.round = 16;  // a kernel in Python takes its time, and a bar should move
  return plan;
}

Checked check(const nb::list& specs, const std::string& laws, std::int64_t cases, const std::string& budget, std::uint64_t seed,
              bool shrink, bool fail_fast, const nb::object& progress, const std::string& behind) {
  properties::Plan plan = plan_of({laws, budget, cases, seed, shrink, fail_fast});
  Interruption interruption;
  for (const nb::handle spec : specs) plan.kernels.push_back(kernel_of(nb::borrow(spec), interruption));
  plan.stop = &interruption.flag();
  plan.progress = [&](const properties::Progress& now) {
    const nb::gil_scoped_acquire gil;
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
      if (!progress.is_none()) progress(now.cases, now.seconds);
    } catch (nb::python_error& error) {
      interruption.set(std::move(error));
    }
  };
  Checked checked{{}, behind};
  checked.report = without_gil([&] { return properties::run(plan); });
  interruption.raise_if_set();
  Report& report = checked.report;
  for (Finding& finding : report.findings) forget_kernel(finding.smallest), forget_kernel(finding.drawn);
  report.version = version(), report.source = behind.empty() ? "" : " " + behind;
  report.machines = {cli::this_machine(plan.kernels)};
  return checked;
}

nb::dict evidence(const Checked& checked) {
  nb::dict kernels;
  for (const auto& [kernel, by_law] : checked.report.evidence) {
    nb::dict laws;
    for (const auto& [law, e] : by_law) {
      nb::dict counts;
      counts["judged"] = e.judged(), counts["failed"] = e.failed, counts["skipped"] = e.skipped;
      counts["mistrusted"] = e.mistrusted, counts["largest"] = e.largest, counts["reasons"] = properties::reasons(e);
      laws[law.c_str()] = counts;
    }
    kernels[kernel.c_str()] = laws;
  }
  return kernels;
}

nb::dict replay(const nb::object& spec, const std::string& text, const std::string& behind) {
  const Case a_case = case_of(text);
  const Result<properties::Law> law = cli::choose_law(a_case);
  if (!law) throw nb::value_error(law.error().text().c_str());
  Interruption interruption;
  const Kernel kernel = kernel_of(spec, interruption);
  const properties::Verdict verdict = without_gil([&] { return properties::judge(*law, a_case, kernel); });
  constexpr const char* outcomes[] = {"PASSED", "FAILED", "SKIPPED", "MISTRUSTED"};
  Finding finding;
  finding.kernel = kernel.name, finding.law = law->name;
  finding.drawn = finding.smallest = a_case;
  forget_kernel(finding.smallest), forget_kernel(finding.drawn);
  finding.smallest.law = law->name;
  finding.verdict = verdict;
  if (verdict.outcome == Outcome::failed) finding.diagnosis = without_gil([&] { return properties::diagnose(a_case, kernel); });
  interruption.raise_if_set();
  nb::dict d = as_dict(finding);
  d["outcome"] = outcomes[int(verdict.outcome)];
  d["largest"] = verdict.largest;
  d["words"] = verdict.outcome == Outcome::failed ? properties::words(finding, rerun(behind)) : "";
  return d;
}

nb::dict identify(const nb::object& spec, std::uint64_t seed) {
  Interruption interruption;
  const Kernel kernel = kernel_of(spec, interruption);
  properties::identify::Stages stages;
  const properties::identify::Card card = without_gil([&] { return properties::identify::identify(kernel, seed, stages); });
  interruption.raise_if_set();
  nb::dict d;
  d["departs"] = card.departs(), d["asked"] = card.asked();
  d["summary"] = properties::identify::summary(card), d["text"] = properties::identify::text(card);
  d["json"] = properties::identify::json(card).dump();
  return d;
}

// Recovered beside right, [B][H][n][K]: NaN where a column is not visible, or not known to be.
nb::dict probe(const nb::object& spec, const std::string& text, std::int64_t rows) {
  constexpr double work_max = 5e10, nan = std::numeric_limits<double>::quiet_NaN();
  const Case a_case = case_of(text);
  const Problem& p = a_case.problem;
  if (const double work = properties::probe::plumb_work(p); !(work <= work_max))
    throw nb::value_error(
        fmt::format("probing this case takes {:.3g} multiplications; allowed: up to {:.3g}", work, work_max).c_str());
  Interruption interruption;
  const Kernel kernel = kernel_of(spec, interruption);
  const auto explanation = without_gil([&] { return properties::probe::explain(a_case, kernel, {rows, std::nullopt}); });
  const properties::probe::Plumb plumb = without_gil([&] { return properties::probe::plumb(a_case, kernel); });
  interruption.raise_if_set();
  std::vector<double> bias, right, visible;
  for (const properties::probe::HeadPlumb& head : plumb.heads)
    for (std::int64_t i = 0; i < p.queries; ++i)
      for (std::int64_t c = 0; c < p.columns(); ++c) {
        const bool seen = head.at(i, c) == properties::probe::Seen::visible;
        bias.push_back(seen ? head.recovered(i, c) : nan);
        right.push_back(head.right_visible(i, c) ? head.right(i, c) : nan);
        visible.push_back(seen ? 1 : head.at(i, c) == properties::probe::Seen::hidden ? 0 : nan);
      }
  nb::dict d;
  d["probed"] = explanation.probed, d["departs"] = explanation.departs, d["text"] = explanation.text;
  d["sentences"] = explanation.sentences;
  const std::vector<std::int64_t> shape{p.batch, p.heads, p.queries, p.columns()};
  if (explanation.probed && plumb.refused.empty()) {
    d["levels"] = array_of(std::move(bias), shape), d["right_levels"] = array_of(std::move(right), shape);
    d["visible"] = array_of(std::move(visible), shape);
  }
  return d;
}

}  // namespace

void bind_judge(nb::module_& m) {
  nb::class_<Checked>(m, "Checked")
      .def_prop_ro("outcome", [](const Checked& c) { return std::string(properties::outcome(c.report)); })
      .def_prop_ro("seed", [](const Checked& c) { return c.report.seed; })
      .def_prop_ro("cases", [](const Checked& c) { return c.report.cases; })
      .def_prop_ro("seconds", [](const Checked& c) { return c.report.seconds; })
      .def("findings",
           [](const Checked& c) {
             nb::list list;
             for (const Finding& finding : c.report.findings) {
               nb::dict d = as_dict(finding);
               d["words"] = properties::words(finding, rerun(c.behind));
               list.append(d);
             }
             return list;
           })
      .def("evidence", evidence)
      .def(
          "text",
          [](const Checked& c, bool each) {
            return properties::words(c.report, rerun(c.behind), each ? properties::Rows::each : properties::Rows::summed);
          },
          nb::arg("each"))
      .def("json", [](const Checked& c) { return properties::json(c.report); })
      .def("junit", [](const Checked& c) { return properties::junit(c.report, rerun(c.behind)); })
      .def("html", [](const Checked& c) { return properties::html(c.report, rerun(c.behind)); });
  m.def("check", check, nb::arg("kernels"), nb::arg("laws"), nb::arg("cases"), nb::arg("budget"), nb::arg("seed"),
        nb::arg("shrink"), nb::arg("fail_fast"), nb::arg("progress").none(), nb::arg("behind"));
  m.def("replay", replay, nb::arg("kernel"), nb::arg("token"), nb::arg("behind"));
  m.def("identify", identify, nb::arg("kernel"), nb::arg("seed"));
  m.def("probe", probe, nb::arg("kernel"), nb::arg("token"), nb::arg("rows"));
  m.def("laws", [] {
    std::map<std::string, std::string> laws;
    for (const properties::Law& law : properties::laws()) laws.emplace(law.name, law.statement);
    return laws;
  });
  m.def("readings", [] {
    std::map<std::string, std::string> readings;
    for (const properties::readings::Reading& reading : properties::readings::all_readings())
      readings.emplace(reading.id, reading.source);
    return readings;
  });
}

}  // namespace boresight::python
