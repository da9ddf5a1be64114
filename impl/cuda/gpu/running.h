// Which problem this thread is running, so that an error of CUDA can name it.
#pragma once

#include <string>

#include "problem/problem.h"

namespace boresight::impl::cuda::gpu {

class Running {
 public:
  explicit Running(const Problem& problem);  // which stays where it is
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // The token of the innermost one; empty where nothing is running. Tensors' values are not in it.
  static std::string token();

 private:
  const Problem* outer_;
};

}  // namespace boresight::impl::cuda::gpu
