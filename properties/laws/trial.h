// A trial: one kernel held to one law on one case. It makes the inputs anew (a kernel may scribble over them), knows the
// truth of each call, and runs the kernel under guard. After the first trouble every further step does nothing, and
// verdict() says what it was; so a law reads as if nothing ever went wrong:
//
//   Trial trial("my_law", a_case, kernel);
//   const Call other = ...(trial.call(), trial.store());
//   const Certificate one = trial.certify(trial.call()), two = trial.certify(other);      every truth before any run
//   const Results first = trial.run(trial.call()), second = trial.run(other, "in other words");
//   trial.agree(second, two, first, one, "what it means if they differ");
//   trial.needs(some_row_shows(one), "why nothing could have shown");
//   return trial.verdict();
//
// Certificates after a trouble are of no heads. They live as long as the trial.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "problem/inputs.h"
#include "problem/kernel.h"
#include "properties/laws/truths.h"

namespace boresight::properties {

// How a call is run.
struct Way {
  const Kernel* kernel = nullptr;
  Options options;
  Layout layout = Layout::bhnd;  // of the outputs
  bool with_lse = true;
  std::int64_t skew = 0;  // elements by which the outputs are off an aligned start
};

class Trial {
 public:
  Trial(std::string_view law, const Case& a_case, const Kernel& kernel);

  const Case& drawn() const { return case_; }
  const Problem& problem() const { return case_.problem; }
  const Call& call() const { return call_; }                           // the case's own
  Inputs& store() { return inputs_; }                                  // memory for calls made from it
  Way way() const { return {&kernel_, case_.options, case_.layout}; }  // as the case says

  // The next call's truth and bound. Trouble where the call is not valid, the kernel does not support it, or it is outside
  // the domain. The call must follow from the case alone (truths.h), so this comes before any run.
  Certificate certify(const Call& call) { return certify(call, way()); }
  Certificate certify(const Call& call, const Way& way);
  // The call that was certified last could have told some reading of the specification from the truth.
  bool some_told(const Call& call);
  // The next call without a truth, for laws that need none: trouble where it is not valid or not supported.
  void accept(const Call& call);
  // The truth of the call that was certified last, with the bound of another way to run it.
  Certificate certify_again(const Call& call, const Way& way);

  // A guarded run of a call whose problem was certified or accepted. Trouble where a guard was hurt; `which` names the run.
  Results run(const Call& call, std::string_view which = {}) { return run(call, way(), which); }
  Results run(const Call& call, const Way& way, std::string_view which);

  // Two runs within both bounds; where(element of got) is its place in `expected`, or none.
  template <class Where>
  void agree(const Results& got, const Certificate& of, const Results& expected, const Certificate& by, Where where,
             std::string_view otherwise);
  void agree(const Results& got, const Certificate& of, const Results& expected, const Certificate& by,
             std::string_view otherwise);

  // Each element within its bound of what expect(element) says.
  template <class Expect>
  void hold(const Results& got, Expect expect, std::string_view otherwise);

  // The same bits, in the rows (b, h, i) for which matters() holds.
  template <class Matters>
  void same_bits(const Results& got, const Results& expected, Matters matters, std::string_view otherwise);
  void same_bits(const Results& got, const Results& expected, std::string_view otherwise);

  void fail(std::string why) { trouble(failed(std::move(why))); }
  void skip(std::string why) { trouble(skipped(std::move(why))); }
  // Where this does not hold, nothing could have shown: Mistrusted, unless something went wrong all the same.
  void needs(bool power, std::string_view otherwise);

  bool going() const { return !trouble_; }
  Verdict verdict() const;

 private:
  void trouble(Verdict verdict);
  void see(Verdict verdict, std::string_view otherwise);
  bool taken(Truth& truth, const Call& call, const Kernel& kernel);
  Certificate certify(Truth& truth, const Call& call, const Way& way);

  const Case& case_;
  const Kernel& kernel_;
  Inputs inputs_;
  Call call_;
  std::shared_ptr<Truths> truths_;
  std::size_t calls_ = 0;  // certified so far
  bool ran_ = false;
  std::optional<Verdict> trouble_;
  std::string powerless_;
  double largest_ = 0;
};

}  // namespace boresight::properties

#include "properties/laws/trial-inl.h"
