#include "problem/attend.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "problem/inputs.h"
#include "problem/token.h"

namespace boresight {
namespace {

int runs = 0;

Kernel counting_kernel() {
  Kernel kernel;
  kernel.name = "counting";
  kernel.unsupported = [](const Problem& p, const Tensors&) { return p.softcap > 0 ? std::string("softcap") : ""; };
  kernel.run = [](const Problem&, const Tensors& t, const Options&) { ++runs, t.out.at<float>(0, 0, 0, 0) = 1; };
  return kernel;
}

struct Draft {
  Problem problem;
  Tensors tensors;
  Options options;
  Kernel kernel = counting_kernel();
};

class Attend : public testing::Test {
 protected:
  Attend() : case_(*parse_token("bs1 b2 h2 d4 n3 s5 key_mask=0.5 alibi slopes=per_head")), inputs_(make_inputs(case_)) {
    draft_ = {case_.problem, inputs_.tensors, {}};
    draft_.tensors.out = inputs_.allocate(Type::f32, {2, 2, 3, 4});
    draft_.tensors.lse = inputs_.allocate(Type::f32, {2, 2, 3});
    runs = 0;
  }
  std::string told(const std::function<void(Draft&)>& change = [](Draft&) {}) {
    Draft changed = draft_;
    change(changed);
    const Status status = attend(changed.kernel, changed.problem, changed.tensors, changed.options);
    return status ? "" : status.error().text();
  }

  Case case_;
  Inputs inputs_;
  Draft draft_;
};

TEST_F(Attend, RunsWhatIsValid) {
  EXPECT_EQ(told(), "");
  EXPECT_EQ(told([](Draft& d) { d.tensors.lse = {}; }), "");
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(draft_.tensors.out.at<float>(0, 0, 0, 0), 1);
}

TEST_F(Attend, RefusesWithAReasonAndWithoutARun) {
  struct Row {
    const char* says;
    std::function<void(Draft&)> change;
  };
  const Row rows[] = {
      {"queries is -1; allowed: 0 to 2147483520", [](Draft& d) { d.problem.queries = -1; }},
      {"threads is 0; allowed: 1 to 1024", [](Draft& d) { d.options.threads = 0; }},
      {"counting is not available: no such processor", [](Draft& d) { d.kernel.unavailable = "no such processor"; }},
      {"counting does not support this problem: softcap", [](Draft& d) { d.problem.softcap = 2; }},
      {"q is absent; must be [2][2][3][4] f32", [](Draft& d) { d.tensors.q = {}; }},
      {"out is absent; it is what a call computes", [](Draft& d) { d.tensors.out = {}; }},
      {"lse is [2][2][3] bf16; must be [2][2][3] f32", [](Draft& d) { d.tensors.lse.type = Type::bf16; }},
      {"q lies between two elements; its address must be a multiple of 4",
       [](Draft& d) { d.tensors.q.data = static_cast<std::byte*>(d.tensors.q.data) + 1; }},
      {"key_mask has strides beyond any memory; they count elements",
       [](Draft& d) { d.tensors.key_mask.stride[0] = std::numeric_limits<std::int64_t>::min(); }},
      {"out overlaps itself; its strides must keep elements apart", [](Draft& d) { d.tensors.out.stride[1] = 0; }},
      {"out overlaps q; outputs need memory of their own", [](Draft& d) { d.tensors.out.data = d.tensors.q.data; }},
      {"out overlaps lse; outputs need memory of their own", [](Draft& d) { d.tensors.lse.data = d.tensors.out.data; }},
  };
  for (const Row& row : rows) EXPECT_EQ(told(row.change), row.says);
  EXPECT_EQ(runs, 0);
}

TEST_F(Attend, TellsWhatAKernelThrows) {
  EXPECT_EQ(told([](Draft& d) { d.kernel.run = [](auto&&...) { throw std::runtime_error("not today"); }; }),
            "counting threw: not today");
  EXPECT_EQ(told([](Draft& d) { d.kernel.run = [](auto&&...) { throw std::bad_alloc(); }; }),
            "counting found no memory; smaller tiles or fewer columns need less");
  EXPECT_EQ(told([](Draft& d) { d.kernel.run = [](auto&&...) { throw 7; }; }),
            "counting threw something that is no std::exception");
}

}  // namespace
}  // namespace boresight
