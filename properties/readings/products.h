// Scaled products of queries and keys under a set of decisions: the costly half of an evaluation. Most readings change
// neither, so they share those by the book.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

#include "properties/readings/decisions.h"
#include "reference/attention.h"

namespace boresight::properties::readings {

// Rows [first, last) of one sequence and query head, against columns [0, P + M + S).
struct Products {
  reference::Matrix query, key, value;     // turned where they turn
  reference::Matrix query_size, key_size;  // and the other sizes that reference::Head has for a bound
  reference::Vector query_turn, key_turn;
  reference::Matrix product, magnitude, angle_magnitude;
};

// One call's products by the book, each made when it is first asked for.
class BookProducts {
 public:
  BookProducts(const Problem& problem, const Tensors& tensors);
  // Under these decisions: shared where they turn, scale and choose heads by the book.
  std::shared_ptr<const Products> under(const Decisions& decisions, std::int64_t b, std::int64_t h, std::int64_t first,
                                        std::int64_t last);

 private:
  Decisions book_;
  const Tensors& tensors_;
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>, std::shared_ptr<const Products>> made_;
};

Products products(const Decisions& decisions, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t first,
                  std::int64_t last);

}  // namespace boresight::properties::readings
