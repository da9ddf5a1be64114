#include "impl/cuda/pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>

namespace boresight::impl::cuda {
namespace {

TEST(Pool, WhatAThreadGaveBackAnotherOneTakes) {
  Pool<int> pool;
  const int* first = nullptr;
  std::thread([&] {
    std::unique_ptr<int> one = pool.take(0);
    *one = 7;
    first = one.get();
    pool.give_back(0, std::move(one));
  }).join();
  const std::unique_ptr<int> again = pool.take(0);
  EXPECT_EQ(again.get(), first);
  EXPECT_EQ(*again, 7);
}

TEST(Pool, WhatIsTakenIsNobodyElses) {
  Pool<int> pool;
  pool.give_back(0, std::make_unique<int>(1));
  const std::unique_ptr<int> one = pool.take(0), other = pool.take(0);
  EXPECT_NE(one.get(), other.get());
}

TEST(Pool, WhatIsOfOneDeviceIsNotTakenForAnother) {
  Pool<int> pool;
  pool.give_back(0, std::make_unique<int>(1));
  EXPECT_EQ(*pool.take(1), 0);
  EXPECT_EQ(*pool.take(0), 1);
}

}  // namespace
}  // namespace boresight::impl::cuda
