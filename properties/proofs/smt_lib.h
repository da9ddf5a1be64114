// A query as SMT-LIB 2: what any other solver reads, and what --smt2 leaves for a reader.
#pragma once

#include <optional>
#include <string>

#include "properties/proofs/solver.h"

namespace boresight::proofs {

// Variables v0, v1, .. with their names as comments, a definition for each node that is used, the assertions, check-sat and
// get-value of every variable.
std::string smt_lib(const Query& query);
// Its parts: QF_LIA or QF_NIA; declarations, definitions and assertions; and what variable `number` is called, v0, v1, ..
std::string logic(const Query& query);
std::string assertions(const Query& query);
std::string variable_word(std::size_t number);

// The values of an answer to get-value, "((v0 3) (v1 (- 1)))", by number; nothing where one of `count` is not there.
std::optional<Model> values_of(const std::string& text, std::size_t count);

}  // namespace boresight::proofs
