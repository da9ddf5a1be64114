// Decisions: everything that a reader of the specification decides, as data that can be overridden one by one.
// By default all are taken by the book; a reading (table.h) overrides a few. They are plain functions, so that two
// sets of decisions can be compared, and overrides of different decisions compose.
#pragma once

#include <cstdint>
#include <limits>

#include "problem/problem.h"
#include "problem/tensors.h"
#include "properties/readings/book.h"

namespace boresight::properties::readings {

struct Decisions {
  Problem problem;  // as it is read: a flag that is ignored, or taken for another, is a change here

  std::int64_t (*key_head)(const Reader&, std::int64_t h) = book::kv_head;
  std::int64_t (*value_head)(const Reader&, std::int64_t h) = book::kv_head;
  std::int64_t (*persistent_head)(const Reader&, std::int64_t h, std::int64_t kv_head) = book::persistent_head;
  std::int64_t (*key_sequence)(const Reader&, std::int64_t b) = book::key_sequence;  // of memories, segment, their values

  bool (*kept)(const Reader&, std::int64_t b, std::int64_t c) = book::kept;                                          // rule 1
  bool (*admitted)(const Reader&, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c) = book::admitted;  // rule 2
  std::int64_t (*causal_delta)(const Reader&, std::int64_t b, std::int64_t i, std::int64_t c) = book::order_delta;   // rule 3
  bool (*causal_sees)(const Reader&, std::int64_t delta) = book::causal_sees;
  bool (*causal_exempt)(const Reader&, std::int64_t c) = book::exempt;
  std::int64_t (*window_delta)(const Reader&, std::int64_t b, std::int64_t i, std::int64_t c) = book::order_delta;  // rule 4
  bool (*window_sees)(const Reader&, std::int64_t delta) = book::window_sees;
  bool (*window_exempt)(const Reader&, std::int64_t c) = book::exempt;

  bool (*biased)(const Reader&, std::int64_t c) = book::biased;
  std::int64_t (*distance)(const Reader&, std::int64_t b, std::int64_t i, std::int64_t c) = book::distance;
  std::int64_t (*bias_head)(const Reader&, std::int64_t h) = book::bias_head;
  double (*bias_value)(const Reader&, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c,
                       std::int64_t d) = book::bias_value;
  double (*bias_factor)(const Reader&) = book::bias_factor;
  double (*slope)(const Reader&, std::int64_t b, std::int64_t h) = book::slope;
  std::int64_t (*dense_column)(const Reader&, std::int64_t c) = book::dense_column;
  std::int64_t (*forget_entry_of_row)(const Reader&, std::int64_t place) = book::forget_entry;
  std::int64_t (*forget_entry_of_column)(const Reader&, std::int64_t place) = book::forget_entry;

  bool (*turned)(const Reader&, std::int64_t c) = book::turned;
  double (*query_turn)(const Reader&, std::int64_t b, std::int64_t i) = book::query_turn;
  double (*key_turn)(const Reader&, std::int64_t b, std::int64_t c) = book::key_turn;
  double (*query_scale_place)(const Reader&, std::int64_t b, std::int64_t i) = book::query_scale_place;
  double (*key_scale_place)(const Reader&, std::int64_t b, std::int64_t c) = book::key_scale_place;
  std::int64_t (*scale_sequence)(const Reader&, std::int64_t b, std::int64_t h) = book::scale_sequence;  // whose places those are
  double query_scale_sign = 1;  // XPOS scales q by z^u ..
  double key_scale_sign = -1;   // .. and k by z^-u

  double (*scale)(const Reader&) = book::scale;
  double (*score)(const Reader&, double product, double bias) = book::score;
  double (*hidden_score)(const Reader&) = book::hidden_score;                        // -inf: takes no part
  double (*sink)(const Reader&, std::int64_t h, double largest_score) = book::sink;  // -inf: none
  double least_maximum = -std::numeric_limits<double>::infinity();                   // the running maximum starts there
  bool empty_row_is_mean = false;                                                    // of all values; else 0
  bool (*empty_row_is_zeroed)(const Reader&, std::int64_t b, std::int64_t h, std::int64_t i) = book::empty_row_is_zeroed;
  bool empty_row_is_nan = false;
  double empty_lse = -std::numeric_limits<double>::infinity();
  bool lse_base_two = false;

  bool operator==(const Decisions&) const = default;
};

// What a decision is taken on: the problem as it is read, the tensors, and the other decisions.
struct Reader {
  const Decisions& decide;
  const Problem& problem;
  const Tensors& tensors;
};

}  // namespace boresight::properties::readings
