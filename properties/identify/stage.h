// A stage: one small case with its inputs, its truth, and which readings are told from the truth on it, under each arithmetic
// that some kernel declares. Kernels are judged on it one after another; what they share is computed once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "properties/compare.h"
#include "properties/prepared.h"
#include "properties/readings/decisions.h"
#include "properties/readings/fit.h"
#include "properties/readings/products.h"
#include "properties/readings/table.h"

namespace boresight::properties::identify {

// Every element of one set of decisions within both bounds of the other's: no kernel can be told to follow the one.
bool apart(const readings::Decisions& a, const readings::Decisions& b, const Call& call, const Arithmetic& arithmetic,
           readings::Seen where, readings::BookProducts* shared = nullptr);

class Stage {
 public:
  explicit Stage(const Case& a_case);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  const Case& a_case() const { return case_; }
  const Call& call() const { return prepared_.call; }
  const std::string& token() const { return token_; }
  readings::BookProducts& shared() { return shared_; }

  // The truth and its bound; null where the case is out of the domain, or the arithmetic has no finite bound here.
  const Certified* certified(const Arithmetic& arithmetic);
  // The reading is farther from the truth than both bounds.
  bool tells(const readings::Reading& reading, const Arithmetic& arithmetic, readings::Seen where);

 private:
  struct Bounded {
    Arithmetic arithmetic;
    Certified certified;
    bool finite = true;
    std::map<std::pair<const readings::Reading*, readings::Seen>, bool> told;
  };
  Bounded& bounded(const Arithmetic& arithmetic);

  Case case_;
  std::string token_;
  Prepared prepared_;
  reference::Attention truth_;
  readings::BookProducts shared_;
  std::vector<std::unique_ptr<Bounded>> bounds_;
};

// The stages that were asked for, by their tokens.
class Stages {
 public:
  Stage& of(const Case& a_case);

 private:
  std::map<std::string, std::unique_ptr<Stage>> made_;
};

}  // namespace boresight::properties::identify
