// Three statements of one thing: the geometry of the kernels, the specification of the proofs, and the reference. What is proved
// is proved of the first two; here all three agree on every row and column of every layout up to 5, so that the proofs speak of
// the truth that kernels are judged by.
#include <gtest/gtest.h>

#include "impl/geometry.h"
#include "problem/token.h"
#include "properties/proofs/specification.h"
#include "reference/visibility.h"

namespace boresight::proofs {
namespace {

using Numbers = LayoutOf<std::int64_t, bool>;
constexpr std::int64_t largest = 5;

Numbers layout_of(const Problem& p) {
  return {p.queries, p.segment, p.memories, p.mem_kv, p.window.left, p.window.right, p.causal};
}

// Pairs of a row and a column on which not all three agree.
std::int64_t differences(const Problem& problem, std::int64_t& pairs) {
  const auto geometry = impl::geometry_of(problem);
  const Numbers layout = layout_of(problem);
  reference::Flags present = reference::Flags::Constant(1, problem.columns(), true), visible;
  reference::visible_by_position(problem, present, visible);
  std::int64_t different = 0;
  for (std::int64_t row = 0; row < problem.queries; ++row)
    for (std::int64_t column = 0; column < problem.columns(); ++column, ++pairs) {
      const std::int32_t r = std::int32_t(row), c = std::int32_t(column);
      const bool seen = layout.visible(row, column), persistent = layout.is_persistent(column);
      different += geometry.visible(r, c) != seen || visible(row, column) != seen;
      if (persistent) continue;
      const std::int64_t delta = layout.delta(row, column);
      different += geometry.signed_distance(r, c) != delta ||
                   reference::query_position(problem, row) - reference::key_position(problem, column) != delta;
      different += reference::query_position(problem, row) != layout.query_position(row);
    }
  return different;
}

template <class Check>
void for_all_windows(Problem problem, Check check) {
  for (problem.window.left = unlimited; problem.window.left <= largest; ++problem.window.left)
    for (problem.window.right = unlimited; problem.window.right <= largest; ++problem.window.right)
      for (const bool causal : {false, true}) {
        problem.causal = causal;
        check(problem);
      }
}

TEST(Ties, GeometryProofAndReferenceAgreeOnEveryLayoutUpToFive) {
  std::int64_t layouts = 0, pairs = 0;
  Problem problem;
  for (problem.queries = 0; problem.queries <= largest; ++problem.queries)
    for (problem.segment = 0; problem.segment <= largest; ++problem.segment)
      for (problem.memories = 0; problem.memories <= largest; ++problem.memories)
        for (problem.mem_kv = 0; problem.mem_kv <= largest; ++problem.mem_kv)
          for_all_windows(problem, [&](const Problem& one) {
            ++layouts;
            ASSERT_EQ(differences(one, pairs), 0) << token(Case{.problem = one});
          });
  EXPECT_EQ(layouts, 6 * 6 * 6 * 6 * 7 * 7 * 2);
  EXPECT_EQ(pairs, 15 * 1620 * 98);  // rows, columns and windows, summed over all
}

// The test can fail: a reference of another problem differs.
TEST(Ties, ALayoutThatIsAnotherIsTold) {
  Problem problem;
  problem.queries = problem.segment = problem.memories = 2;
  Numbers layout = layout_of(problem);
  layout.memories = 1;
  EXPECT_NE(layout.delta(0, 3), reference::query_position(problem, 0) - reference::key_position(problem, 3));
}

}  // namespace
}  // namespace boresight::proofs
