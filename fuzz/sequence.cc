// Sequence: one call worked off step by step, as a server does it, against the call itself. Two such calls of one shape take
// turns, and what a step reads lies where the last one's lay, so whatever a kernel remembers by address is stale. A part of the
// input is a step:
//
//   feed 3 cache       the next three queries, with the keys up to theirs, earlier ones of the segment as a cache
//   feed 1 memories    the same, earlier ones handed on as memories
//   again              the last feed once more
//   hide 4             from here on key 4 (memories first) is masked
//   forget 2           from here on the two oldest memories are gone
//
// Every row must be what the one call gives, in which an attention mask says who was hidden when; what is left at the end is fed
// at once.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/finding.h"
#include "fuzz/memory.h"
#include "fuzz/text.h"
#include "problem/inputs.h"
#include "properties/laws/calls.h"
#include "properties/laws/copies.h"
#include "properties/vector_verdict.h"

namespace boresight::fuzz {
namespace {

using properties::Call;
using properties::Handover;

// The case, bent so that it can be worked off in order.
Case in_order(Case c) {
  Problem& p = c.problem;
  p.queries = std::max<std::int64_t>(p.queries, 1);
  p.segment = std::max(p.segment, p.queries);
  if (!p.causal && p.window.right != 0) p.causal = true;
  c.positions = Positions::ordered, c.positions_broadcast = true, p.custom_positions = false;
  c.attention_mask = {}, c.attention_mask_broadcast = {};  // the steps say it
  return c;
}

// One step's call, and which rows of the whole it computes.
struct Step {
  Call call;
  std::int64_t first = 0, last = 0;
};

// The whole call, and what the steps have done to it so far.
class Session {
 public:
  explicit Session(const Case& a_case) : inputs_(make_inputs(a_case)), whole_{a_case.problem, inputs_.tensors} {
    const Problem& p = whole_.problem;
    whole_.tensors.key_mask = mask_or_ones(whole_.tensors.key_mask, p.segment);
    whole_.tensors.memory_mask = mask_or_ones(whole_.tensors.memory_mask, p.memories);
    current_ = whole_;
    seen_ = inputs_.allocate(Type::u8, {1, 1, p.queries, p.columns()});
    properties::fill(seen_, [](std::int64_t) { return 1; });
  }

  bool over() const { return next_ == whole_.problem.queries; }

  Step feed(std::int64_t rows, bool as_memories) {
    const std::int64_t first = next_;
    next_ = std::min(next_ + std::max<std::int64_t>(rows, 1), whole_.problem.queries);
    const bool origin_shows = whole_.problem.rotary.dims > 0 && whole_.problem.mem_kv > 0;
    return {
        properties::chunk(current_, first, next_, as_memories && !origin_shows ? Handover::memories : Handover::cache, inputs_),
        first, next_};
  }

  void hide(std::int64_t key) {
    const std::int64_t gone = forgotten_, M = whole_.problem.memories;
    if (M + whole_.problem.segment == 0 || over()) return;
    key = key % (M + whole_.problem.segment);
    if (key < gone) return;
    Tensor& mask = key < M ? current_.tensors.memory_mask : current_.tensors.key_mask;
    mask = properties::copy(inputs_, mask);  // steps before this one keep theirs
    for (std::int64_t b = 0; b < whole_.problem.batch; ++b) mask.at<std::uint8_t>(b, key < M ? key - gone : key - M) = 0;
    unsee(key);
  }

  void forget(std::int64_t rows) {
    rows = std::min(rows, current_.problem.memories);
    if (rows <= 0 || over()) return;
    for (std::int64_t k = 0; k < rows; ++k) unsee(forgotten_ + k);
    forgotten_ += rows;
    Problem& p = current_.problem;
    Tensors& t = current_.tensors;
    p.memories -= rows;
    for (Tensor* const memory : {&t.memory_k, &t.memory_v}) *memory = memory->slice(2, rows, p.memories);
    t.memory_mask = t.memory_mask.slice(1, rows, p.memories);
    t.dense = t.dense.slice(3, rows, p.memories + p.segment);
    t.distance_table = t.distance_table.slice(1, 0, p.memories + p.segment + p.queries - 1);
    t.forget = t.forget.slice(2, rows, p.memories + p.segment);
  }

  // The one call that all steps together should be.
  Call whole() const {
    Call call = whole_;
    call.tensors.attention_mask = seen_;
    return call;
  }

 private:
  Tensor mask_or_ones(const Tensor& mask, std::int64_t length) {
    if (mask || length == 0) return mask;
    const Tensor ones = inputs_.allocate(Type::u8, {whole_.problem.batch, length});
    properties::fill(ones, [](std::int64_t) { return 1; });
    return ones;
  }

  // No row from here on sees this key.
  void unsee(std::int64_t key) {
    for (std::int64_t i = next_; i < whole_.problem.queries; ++i)
      seen_.at<std::uint8_t>(0, 0, i, whole_.problem.mem_kv + key) = 0;
  }

