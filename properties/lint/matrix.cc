#include "properties/lint/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace boresight::properties::lint {
namespace {

constexpr std::size_t shown_at_most = 12;

struct Page {
  std::vector<Size> sizes;
  std::vector<Subject> subjects;  // the readings, then the others
  std::size_t readings = 0;       // how many of them are readings
  std::vector<Judged> judged;     // of each suite
  std::vector<CaughtAt> cases;
  std::int64_t most = 0;
  std::uint64_t seed = 1;

  bool counts(std::size_t k) const { return k < readings && subjects[k].features.found; }
  // No suite has any of these.
  bool needs_persistent_or_memories(std::size_t k) const {
    const Problem& p = subjects[k].features.a_case.problem;
    return p.mem_kv > 0 || p.memories > 0;
  }
  bool own(std::size_t suite, std::size_t size) const {
    const std::vector<Size> own = parse_sizes(suites()[suite].sizes).value();
    return std::find(own.begin(), own.end(), sizes[size]) != own.end();
  }
  bool caught_in_own(std::size_t suite, std::size_t k) const {
    for (std::size_t z = 0; z < sizes.size(); ++z)
      if (own(suite, z) && judged[suite].cells[z][k].caught) return true;
    return false;
  }
  std::size_t letting_through(std::size_t k) const {
    std::size_t count = 0;
    for (std::size_t s = 0; s < judged.size(); ++s) count += caught_in_own(s, k) ? 0 : 1;
    return count;
  }
};

template <class Caught>
std::string share(const Page& page, Caught caught) {
  std::size_t yes = 0, all = 0;
  for (std::size_t k = 0; k < page.subjects.size(); ++k)
    if (page.counts(k)) ++all, yes += caught(k) ? 1 : 0;
  return fmt::format("{} of {}", yes, all);
}

std::string listed(const std::vector<Size>& sizes) {
  std::string text;
  for (const Size& size : sizes) text += (text.empty() ? "" : size == sizes.back() ? " and " : ", ") + lint::text(size);
  return text;
}

std::string opening(const Page& page) {
  return fmt::format(
      R"(# The kill matrix

Which mistakes would a test let through? Here each reading of `boresight list readings`, a way to misread the specification, is a kernel
of its own, and is put to the inputs, sizes and acceptance rules of well-known suites. `make kill-matrix` writes this page (seed {});
`boresight lint` does the same for your own test.

Read it with these in mind:

* The view is generous. Each mistake meets a problem with exactly the features that it needs to show (persistent columns, memories,
  masks, windows, a cache, sinks, ..), the second column of the last table, though hardly any suite switches them all on. **No suite
  covers persistent columns (mem_kv)**, Transformer-XL memories or memory masks at all.
* A suite is its row in `properties/lint/suites.cc`: one type, one recipe of inputs, one rule. The suites themselves were not run.
  Kernels, other types, backward passes and everything else that they check is left out.
* Every suite is judged at {} (queries x keys) with 4 heads or so and head_dim 64 (FlashInfer 128); those that
  are of the kind that it runs itself count as its own. Queries are fewer than the suites' own where those are as many as keys. A
  mistake that shows only with more queries than keys has the sizes turned around, one that needs a square call a square of as many
  cells; one that shows only in decoding has one query, and one needs as many queries as heads.
* Memories are a quarter of the keys, windows a quarter of the keys to the left and of the queries to the right, masks keep half.
* A kernel computes what its reading means in double and stores it in the type, so that nothing but the mistake can be caught. Eager
  attention in the type, which four rules measure by, is this project's own, and eps is the type's unit roundoff.
* Rules judge outputs. Where outputs can't show a mistake and lse can, they judge lse, though few suites look at it.
* Boresight's column: the number of the case that catches the mistake in a campaign of `boresight verify` by its law
  agrees_with_reference alone, the median of seeds 1 to 3, or `not in {}`. Seven cases in eight are drawn freely; every eighth is
  steered: drawn until one of the readings applies to it that apply to the fewest of those seven. Readings that drawn cases seldom show
  count as if none did, and take turns. A campaign by all laws gives this law one case in as many as there are laws.

)",
      page.seed, listed(page.sizes), page.most);
}

