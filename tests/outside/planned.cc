// Plans a small call, runs it in memory of its own, and then with a tensor that is not as planned, which is told.
#include <boresight/attention.h>
#include <boresight/problem/inputs.h>
#include <boresight/problem/token.h>
#include <cstdio>
#include <memory>
#include <new>

int main() {
  using boresight::impl::Attention;
  const auto small = boresight::parse_token("bs1 b1 h1 d2 n1 s2 alibi");
  boresight::Inputs inputs = boresight::make_inputs(*small);
  inputs.tensors.out = inputs.allocate(boresight::Type::f32, {1, 1, 1, 2});
  const auto plan = Attention::plan(small->problem, inputs.tensors);
  if (!plan) return std::puts(plan.error().text().c_str()), 1;

  const std::align_val_t alignment{Attention::workspace_alignment};
  const auto release = [alignment](void* memory) { ::operator delete(memory, alignment); };
  const std::unique_ptr<void, decltype(release)> workspace(::operator new(plan->workspace_bytes(), alignment), release);
  const boresight::Status status = plan->run(inputs.tensors, workspace.get());
  std::printf("%s: %g %g\n", plan->kernel().c_str(), inputs.tensors.out.at<float>(0, 0, 0, 0),
              inputs.tensors.out.at<float>(0, 0, 0, 1));
  inputs.tensors.q.shape[3] = 1;
  std::puts(plan->run(inputs.tensors, workspace.get()).error().text().c_str());
  return status ? 0 : 1;
}
