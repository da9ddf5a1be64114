// What C functions say: NULL where all is well, else words that stay until the thread's next call.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include "problem/result.h"

namespace boresight {

// Of this thread, and its next call's to overwrite.
inline const char* words(std::string_view text) {
  thread_local char kept[512];
  const std::size_t size = std::min(text.size(), sizeof kept - 1);
  std::copy_n(text.data(), size, kept);
  kept[size] = 0;
  return kept;
}

// Nothing leaves as an exception: what is called may be C.
template <class Body>
const char* in_words(Body body) {
  try {
    const Status status = body();
    return status ? nullptr : words(status.error().text());
  } catch (const std::exception& error) {
    return words(error.what());
  }
}

inline Status missing(const char* what) { return Error{std::string(what) + " is NULL", "", "it may not be"}; }

}  // namespace boresight
