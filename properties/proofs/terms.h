// The nodes that terms are places of, equal ones once, operands before what is made of them; and the obligations.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "properties/proofs/term.h"

namespace boresight::proofs {

// What terms are worth: exact, and far wider than any of them.
__extension__ typedef __int128 Integer;

struct Node {
  Operation operation = Operation::constant;
  Place first = -1, second = -1, third = -1;  // operands; select: condition, yes, no
  std::int64_t value = 0;                     // of a constant (a truth: 0 or 1); of a variable its number
  auto operator<=>(const Node&) const = default;
};

struct Obligation {
  Operation operation;
  Place first, second;  // its operands
  Place result;
  int bits;
  Place kept;  // the truth that is owed
};

class Terms {
 public:
  Place variable(std::string name);
  Place constant(std::int64_t value);
  Place apply(Operation operation, Place first, Place second, Place third);
  void oblige(Operation operation, Place first, Place second, Place result, int bits);

  const Node& operator[](Place place) const { return nodes_[std::size_t(place)]; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Obligation>& obligations() const { return obligations_; }
  const std::vector<std::string>& variables() const { return variables_; }  // names, by number

 private:
  Place add(const Node& node);
  bool is_constant(Place place) const { return (*this)[place].operation == Operation::constant; }
  Place simpler(const Node& node) const;  // a node there is already that is always the same; -1: none

  std::vector<Node> nodes_;
  std::map<Node, Place> places_;
  std::vector<std::string> variables_;
  std::vector<Obligation> obligations_;
};

inline bool is_truth(Operation operation) { return operation >= Operation::less && operation <= Operation::negation; }

// The terms that this thread's numbers are made in, as long as one of these lives.
class Open {
 public:
  explicit Open(Terms& terms);
  ~Open();
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

 private:
  Terms* before_;
};

}  // namespace boresight::proofs
