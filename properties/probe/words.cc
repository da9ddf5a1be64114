#include "properties/probe/words.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "properties/probe/bias_form.h"
#include "properties/probe/number.h"
#include "properties/probe/region.h"

namespace boresight::properties::probe {
namespace {

using Index = std::int64_t;
using Rows = std::vector<RowReading>;

struct Place {
  Index i = -1, c = -1;
};

// The level that departs the most from the right one; i < 0: none does beside an anchor.
Place farthest(const HeadPlumb& head, const Rows& rows) {
  Place found;
  double most = -1;
  for (Index i = 0; i < Index(rows.size()); ++i) {
    const RowReading& row = rows[std::size_t(i)];
    for (Index c = 0; c < head.right.cols() && row.anchor >= 0; ++c) {
      if (row.columns[std::size_t(c)] != Departure::level) continue;
      const double away = std::abs(head.offset(i, c) - head.offset(i, row.anchor));
      if (away > most) most = away, found = {i, c};
    }
  }
  return found;
}

std::string farthest_words(const HeadPlumb& head, const Rows& rows) {
  const auto [i, c] = farthest(head, rows);
  if (i < 0) return "";
  const Index anchor = rows[std::size_t(i)].anchor;
  return fmt::format("; most at i = {}, c = {}: {} above column {}, right is {}", i, c,
                     number(head.recovered(i, c) - head.recovered(i, anchor)), anchor,
                     number(head.right(i, c) - head.right(i, anchor)));
}

bool any(const Rows& rows, Departure kind) {
  for (const RowReading& row : rows)
    for (const Departure departure : row.columns)
      if (departure == kind) return true;
  return false;
}

// Where the rows depart in this way, among the elements that could.
std::string region(const HeadPlumb& head, const Rows& rows, Departure kind) {
  const Wanted in = [&](Index i, Index c) { return rows[std::size_t(i)].columns[std::size_t(c)] == kind; };
  const Wanted could = [&](Index i, Index c) {
    const bool right_visible = head.right_visible(i, c);
    if (kind == Departure::level) return head.at(i, c) == Seen::visible && right_visible;
    return kind == Departure::broken || (kind == Departure::hidden ? right_visible : !right_visible);
  };
  return where(Index(rows.size()), head.right.cols(), in, could);
}

std::string level_sentence(const Recovered& recovered, Index b, Index h, const Rows& rows) {
  const HeadPlumb& head = recovered.head(b, h);
  const std::string right = right_form(recovered, b, h), where = region(head, rows, Departure::level);
  if (const auto form = recovered_form(recovered, b, h))
    return fmt::format("bias(i, c) = {}, right is {}: departs for {}", *form, right, where);
  return fmt::format("bias(i, c) departs from {} for {}{}", right, where, farthest_words(head, rows));
}

// The sentence about one kind of departure of one head; empty where there is none.
std::string sentence(const Recovered& recovered, Index b, Index h, const Rows& rows, Departure kind) {
  if (!any(rows, kind)) return "";
  const HeadPlumb& head = recovered.head(b, h);
  switch (kind) {
    case Departure::level:
      return level_sentence(recovered, b, h, rows);
    case Departure::hidden:
      return fmt::format("hidden for {}, right is visible", region(head, rows, kind));
    case Departure::visible:
      return fmt::format("visible for {}, right is hidden", region(head, rows, kind));
    case Departure::broken:
      return fmt::format("the weight is no number for {}", region(head, rows, kind));
    default:
      return "";
  }
}

std::string rest_sentence(const HeadPlumb& head, const Rows& rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].rest) {
      const double right = head.rest_right[i], got = right * std::exp(head.rest[i].high);
      return fmt::format("zero key and sink weigh {} of row {}, right is {}, beside the other columns", number(got), i,
                         number(right));
    }
  return "";
}

std::string named(const Problem& p, const std::vector<Index>& heads) {
  const Index b = heads[0] / p.heads, h = heads[0] % p.heads;
  if (Index(heads.size()) == p.batch * p.heads && heads.size() > 1) return "every head";
  const std::string first = p.batch > 1 ? fmt::format("b {} h {}", b, h) : fmt::format("h {}", h);
  return heads.size() > 1 ? first + fmt::format(" and {} more", heads.size() - 1) : first;
}

// Sentences in the order in which they were first said, and the heads of which they are.
class Sentences {
 public:
  void add(const std::string& text, Index head) {
    if (text.empty()) return;
    if (!heads_.contains(text)) order_.push_back(text);
    heads_[text].push_back(head);
  }
  std::vector<std::string> all(const Problem& problem) const {
    std::vector<std::string> sentences;
    for (const std::string& text : order_) sentences.push_back(named(problem, heads_.at(text)) + ": " + text);
    return sentences;
  }

 private:
  std::vector<std::string> order_;
  std::map<std::string, std::vector<Index>> heads_;
};

}  // namespace

std::vector<std::string> words(const Problem& problem, const Tensors& tensors, const Plumb& plumb, const Departures& found) {
  const Recovered recovered{problem, tensors, plumb};
  const Index heads = Index(plumb.heads.size());
  Sentences sentences;
  for (const Departure kind : {Departure::broken, Departure::hidden, Departure::visible, Departure::level})
    for (Index head = 0; head < heads; ++head)
      sentences.add(sentence(recovered, head / problem.heads, head % problem.heads, found.rows[std::size_t(head)], kind), head);
  for (Index head = 0; head < heads; ++head)
    sentences.add(rest_sentence(plumb.heads[std::size_t(head)], found.rows[std::size_t(head)]), head);
  return sentences.all(problem);
}

std::string gauge(const Problem& p) {
  if (p.mem_kv > 0 || p.zero_kv || p.sink || (p.softcap > 0 && p.softcap_order == SoftcapOrder::after_bias))
    return "a constant added to the bias of a whole row would show here";
  return "a constant added to a whole row cancels in softmax: outputs can't show it, only lse can";
}

}  // namespace boresight::properties::probe
