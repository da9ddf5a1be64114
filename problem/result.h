// A value or an Error that says what was wrong, where, and what would be right.
// Everything that enters from outside (tokens, files, command lines) is parsed into a Result once, at the edge.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace boresight {

struct Error {
  std::string what;   // "queries is -3"
  std::string where;  // "column 14", "vectors.jsonl:7", or empty
  std::string right;  // "0 to 2147483520", or empty

  // One sentence for a person: "column 14: queries is -3; allowed: 0 to 2147483520".
  std::string text() const {
    std::string sentence = where.empty() ? what : where + ": " + what;
    return right.empty() ? sentence : sentence + "; " + right;
  }
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: a value is a good result
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: an error is a bad one

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    assert(*this);
    return std::get<0>(state_);
  }
  const T& value() const {
    assert(*this);
    return std::get<0>(state_);
  }
  const Error& error() const {
    assert(!*this);
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

struct Unit {};
using Status = Result<Unit>;  // success carries nothing
inline Status ok() { return Unit{}; }

}  // namespace boresight
