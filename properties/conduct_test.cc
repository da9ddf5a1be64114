// Each conduct shows on a kernel that behaves so, by its own name, and none on kernels that compute what they were asked for.
#include "properties/conduct.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "problem/rows.h"
#include "problem/token.h"
#include "properties/readings/misread_kernel.h"
#include "properties/size_edge.h"

namespace boresight::properties {
namespace {

using Run = std::function<void(const Problem&, const Tensors&, const Options&)>;

const Kernel& right() {
  static const Kernel kernel = readings::misread_kernel("right", readings::by_the_book);
  return kernel;
}

Kernel that(Run run) {
  Kernel kernel = right();
  kernel.run = std::move(run);
  return kernel;
}

// visit(number) for each element of an f32 tensor.
template <class Visit>
void each(const Tensor& tensor, Visit visit) {
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t k = 0; k < row.count; ++k) visit(reinterpret_cast<float*>(row.data)[k * row.stride]);
  });
}

void compute(const Problem& p, const Tensors& t, const Options& o) { right().run(p, t, o); }

const std::map<std::string_view, Run>& planted() {
  static const std::map<std::string_view, Run> all{
      {"gives-no-number",
       [](const Problem&, const Tensors& t, const Options&) {
         for (const Tensor& each_of : {t.out, t.lse}) each(each_of, [](float& x) { x = std::nanf("1"); });
       }},
      {"changes-its-inputs",
       [](const Problem& p, const Tensors& t, const Options& o) {
         each(t.q, [](float& x) { x *= 0.5f; });
         compute(p, t, o);
       }},
      {"differs-each-time",
       [calls = 0](const Problem& p, const Tensors& t, const Options& o) mutable {
         compute(p, t, o);
         each(t.out, [&](float& x) { x += 1e-3f * float(calls); });
         ++calls;
       }},
      {"gives-a-constant",
       [](const Problem&, const Tensors& t, const Options&) {
         for (const Tensor& each_of : {t.out, t.lse}) each(each_of, [](float& x) { x = 0; });
       }},
      {"never-looks",
       [](const Problem&, const Tensors& t, const Options&) {
         float next = 0;
         for (const Tensor& each_of : {t.out, t.lse}) each(each_of, [&](float& x) { x = next++; });
       }},
      {"adds-to-its-outputs",
       [](const Problem& p, const Tensors& t, const Options& o) {
         std::vector<float> before;
         each(t.out, [&](float& x) { before.push_back(x); });
         compute(p, t, o);
         std::size_t at = 0;
         each(t.out, [&](float& x) { x += before[at++]; });
       }},
      {"ignores-queries-and-keys",
       [](const Problem& given, const Tensors& t, const Options& o) {
         Problem p = given;
         p.scale = 0;
         compute(p, t, o);
       }},
  };
  return all;
}

const char* const cases[] = {"bs1 b1 h2 d4 n3 s5", "bs1 b2 h2 d4 n3 s5 M2 P1 causal bias=alibi", "bs1 b1 h1 d2 n1 s1 P1"};

TEST(Conduct, EachThatIsPlantedIsToldByItsName) {
  ASSERT_FALSE(planted().empty());
  for (const auto& [id, run] : planted())
    for (const char* text : cases) {
      const Conduct* const found = conduct_of(*parse_token(text), that(run));
      ASSERT_NE(found, nullptr) << id << " on " << text;
      EXPECT_EQ(found->id, id) << text;
    }
}

TEST(Conduct, ResultsRememberedByAddressAreToldFromInputsThatAreNeverLookedAt) {
  std::map<const void*, std::vector<float>> known;
  const Kernel rememberer = that([&](const Problem& p, const Tensors& t, const Options& o) {
    compute(p, t, o);
    std::vector<float> now;
    each(t.out, [&](float& x) { now.push_back(x); });
    std::vector<float>& first = known.try_emplace(t.q.data, now).first->second;
    if (first.size() != now.size()) first = now;
    std::size_t at = 0;
    each(t.out, [&](float& x) { x = first[at++]; });
  });
  const Conduct* const found = conduct_of(*parse_token("bs1 b2 h2 d4 n3 s5"), rememberer);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, "remembers-by-address");
}

TEST(Conduct, NoneShowsOnARightKernel) {
  for (const char* text : cases) EXPECT_EQ(conduct_of(*parse_token(text), right()), nullptr) << text;
}

TEST(SizeEdge, TellsFromWhichSizeAKernelIsWrong) {
  const Kernel to_eight = that([](const Problem& p, const Tensors& t, const Options& o) {
    compute(p, t, o);
    if (p.columns() > 8) each(t.out, [](float& x) { x += 1; });
  });
  EXPECT_EQ(size_edge(*parse_token("bs1 b1 h1 d4 n1 s9"), to_eight), "right up to 8 columns, wrong from 9 on");
  EXPECT_EQ(size_edge(*parse_token("bs1 b1 h1 d4 n1 s12"), to_eight), "");
  EXPECT_EQ(size_edge(*parse_token("bs1 b1 h1 d4 n1 s9"), right()), "");
}

}  // namespace
}  // namespace boresight::properties