  Inputs inputs_;
  Call whole_, current_;  // as drawn; with fewer memories and more hidden
  Tensor seen_;           // [1][1][n][K]
  std::int64_t next_ = 0, forgotten_ = 0;
};

std::vector<Step> steps_of(Session& session, const std::vector<std::string_view>& parts) {
  std::vector<Step> steps;
  for (const std::string_view part : parts) {
    const auto words = words_of(part, 3);
    const std::int64_t number = words.size() > 1 ? number_of(words[1]) : 1;
    if (words[0] == "hide")
      session.hide(number & 0xffff);
    else if (words[0] == "forget")
      session.forget(number & 0xffff);
    else if (words[0] == "again" && !steps.empty())
      steps.push_back(steps.back());
    else if (!session.over())
      steps.push_back(session.feed(number & 0xffff, words.size() > 2 && words[2] == "memories"));
  }
  if (!session.over()) steps.push_back(session.feed(session.whole().problem.queries, false));
  return steps;
}

// Memory that each step's tensors are copied into, at the same place for each.
class Stage {
 public:
  explicit Stage(const std::vector<Step>& steps) {
    for (std::size_t k = 0; k < memory_.size(); ++k) {
      std::size_t most = 0;
      for (const Step& step : steps) {
        const Tensor& tensor = step.call.tensors.*input_tensors[k].member;
        if (tensor) most = std::max(most, std::size_t(tensor.elements()) * bytes(tensor.type));
      }
      memory_[k].resize(most);
    }
  }

  Call place(const Call& call) {
    Call placed = call;
    for (std::size_t k = 0; k < memory_.size(); ++k) {
      const Tensor& from = call.tensors.*input_tensors[k].member;
      if (!from || from.elements() == 0) continue;
      Tensor& tensor = placed.tensors.*input_tensors[k].member;
      tensor = side_by_side(from);
      tensor.data = memory_[k].data();
      properties::overwrite(tensor, from);
    }
    return placed;
  }

 private:
  std::array<std::vector<std::byte>, input_tensors.size()> memory_;
};

// The truths of a step and of the same rows of the whole: two evaluations in double, so each within its own bound there.
std::optional<Fault> fault_of_truth(HeldCall& step, HeldCall& whole, const Step& rows, const Call& step_call,
                                    const Call& whole_call) {
  const auto& of_step = step.truth().bound(step_call, properties::double_arithmetic(step_call.problem));
  const auto& of_whole = whole.truth().bound(whole_call, properties::double_arithmetic(whole_call.problem));
  const auto& in_step = step.truth().attention(step_call).heads;
  const auto& in_whole = whole.truth().attention(whole_call).heads;
  for (std::size_t h = 0; h < in_step.size(); ++h)
    for (std::int64_t i = rows.first; i < rows.last; ++i)
      for (std::int64_t d = 0; d < step_call.problem.value_dim; ++d) {
        const double one = in_step[h].out(i - rows.first, d), other = in_whole[h].out(i, d);
        const double bound = of_step.values.heads[h].out(i - rows.first, d) + of_whole.values.heads[h].out(i, d);
        if (!(std::abs(one - other) <= bound))
          return Fault{"the reference itself", fmt::format("row {} is {} in its step and {} in the whole call", i, one, other)};
      }
  return std::nullopt;
}

// A case worked off: its steps and the one call that they are.
struct Request {
  Request(const Case& a_case, const std::vector<std::string_view>& parts)
      : session(a_case), steps(steps_of(session, parts)), whole(session.whole()), held(whole) {}
  bool judgeable() { return held.invalid().empty() && held.in_domain(); }

  Session session;
  std::vector<Step> steps;
  Call whole;
  HeldCall held;
};

std::optional<Fault> fault_of_step(Request& request, const Step& step, const Call& placed, const Options& options,
                                   const Kernels& kernels) {
  HeldCall held(placed);
  if (!held.invalid().empty()) return Fault{"a step is no valid call: " + held.invalid(), ""};
  if (!held.in_domain()) return std::nullopt;
  if (auto fault = fault_of_truth(held, request.held, step, placed, request.whole)) return fault;
  auto fault = fault_of_any(held, options, kernels);
  if (fault) fault->what += fmt::format(" in the step of rows {} to {}", step.first, step.last - 1);
  return fault;
}

// Two requests of one shape and other values take turns, so that each call finds the other's leftovers.
std::optional<Fault> look(const std::string& input, const Kernels& kernels) {
  const Text text = split(input);
  Case a_case = in_order(case_of(text.token));
  Request one(a_case, text.parts);
  ++a_case.seed;
  Request other(a_case, text.parts);
  if (!one.judgeable() || !other.judgeable()) return std::nullopt;
  Stage stage(one.steps);
  for (std::size_t k = 0; k < one.steps.size(); ++k)
    for (Request* const request : {&one, &other}) {
      const Step& step = request->steps[k];
      if (auto fault = fault_of_step(*request, step, stage.place(step.call), a_case.options, kernels)) return fault;
    }
  return std::nullopt;
}

std::string drawn_step(const Case& a_case, Choices& choices) {
  const Problem& p = a_case.problem;
  switch (choices.pick(6)) {
    case 0:
      return fmt::format("hide {}", choices.pick(std::uint64_t(p.memories + p.segment) + 1));
    case 1:
      return p.memories > 0 ? fmt::format("forget {}", 1 + choices.pick(std::uint64_t(p.memories))) : "again";
    case 2:
      return "again";
    default:
      return fmt::format("feed {} {}", 1 + choices.pick(choices.chance(1, 2) ? 3 : std::uint64_t(p.queries) + 1),
                         choices.one_of({"cache", "memories"}));
  }
}

}  // namespace

std::string judge_sequence(std::string_view input, const Kernels& kernels) {
  return finding_of_text("fuzz_sequence", input, [&](const std::string& text) { return look(text, kernels); });
}

std::string mutate_sequence(std::string_view input, Choices& choices) { return mutated(input, drawn_step, choices); }

}  // namespace boresight::fuzz
