// Queries as SMT-LIB 2, and the answers of programs.
#include "properties/proofs/smt_lib.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace boresight::proofs {
namespace {

struct SmtLib : testing::Test {
  Terms terms;
  Open open{terms};
  Whole a = Whole::at(terms.variable("a")), b = Whole::at(terms.variable("b"));
};

TEST_F(SmtLib, AQueryIsItsVariablesItsNodesAndWhatIsAsserted) {
  static_cast<void>(a * b);  // t2 is used by nobody
  const Truth below = a < b;
  const Whole sum = a + 3, chosen = select(below, sum, -5);
  EXPECT_EQ(smt_lib({terms, {(chosen == b).place()}}),
            "(set-logic QF_LIA)\n(set-option :produce-models true)\n"
            "(declare-fun v0 () Int) ; a\n(declare-fun v1 () Int) ; b\n"
            "(define-fun t3 () Bool (< v0 v1))\n(define-fun t5 () Int (+ v0 3))\n"
            "(define-fun t7 () Int (ite t3 t5 (- 5)))\n(define-fun t8 () Bool (= t7 v1))\n"
            "(assert t8)\n(check-sat)\n(get-value (v0 v1))\n");
}
TEST_F(SmtLib, ProductsOfVariablesAreNotLinear) {
  EXPECT_TRUE(smt_lib({terms, {(a * b == 6).place()}}).starts_with("(set-logic QF_NIA)"));
  EXPECT_TRUE(smt_lib({terms, {(a * 2 == 6).place()}}).starts_with("(set-logic QF_LIA)"));
}
TEST_F(SmtLib, AConstantTruthIsWrittenAsOne) {
  EXPECT_NE(smt_lib({terms, {Truth(false).place()}}).find("(assert false)\n"), std::string::npos);
}
TEST_F(SmtLib, ValuesAreReadWithTheirSigns) {
  const std::optional<Model> model = values_of("sat\n((v0 3)\n (v1 (- 2147483648)))\n", 2);
  ASSERT_TRUE(model);
  EXPECT_EQ(*model, (Model{3, -2147483648}));
}
TEST_F(SmtLib, MissingValuesAreNoModel) {
  EXPECT_FALSE(values_of("sat\n((v0 3))\n", 2));
  EXPECT_FALSE(values_of("sat\n((v0 x) (v1 1))\n", 2));
  EXPECT_FALSE(values_of("sat\n((v0 3) (v7 1))\n", 2));
}

// A script that says what a solver might, for one that is not installed everywhere.
struct Program : SmtLib {
  std::filesystem::path path = std::filesystem::path(testing::TempDir()) /
                               ("solver-" + std::to_string(std::uintptr_t(this)) + std::to_string(std::rand()));
  ~Program() override { std::filesystem::remove(path); }
  void says(const std::string& script) const {
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }
  Answer ask(std::chrono::milliseconds limit) const {
    const Result<Solver> solver = program_solver(path.string());
    EXPECT_TRUE(solver);
    return solver ? (*solver)({terms, {(a < b).place()}}, limit) : Answer{};
  }
  // Right to the question by which a program is tried, which has one variable.
  static constexpr const char* tried = "grep -q v1 $1 || { echo sat; echo '((v0 3))'; exit; }\n";
};

TEST_F(Program, ItsModelIsRead) {
  says(std::string(tried) + "echo sat; echo '((v0 (- 1)) (v1 4))'");
  const Answer answer = ask(std::chrono::seconds(10));
  ASSERT_EQ(answer.kind, Answer::Kind::satisfiable);
  EXPECT_EQ(answer.model, (Model{-1, 4}));
}
TEST_F(Program, UnsatIsRead) {
  says(std::string(tried) + "echo unsat; echo '(error \"no model\")'");
  EXPECT_EQ(ask(std::chrono::seconds(10)).kind, Answer::Kind::unsatisfiable);
}
TEST_F(Program, WhatItSaysOtherwiseIsUnknownAndTold) {
  says(std::string(tried) + "echo unknown");
  const Answer answer = ask(std::chrono::seconds(10));
  EXPECT_EQ(answer.kind, Answer::Kind::unknown);
  EXPECT_NE(answer.why.find("says: unknown"), std::string::npos) << answer.why;
}
TEST_F(Program, IsEndedAtItsLimit) {
  says(std::string(tried) + "exec sleep 100");
  const Answer answer = ask(std::chrono::milliseconds(100));
  EXPECT_EQ(answer.kind, Answer::Kind::unknown);
  EXPECT_EQ(answer.why, "timeout");
}
TEST_F(Program, OneThatCannotSolveIsRefused) {
  says("echo unsat");
  EXPECT_FALSE(program_solver(path.string()));
  EXPECT_FALSE(program_solver("/nonesuch/solver"));
}

}  // namespace
}  // namespace boresight::proofs