std::string suite_table() {
  std::string text = "## The suites\n\n| suite | source | what it does | as modelled here |\n|---|---|---|---|\n";
  for (const Suite& s : suites())
    text += fmt::format("| {} ({}) | {} | {} | {} `{}`{}, `{}`, {}{} |\n", s.id, s.column, s.file, s.says, name(s.type), s.inputs,
                        *s.slopes != 0 ? fmt::format(", slopes `{}`", s.slopes) : "", s.rule, s.sizes,
                        s.trials > 1 ? fmt::format(", {} trials", s.trials) : "");
  return text + "\n";
}

std::string repeated(const char* text, std::size_t times) {
  std::string all;
  for (std::size_t k = 0; k < times; ++k) all += text;
  return all;
}

std::string totals(const Page& page) {
  std::string text = "## Readings caught\n\n| suite |";
  for (const Size& size : page.sizes) text += fmt::format(" {} |", lint::text(size));
  text +=
      " in any of its own sizes | of these without persistent columns or memories | right kernels refused |\n|---|---|---|---|" +
      repeated("---|", page.sizes.size()) + "\n";
  for (std::size_t s = 0; s < page.judged.size(); ++s) {
    text += fmt::format("| {} |", suites()[s].id);
    for (std::size_t z = 0; z < page.sizes.size(); ++z)
      text += fmt::format(" {}{} |", share(page, [&](std::size_t k) { return page.judged[s].cells[z][k].caught; }),
                          page.own(s, z) ? "" : " *");
    const auto unaided = [&](std::size_t k) { return page.caught_in_own(s, k) && !page.needs_persistent_or_memories(k); };
    text += fmt::format(" **{}** | {} | {} of {} |\n", share(page, [&](std::size_t k) { return page.caught_in_own(s, k); }),
                        share(page, unaided), page.judged[s].honest.refused, page.judged[s].honest.problems);
  }
  text += fmt::format("| Boresight, up to {1} cases of its own |{2} **{0}** | {0} | see `boresight verify` |\n\n",
                      share(page, [&](std::size_t k) { return page.cases[k].has_value(); }), page.most,
                      repeated(" |", page.sizes.size()));
  return text +
         "`*` is a size that the suite has nothing like. The column before the last leaves out the readings that show only "
         "beside "
         "persistent columns or memories, which no suite has: it is the less generous view. The last one counts problems on "
         "which a "
         "kernel without any mistake is refused.\n\n";
}

// What Boresight itself misses.
std::string holes(const Page& page) {
  std::string names;
  for (std::size_t k = 0; k < page.subjects.size(); ++k)
    if (page.counts(k) && !page.cases[k]) names += fmt::format("{}`{}`", names.empty() ? "" : ", ", page.subjects[k].id);
  return names.empty() ? "" : fmt::format("Boresight doesn't catch in {} cases: {}.\n\n", page.most, names);
}

std::string hardest(const Page& page) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < page.subjects.size(); ++k)
    if (page.counts(k) && page.letting_through(k) > 0) order.push_back(k);
  std::ranges::sort(order, {}, [&](std::size_t k) { return std::pair(-std::int64_t(page.letting_through(k)), k); });
  std::string text = fmt::format("{} readings pass at least one suite's own sizes. Those that pass the most:\n\n", order.size());
  for (std::size_t at = 0; at < std::min(order.size(), shown_at_most); ++at)
    text += fmt::format("* `{}`: {} of {} suites let it through, Boresight's own cases: {}\n", page.subjects[order[at]].id,
                        page.letting_through(order[at]), page.judged.size(), words(page.cases[order[at]], page.most));
  return text + "\n" + holes(page);
}

