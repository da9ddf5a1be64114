#include "properties/diagnosis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "problem/token.h"
#include "properties/conduct.h"
#include "properties/fitted.h"
#include "properties/prepared.h"
#include "properties/probe/probed.h"
#include "properties/readings/confirm.h"
#include "properties/readings/fit.h"
#include "properties/readings/pattern.h"
#include "properties/readings/power.h"
#include "properties/readings/products.h"
#include "properties/readings/table.h"
#include "properties/size_edge.h"
#include "properties/steering.h"

namespace boresight::properties {
namespace {

using readings::Decisions;
using readings::Observation;
using readings::Reading;

// Pairs and larger cases are tried only where a whole evaluation takes this many multiplications at most, as that of every
// shrunk case does: a second for all of them.
constexpr double small_work = 1e6;

constexpr std::int64_t further_cases = 300;  // to look through for a second mistake beside the first

double work(const Problem& p) {
  return double(p.batch * p.heads) * double(p.queries) * double(p.columns() + 1) * double(p.head_dim + p.value_dim);
}

std::vector<const Reading*> candidates(const Problem& problem) {
  std::vector<const Reading*> found;
  for (const Reading& reading : readings::all_readings())
    if (readings::applies(reading, problem)) found.push_back(&reading);
  return found;
}

// The first of the readings that fit, and the others beside it.
Diagnosis named(const std::vector<const Reading*>& fitting, const Problem& problem) {
  Diagnosis diagnosis{fitting[0]->id, readings::words(*fitting[0], problem)};
  std::vector<std::string>& others = diagnosis.coincide;  // of a family that fits with several numbers its name once
  for (const Reading* reading : fitting)
    if (reading->id != diagnosis.reading && std::find(others.begin(), others.end(), reading->id) == others.end())
      others.emplace_back(reading->id);
  return diagnosis;
}

// The same, of those that larger cases leave.
Diagnosis confirmed(const std::vector<const Reading*>& fitting, const Case& a_case, const Kernel& kernel) {
  if (!(work(a_case.problem) <= small_work)) return named(fitting, a_case.problem);
  const readings::Confirmed told = readings::confirm(a_case, kernel, fitting);
  Diagnosis diagnosis = named(told.readings, a_case.problem);
  if (told.contradicted) diagnosis.beyond = "larger cases are not explained by it alone";
  return diagnosis;
}

// Both readings at once, unless one of them undoes the other.
std::optional<Decisions> together(const Reading& a, const Reading& b, const Problem& problem) {
  Decisions both = readings::under(a, problem), reversed = readings::under(b, problem);
  const Decisions first = both, second = reversed;
  b.apply(both);
  a.apply(reversed);
  if (both != reversed || both == first || both == second) return std::nullopt;
  return both;
}

std::vector<const Reading*> fitting(const std::vector<const Reading*>& tried, const Observation& seen, const Mismatch& wrong) {
  std::vector<const Reading*> found;
  for (const Reading* reading : tried)
    for (const Reading& member : readings::family(*reading))
      if (readings::fits(readings::under(member, seen.call.problem), seen, wrong)) found.push_back(&member);
  return found;
}

// Two mistakes, each in the numbers of a case that shows it.
Diagnosis both_named(const Reading& a, const Problem& of_a, const Reading& b, const Case& of_b) {
  std::string words = fmt::format("{}; and {}", readings::words(a, of_a), readings::words(b, of_b.problem));
  if (!(of_b.problem == of_a)) words += fmt::format(", in '{}'", token(of_b));
  return {fmt::format("{} + {}", a.id, b.id), std::move(words)};
}

bool fit_together(const Reading& a, const Reading& b, const Observation& seen, const Mismatch& wrong) {
  const std::optional<Decisions> both = together(a, b, seen.call.problem);
  return both && readings::fits(*both, seen, wrong);
}

// Whether both explain what the kernel does on larger cases too. Of ten thousand pairs one fits a case of two columns by chance.
using Confirmed = std::function<bool(const Reading& a, const Reading& b)>;

std::optional<Diagnosis> pair(const std::vector<const Reading*>& tried, const Observation& seen, const Mismatch& wrong,
                              const Confirmed& confirmed) {
  const Problem& problem = seen.call.problem;
  if (!(work(problem) <= small_work)) return std::nullopt;
  Case in_this_problem;
  in_this_problem.problem = problem;
  for (std::size_t a = 0; a < tried.size(); ++a)
    for (std::size_t b = a + 1; b < tried.size(); ++b)
      if (fit_together(*tried[a], *tried[b], seen, wrong) && confirmed(*tried[a], *tried[b]))
        return both_named(*tried[a], problem, *tried[b], in_this_problem);
  return std::nullopt;
}

using Naming = std::function<Diagnosis(const std::vector<const Reading*>&)>;

// What is asked where no reading explains it alone; nothing: go on.
using Otherwise = std::function<std::optional<Diagnosis>()>;

Diagnosis diagnose(const Observation& seen, const Mismatch& wrong, const Naming& naming, const Otherwise& otherwise,
                   const Confirmed& confirmed_pair) {
  // A reading that changes nothing here would fit as well: it is the truth that is wrong, or nobody's.
  if (readings::fits(readings::by_the_book(seen.call.problem), seen, wrong))
    return {"", "the specification by the book explains all of it: the reference differs"};
  const std::vector<const Reading*> tried = candidates(seen.call.problem);
  if (const auto found = fitting(tried, seen, wrong); !found.empty()) return naming(found);
  if (auto found = otherwise()) return *found;
  if (auto found = pair(tried, seen, wrong, confirmed_pair)) return *found;
  return {"", "no reading explains it; " + readings::pattern(seen, wrong)};
}

bool all_nan(const Results& results) {
  return std::all_of(results.out.begin(), results.out.end(), [](double x) { return std::isnan(x); });
}

std::string agrees(const Case& a_case) {
  if (a_case.law.empty() || a_case.law == agreement_name) return "agrees with the reference on this call";
  return "agrees with the reference on the plain call; the law's second call differs";
}

// What a diagnosis is where no element is wrong, and where one was never written.
struct Instead {
  std::function<Diagnosis()> agreeing;
  std::function<Diagnosis(const std::string& words)> unwritten;
};
const Instead nothing_instead{[] { return Diagnosis{}; }, [](const std::string&) { return Diagnosis{}; }};

// Runs the kernel on a case and calls visit(observation, first wrong element), or one of the others; else what came, in words.
template <class Visit>
Diagnosis observe(const Case& a_case, const Kernel& kernel, Visit visit, const Instead& instead) {
  const Prepared clean = prepare(a_case), used = prepare(a_case);  // the kernel may write to its inputs
  if (const auto refused = refusal(kernel, clean.call)) return {"", refused->why};
  const Results results = run(kernel, used.call, a_case.options, a_case.layout);
  if (results.unwritten) return instead.unwritten(results.broken);
  if (!results.broken.empty()) return {"", results.broken};
  std::optional<Verdict> outside;
  const Certified certified = certify(clean.call, kernel, a_case.options, 0, outside);  // other cases are certified meanwhile
  if (outside) return {"", outside->why};
  const Arithmetic arithmetic = kernel.arithmetic(a_case.problem, a_case.options);
  readings::BookProducts shared(a_case.problem, clean.call.tensors);
  const Observation seen{clean.call, arithmetic, certified, results, &shared};
  const std::optional<Mismatch> wrong = readings::first_wrong(seen);
  return wrong ? visit(seen, *wrong) : instead.agreeing();
}

// Both readings explain each larger case that the kernel is wrong on.
bool explain_larger(const Reading& a, const Reading& b, const Case& a_case, const Kernel& kernel) {
  bool explained = true;
  const auto visit = [&](const Observation& seen, const Mismatch& wrong) {
    explained = explained && (fit_together(a, b, seen, wrong) || !fitting({&a, &b}, seen, wrong).empty());
    return Diagnosis{};
  };
  for (const Case& c : readings::larger(a_case))
    if (explained && work(c.problem) <= small_work) observe(c, kernel, visit, nothing_instead);
  return explained;
}

// The readings that a diagnosis names as one set; none where it names two at once.
std::vector<const Reading*> set_of(const Diagnosis& diagnosis) {
  std::vector<const Reading*> found;
  for (const Reading& reading : readings::all_readings())
    if (reading.id == diagnosis.reading ||
        std::find(diagnosis.coincide.begin(), diagnosis.coincide.end(), reading.id) != diagnosis.coincide.end())
      found.push_back(&reading);
  return found;
}

// A reading that explains a case which `first` does not: alone, or beside it.
struct Second {
  const Reading *first, *reading;
};

bool explains(const Second& second, const Observation& seen, const Mismatch& wrong) {
  return readings::fits(readings::under(*second.reading, seen.call.problem), seen, wrong) ||
         fit_together(*second.first, *second.reading, seen, wrong);
}

// What cases that the first mistake does not explain have in common: the second mistakes that would explain each of them.
class SecondMistake {
 public:
  void see(const std::vector<const Reading*>& firsts, const Case& a_case, const Observation& seen, const Mismatch& wrong) {
    if (cases_++ == 0) {
      shown_by_ = a_case;
      for (const Reading* first : firsts)
        for (const Reading* reading : candidates(seen.call.problem))
          for (const Reading& member : readings::family(*reading)) left_.push_back({first, &member});
    }
    std::erase_if(left_, [&](const Second& second) { return !explains(second, seen, wrong); });
  }
  bool settled() const { return cases_ >= enough || (cases_ > 0 && left_.empty()); }
  bool seen_none() const { return cases_ == 0; }
  const Case& shown_by() const { return shown_by_; }

