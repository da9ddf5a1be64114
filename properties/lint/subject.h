// What a test is tried on: each reading as a kernel of its own, and answers that are no attention at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "problem/kernel.h"
#include "properties/lint/features.h"
#include "properties/readings/table.h"

namespace boresight::properties::lint {

enum class Answer : std::uint8_t { a_reading, mean_of_values, zeros, nan };

struct Subject {
  std::string id;
  const readings::Reading* reading = nullptr;  // null where the answer is no reading
  Answer answer = Answer::a_reading;
  Features features;        // of the problems that it is tried on; not `found`: nothing drawn shows it
  bool equivalent = false;  // on these features outputs can't show it, and a rule that refuses it errs
};

// Every reading whose id the patterns meet (*, ? and commas), with the least features that show it. The same for any number
// of threads.
std::vector<Subject> reading_subjects(std::string_view patterns, std::uint64_t seed, int threads);

// The mean of all values, zeros, NaN; and the control: ALiBi distances one too long where softmax takes the constant away.
std::vector<Subject> other_subjects();

Kernel kernel(const Subject& subject);

// Its answer need not be the right one there.
bool may_show(const Subject& subject, const Problem& problem);

// What it does, in a few words without a problem's numbers where it is no reading.
std::string words(const Subject& subject, const Problem& problem);

}  // namespace boresight::properties::lint
