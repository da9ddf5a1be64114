// Calls the first of Boresight's own kernels on a small call, checked; then without its outputs, which is told.
#include <boresight/problem/attend.h>
#include <boresight/problem/inputs.h>
#include <boresight/problem/registry.h>
#include <boresight/problem/token.h>
#include <cstdio>

int main() {
  const auto small = boresight::parse_token("bs1 b1 h1 d2 n1 s2 alibi");
  boresight::Inputs inputs = boresight::make_inputs(*small);
  const boresight::Kernel& kernel = boresight::registered_kernels().front();
  std::printf("%s\n", boresight::attend(kernel, small->problem, inputs.tensors).error().text().c_str());

  inputs.tensors.out = inputs.allocate(boresight::Type::f32, {1, 1, 1, 2});
  const boresight::Status status = boresight::attend(kernel, small->problem, inputs.tensors);
  std::printf("%s: %g %g\n", kernel.name.c_str(), inputs.tensors.out.at<float>(0, 0, 0, 0),
              inputs.tensors.out.at<float>(0, 0, 0, 1));
  return status ? 0 : 1;
}
