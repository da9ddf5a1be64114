// What is costly to make, kept from one call for a later one: each has one user at a time, whichever thread that is.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace boresight::impl::cuda {

template <class T>
class Pool {
 public:
  // One that was given back for this key, such as a device; else a new one. What is not given back ends with its user.
  std::unique_ptr<T> take(int key) {
    const std::lock_guard lock(mutex_);
    auto& kept = kept_[key];
    if (kept.empty()) return std::make_unique<T>();
    std::unique_ptr<T> one = std::move(kept.back());
    kept.pop_back();
    return one;
  }
  void give_back(int key, std::unique_ptr<T> one) {
    const std::lock_guard lock(mutex_);
    kept_[key].push_back(std::move(one));
  }

 private:
  std::mutex mutex_;
  std::map<int, std::vector<std::unique_ptr<T>>> kept_;
};

}  // namespace boresight::impl::cuda