std::string cell(const Page& page, std::size_t suite, std::size_t k) {
  std::string text;
  for (std::size_t z = 0; z < page.sizes.size(); ++z) {
    const Cell& cell = page.judged[suite].cells[z][k];
    text += !cell.judged ? ' ' : cell.caught ? 'x' : cell.certified ? '-' : '.';
  }
  return text;
}

std::string boresight_cell(const Page& page, std::size_t k) {
  if (page.subjects[k].equivalent) return "equivalent";
  return page.cases[k] || page.subjects[k].features.found ? words(page.cases[k], page.most) : "equivalent";
}

std::string row(const Page& page, std::size_t k) {
  const Subject& subject = page.subjects[k];
  const std::string features = subject.features.found ? lint::words(subject.features) : "";
  std::string text = fmt::format("| {} | {}{} |", subject.id, features, subject.features.by_lse ? " (lse)" : "");
  for (std::size_t s = 0; s < page.judged.size(); ++s) text += fmt::format(" `{}` |", cell(page, s, k));
  return text + fmt::format(" {} |\n", boresight_cell(page, k));
}

std::string matrix(const Page& page) {
  std::string text = "## The matrix\n\nA letter for each size, " + listed(page.sizes) +
                     ": `x` caught; `-` let through, though the same outputs are outside the certified bound; `.` let through, "
                     "and these inputs in this type can't tell it from right; blank: out of the "
                     "specification's domain.\n\n| reading | "
                     "switched on |";
  for (const Suite& suite : suites()) text += fmt::format(" {} |", suite.column);
  text += " Boresight |\n|---|---|";
  text += repeated("---|", page.judged.size() + 1) + "\n";
  for (std::size_t k = 0; k < page.readings; ++k) text += row(page, k);
  text += "| **no readings:** | |" + std::string(page.judged.size(), '|') + " |\n";
  for (std::size_t k = page.readings; k < page.subjects.size(); ++k) text += row(page, k);
  return text + "\n";
}

std::string closing(const Page& page) {
  std::string text =
      "## What cannot show\n\n* `alibi-constant-row-shift` adds a constant to a whole row of scores, which softmax takes away: "
      "without "
      "persistent columns, a zero key, a sink or a softcap after the bias it is right, and its last row above must not be "
      "refused. "
      "Beside any of them it is a mistake, and a row of its own.\n";
  for (std::size_t k = 0; k < page.readings; ++k) {
    const Subject& subject = page.subjects[k];
    if (*subject.reading->equivalent != 0) text += fmt::format("* `{}`: {}\n", subject.id, subject.reading->equivalent);
    if (!subject.features.found) text += fmt::format("* `{}`: no drawn case shows it\n", subject.id);
  }
  return text +
         "\nA NaN passes any check that is written `fail if abs(got - ref) > tolerance` (`not_above` in `boresight lint`); the "
         "suites "
         "above refuse it as far as their rules are known here.\n";
}

}  // namespace

std::string matrix_page(const MatrixPlan& plan) {
  Page page;
  page.seed = plan.seed;
  page.most = plan.cases;
  page.sizes = parse_sizes(plan.sizes).value();
  page.subjects = reading_subjects(plan.readings, plan.seed, plan.threads);
  page.readings = page.subjects.size();
  for (Subject& other : other_subjects()) page.subjects.push_back(std::move(other));
  std::vector<Setting> settings;
  for (const Suite& suite : suites()) settings.push_back(setting(suite, plan.seed, page.sizes));
  page.judged = judge(settings, page.subjects, plan.threads, plan.progress);
  page.cases = cases_until_caught(page.subjects, plan.cases, plan.threads);
  return opening(page) + totals(page) + hardest(page) + matrix(page) + closing(page) + "\n" + suite_table();
}

}  // namespace boresight::properties::lint
