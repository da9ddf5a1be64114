// The first registered kernel on queries that were changed row by row beforehand: mistakes of q.k that no reading is.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "problem/registry.h"

namespace boresight::properties::probe {

// For f32 problems.
inline Kernel kernel_on_queries(std::function<void(std::vector<float>&)> change) {
  Kernel kernel = registered_kernels().front();
  kernel.run = [run = kernel.run, change = std::move(change)](const Problem& p, const Tensors& given, const Options& options) {
    std::vector<float> q, row;
    for (std::int64_t b = 0; b < p.batch; ++b)
      for (std::int64_t h = 0; h < p.heads; ++h)
        for (std::int64_t i = 0; i < p.queries; ++i) {
          row.clear();
          for (std::int64_t d = 0; d < p.head_dim; ++d) row.push_back(given.q.at<float>(b, h, i, d));
          change(row);
          q.insert(q.end(), row.begin(), row.end());
        }
    Tensors tensors = given;
    tensors.q.data = q.data();
    tensors.q.shape = {p.batch, p.heads, p.queries, p.head_dim};
    tensors.q.stride = {p.heads * p.queries * p.head_dim, p.queries * p.head_dim, p.head_dim, 1};
    run(p, tensors, options);
  };
  return kernel;
}

}  // namespace boresight::properties::probe
