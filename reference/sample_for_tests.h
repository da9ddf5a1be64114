// What the reference's tests share: a problem with all its tensors, whose entries a test can write by hand, and random
// small cases that cover every feature.
#pragma once

#include <vector>

#include "problem/inputs.h"
#include "problem/rows.h"
#include "problem/values.h"
#include "reference/attention.h"

namespace boresight::reference {

// The plainest case of a problem.
inline Case case_of(const Problem& problem) {
  Case a_case;
  a_case.problem = problem;
  return a_case;
}

struct Sample {
  Problem problem;
  Inputs inputs;
  Tensors& tensors = inputs.tensors;

  explicit Sample(const Case& a_case) : problem(a_case.problem), inputs(make_inputs(a_case)) {}
  explicit Sample(const Problem& of) : Sample(case_of(of)) {}
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  // Writes a tensor row-major, over and over again from the values.
  void set(Tensor Tensors::* member, const std::vector<double>& values) {
    each_row(tensors.*member, [&](const Row& row) {
      for (std::int64_t d = 0; d < row.count; ++d) {
        store(row.data, (tensors.*member).type, d * row.stride, values[(row.number * row.count + d) % values.size()]);
      }
    });
  }

  // Gives the problem a tensor that it may have or not: masks.
  void add(Tensor Tensors::* member, Type type, std::initializer_list<std::int64_t> shape, const std::vector<double>& values) {
    tensors.*member = inputs.allocate(type, shape);
    set(member, values);
  }

  Attention attend() const { return reference::attend(problem, inputs.tensors); }
};

// One sequence and head of width 1, in double: the smallest problem with these many queries and keys.
inline Problem tiny(std::int64_t queries, std::int64_t segment, std::int64_t memories = 0, std::int64_t mem_kv = 0) {
  Problem problem;
  problem.queries = queries;
  problem.segment = segment;
  problem.memories = memories;
  problem.mem_kv = mem_kv;
  problem.type = Type::f64;
  return problem;
}

}  // namespace boresight::reference