  // Both, where the first is still among `firsts`; other second ones that would do beside it.
  std::optional<Diagnosis> found(const std::vector<const Reading*>& firsts, const Problem& of_first) {
    std::erase_if(left_,
                  [&](const Second& second) { return std::find(firsts.begin(), firsts.end(), second.first) == firsts.end(); });
    if (left_.empty()) return std::nullopt;
    Diagnosis both = both_named(*left_[0].first, of_first, *left_[0].reading, shown_by_);
    for (const Second& other : left_)
      if (std::string(other.reading->id) != left_[0].reading->id && other.first == left_[0].first)
        both.coincide.emplace_back(other.reading->id);
    return both;
  }

 private:
  static constexpr int enough = 3;
  int cases_ = 0;
  std::vector<Second> left_;
  Case shown_by_;
};

}  // namespace

std::string told(const Diagnosis& diagnosis) {
  std::string text = diagnosis.words;
  if (!diagnosis.coincide.empty()) text += fmt::format("; also fits: {}", fmt::join(diagnosis.coincide, ", "));
  return diagnosis.beyond.empty() ? text : text + "; " + diagnosis.beyond;
}

Diagnosis diagnose(const Case& a_case, const Kernel& kernel) {
  bool by_conduct = false;
  const Otherwise conduct = [&]() -> std::optional<Diagnosis> {
    const Conduct* const found = conduct_of(a_case, kernel);
    by_conduct = found != nullptr;
    return found != nullptr ? std::optional(Diagnosis{"", std::string(found->words)}) : std::nullopt;
  };
  const Instead instead{[&] { return conduct().value_or(Diagnosis{"", agrees(a_case)}); },
                        [&](const std::string& words) { return conduct().value_or(Diagnosis{"", words}); }};
  const auto visit = [&](const Observation& seen, const Mismatch& wrong) {
    if (all_nan(seen.results))  // every reading that makes NaN somewhere would fit
      if (const auto found = conduct()) return *found;
    const auto naming = [&](const auto& fitting) { return confirmed(fitting, a_case, kernel); };
    const auto confirmed_pair = [&](const Reading& a, const Reading& b) { return explain_larger(a, b, a_case, kernel); };
    Diagnosis found = diagnose(seen, wrong, naming, conduct, confirmed_pair);
    if (!found.reading.empty() || by_conduct) return found;
    if (const std::string edge = size_edge(a_case, kernel); !edge.empty()) found.words = edge + "; " + found.words;
    if (const std::string probed = probe::probed(a_case, kernel); !probed.empty()) found.beyond = "probed: " + probed;
    return found;
  };
  return observe(a_case, kernel, visit, instead);
}

namespace {

// Which of the names larger cases leave, and the second mistake that those left out of account have.
struct Further {
  std::vector<const Reading*> names;
  SecondMistake second;
};

Further look(std::vector<const Reading*> names, const Kernel& kernel, std::uint64_t seed) {
  const std::vector<Law> agreement_alone{agreement()};
  SecondMistake second;
  for (std::int64_t number = 1; number <= further_cases && !second.settled(); ++number) {
    const Case further = fitted(campaign_case(seed, number, agreement_alone), kernel);
    if (!(work(further.problem) <= small_work)) continue;
    observe(
        further, kernel,
        [&](const Observation& seen, const Mismatch& wrong) {
          std::vector<const Reading*> left;
          std::copy_if(names.begin(), names.end(), std::back_inserter(left),
                       [&](const Reading* reading) { return !fitting({reading}, seen, wrong).empty(); });
          if (left.empty())
            second.see(names, further, seen, wrong);
          else
            names = std::move(left);
          return Diagnosis{};
        },
        nothing_instead);
  }
  return {std::move(names), std::move(second)};
}

}  // namespace

struct FurtherCases::Kept {
  std::uint64_t seed;
  std::map<std::pair<std::string, std::vector<const Reading*>>, Further> seen;  // by kernel and names
};

FurtherCases::FurtherCases(std::uint64_t seed) : kept_(new Kept{seed, {}}) {}
FurtherCases::~FurtherCases() = default;

Diagnosis FurtherCases::look(const Diagnosis& diagnosis, const Case& smallest, const Kernel& kernel) {
  const std::vector<const Reading*> names = set_of(diagnosis);
  if (names.empty()) return diagnosis;
  auto& seen = kept_->seen;
  auto found = seen.find({kernel.name, names});
  if (found == seen.end())
    found = seen.emplace(std::pair(kernel.name, names), properties::look(names, kernel, kept_->seed)).first;
  Further& further = found->second;
  if (const auto both = further.second.found(further.names, smallest.problem)) return *both;
  Diagnosis left = named(further.names, smallest.problem);
  if (left.reading == diagnosis.reading) left.words = diagnosis.words;  // a family's, with the number that was fitted
  left.beyond = diagnosis.beyond;
  if (!further.second.seen_none()) left.beyond = fmt::format("not explained by it alone: '{}'", token(further.second.shown_by()));
  return left;
}

Diagnosis diagnose(const Observation& seen) {
  const std::optional<Mismatch> wrong = readings::first_wrong(seen);
  if (!wrong) return {"", "agrees with the reference"};
  const auto naming = [&](const auto& found) { return named(found, seen.call.problem); };
  return diagnose(seen, *wrong, naming, [] { return std::nullopt; }, [](const Reading&, const Reading&) { return true; });
}

}  // namespace boresight::properties
