// The semantic card of a kernel, from outside: which conventions does it follow? A row an aspect: as specified, or what it does
// otherwise, by the reading that explains it, or not told, never a guess.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem/kernel.h"
#include "properties/identify/stage.h"

namespace boresight::properties::identify {

enum class Answer : std::uint8_t {
  as_specified,
  as_documented,  // it departs, as the kernel documents
  departs,        // in a way that a reading names
  neither,        // it departs, and no reading explains how
  broken,         // it threw, crashed, hung or wrote elsewhere
  untold,         // nothing that was computed tells
  unasked,        // the kernel supports no case that would tell
  told            // no convention: what it supports, its arithmetic
};

// A way in which a kernel departs: readings that explain the same, the first of which the words are.
struct Departure {
  std::vector<std::string> readings;
  std::string words;   // with what is right, and the source
  std::string source;  // of the first reading, as it is in the table; may be empty
  std::string token;   // a case that shows it
  std::string not_on;  // a case that would show it, where the kernel is as specified; empty: there is none
  bool documented = false;
};

struct Row {
  std::string name, convention;
  Answer answer = Answer::untold;
  std::vector<Departure> departures;
  std::string words, token;                        // what is said where no reading says it
  std::size_t asked = 0, excluded = 0, cases = 0;  // readings of the aspect; those that the cases exclude
  std::vector<std::string> untold;                 // readings neither seen nor excluded
  std::vector<std::string> measured;               // facts read off outputs, in words
};

struct Card {
  std::string kernel;
  std::string note;  // why nothing, or not all, was asked; may be empty
  std::vector<Row> rows;
  bool asked() const;    // something was
  bool departs() const;  // some row does, in what is not documented
};

// Deterministic in the seed. The stages are shared by kernels that are looked at one after another.
Card identify(const Kernel& kernel, std::uint64_t seed, Stages& stages);

}  // namespace boresight::properties::identify
