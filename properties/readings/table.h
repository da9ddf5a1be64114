// The one list of readings: ways to misread the specification that real implementations took, or could. Everything that
// knows readings (diagnosis, power, tests, lists) iterates it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "problem/case.h"
#include "properties/draw/choices.h"
#include "properties/readings/decisions.h"

namespace boresight::properties::readings {

struct Reading {
  const char* id;      // kebab-case; that of the collection of public bugs where it has one
  const char* source;  // where it was reported: "owner/repo#number" or "owner/repo@commit"; empty: nowhere that we know
  const char* kind;    // its class: "bias-origin", "window", ..
  // Overrides the decisions that it takes otherwise. Where the problem has nothing for it to misread it changes nothing.
  void (*apply)(Decisions& decisions);
  // What it does and what is right, with this problem's numbers.
  std::string (*words)(const Problem& problem);
  const char* shows = "";       // where it can show
  const char* equivalent = "";  // where it can't, though the problem has what it misreads
  // Bends a drawn case, which stays valid, to where it shows; null: drawn cases show it often enough.
  void (*bend)(Case& a_case, Choices& choices) = nullptr;
  // Of a family, which has a number that is fitted: one reading of this id for each number. Null: this reading alone.
  std::span<const Reading> (*family)() = nullptr;
};

// In order of preference: where several readings explain a result, the first one names it.
std::span<const Reading> all_readings();

// The reading of this id, or null.
const Reading* find_reading(std::string_view id);

// The decisions by the book, and under a reading.
Decisions by_the_book(const Problem& problem);
Decisions under(const Reading& reading, const Problem& problem);

// The readings of its id: its family, or itself.
std::span<const Reading> family(const Reading& reading);

// The reading's words and its source: ".. right is 0 (as x-transformers#242)".
std::string words(const Reading& reading, const Problem& problem);

}  // namespace boresight::properties::readings
