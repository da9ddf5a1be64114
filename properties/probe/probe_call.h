// The calls that a probe makes: a case's own problem, masks, bias data and positions, with queries, keys and values of its own.
// At q = k = 0 every score is its bias, and with one-hot values the output is the weights of those columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem/case.h"
#include "properties/call.h"
#include "properties/compare.h"
#include "properties/prepared.h"

namespace boresight::properties::probe {

// The inputs of a case with q = k = v = 0, and what a probe writes into them. All kv heads get the same, unless said otherwise.
class ProbeInputs {
 public:
  explicit ProbeInputs(const Case& a_case);
  const Tensors& tensors() const { return prepared_.call.tensors; }

  void clear_queries_and_keys();
  // Returns the value as its type holds it.
  double set_query(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t entry, double value);
  void set_key(std::int64_t c, std::int64_t entry, double value);                             // of every sequence and kv head
  void set_key_of(std::int64_t kv_head, std::int64_t c, std::int64_t entry, double value);    // of every sequence
  void set_value_of(std::int64_t kv_head, std::int64_t c, std::int64_t entry, double value);  // of every sequence
  // Entry k of column first + k is `value` for k < count; all else is 0.
  void set_one_hot(std::int64_t first, std::int64_t count, double value);

 private:
  void put(Tensor part, std::int64_t kv_head, std::int64_t row, std::int64_t entry, double value);
  void put_column(bool keys, std::int64_t kv_head, std::int64_t c, std::int64_t entry, double value);
  Prepared prepared_;
  Problem problem_;
};

// A kernel on probe inputs: its own copy of them, since it may write there, and one for the reference.
class ProbeCall {
 public:
  ProbeCall(const Case& a_case, const Kernel& kernel) : case_(a_case), kernel_(kernel), used_(a_case), clean_(a_case) {}
  template <class Write>
  void write(Write each) {
    each(used_);
    each(clean_);
  }
  // The problem may be another than the case's where the tensors suit both (see `switched`).
  Results run(const Problem& problem) const;
  const Tensors& tensors() const { return clean_.tensors(); }
  Arithmetic arithmetic(const Problem& problem) const { return kernel_.arithmetic(problem, case_.options); }
  const Case& of() const { return case_; }
  const Kernel& kernel() const { return kernel_; }
  // Truth and bound of the plain tensors, as they are now.
  Certified certify(const Problem& problem) const;

 private:
  Case case_;
  Kernel kernel_;
  ProbeInputs used_, clean_;
};

// The tensors as a problem with other rotary dims reads them: tables of frequencies and scales cut to size.
Tensors tensors_for(const Problem& problem, Tensors tensors);

// Entries of q and k that rotary leaves alone, and the problem in which it does. Where rotary turns all of head_dim, the
// last pair is taken from it; a softcap before the bias, which does nothing at q.k = 0 but would flatten a lift, is
// left out; a scale too small to lift by becomes the usual one. None of these touches bias or visibility.
struct Switched {
  Problem problem;
  std::vector<std::int64_t> entries;
  std::string note;  // what was switched, for a person; empty: nothing
};
Switched switched(const Problem& problem);

}  // namespace boresight::properties::probe
