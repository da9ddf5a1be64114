#include "properties/call.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstring>
#include <exception>

namespace boresight::properties {
namespace {

constexpr std::byte poison{0xff};
constexpr std::size_t fence = 256;  // bytes before and after

bool is_poison(const std::byte* at, std::size_t size) {
  return std::all_of(at, at + size, [](std::byte byte) { return byte == poison; });
}

// Decodes every element in row-major order and poisons it again. Returns how many were never written.
std::int64_t take(const Tensor& tensor, std::vector<double>& values) {
  std::int64_t unwritten = 0;
  const std::size_t size = bytes(tensor.type);
  values.reserve(std::size_t(tensor.elements()));
  for (std::int64_t b = 0; b < tensor.shape[0]; ++b)
    for (std::int64_t h = 0; h < tensor.shape[1]; ++h)
      for (std::int64_t i = 0; i < tensor.shape[2]; ++i)
        for (std::int64_t d = 0; d < tensor.shape[3]; ++d) {
          std::byte* at =
              static_cast<std::byte*>(tensor.data) +
              (b * tensor.stride[0] + h * tensor.stride[1] + i * tensor.stride[2] + d * tensor.stride[3]) * std::int64_t(size);
          values.push_back(decode(at, tensor.type));
          if (is_poison(at, size)) ++unwritten;
          std::memset(at, 0xff, size);
        }
  return unwritten;
}

}  // namespace

double decode(const std::byte* at, Type type) {
  switch (type) {
    case Type::f64: {
      double value;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    case Type::f32: {
      float value;
      std::memcpy(&value, at, sizeof value);
      return value;
    }
    case Type::bf16: {
      std::uint16_t bits;
      std::memcpy(&bits, at, sizeof bits);
      return float(Eigen::numext::bit_cast<Eigen::bfloat16>(bits));
    }
    case Type::f16: {
      std::uint16_t bits;
      std::memcpy(&bits, at, sizeof bits);
      return float(Eigen::numext::bit_cast<Eigen::half>(bits));
    }
    default:
      return 0;
  }
}

Tensor Outputs::place(Type type, std::int64_t batch, std::int64_t heads, std::int64_t rows, std::int64_t width, Layout layout,
                      std::int64_t skew, std::vector<std::byte>& memory) {
  const std::int64_t step = layout == Layout::strided ? 2 : 1;
  const std::int64_t pitch = width * step + (layout == Layout::padded ? 3 : 0);
  const bool heads_inside = layout == Layout::bnhd;
  Tensor tensor{nullptr, type, 4, {batch, heads, rows, width}, {}};
  tensor.stride = {heads * rows * pitch, heads_inside ? pitch : rows * pitch, heads_inside ? heads * pitch : pitch, step};
  const std::int64_t elements = batch * heads * rows * pitch + skew;
  memory.assign(std::size_t(elements) * bytes(type) + 2 * fence, poison);
  std::byte* const first = memory.data() + fence + std::size_t(skew) * bytes(type);
  tensor.data = first;
  if (layout == Layout::reversed && rows > 0) {
    tensor.data = first + std::size_t((rows - 1) * pitch) * bytes(type);
    tensor.stride[2] = -pitch;
  }
  return tensor;
}

Outputs::Outputs(const Problem& p, Layout layout, bool with_lse, std::int64_t skew) {
  out_ = place(p.type, p.batch, p.heads, p.queries, p.value_dim, layout, skew, out_memory_);
  if (!with_lse) return;
  lse_ = place(p.type == Type::f64 ? Type::f64 : Type::f32, p.batch, p.heads, p.queries, 1, layout, skew, lse_memory_);
}

Results Outputs::collect() {
  Results results{out_.shape[0], out_.shape[1], out_.shape[2], out_.shape[3], {}, {}, ""};
  const std::int64_t unwritten = take(out_, results.out);
  const std::int64_t unwritten_lse = lse_ ? take(lse_, results.lse) : 0;
  const bool hurt = !is_poison(out_memory_.data(), out_memory_.size()) || !is_poison(lse_memory_.data(), lse_memory_.size());
  if (hurt)
    results.broken = "wrote outside its outputs";
  else if (unwritten > 0)
    results.broken = fmt::format("left {} of {} output elements unwritten", unwritten, results.out.size());
  else if (unwritten_lse > 0)
    results.broken = fmt::format("left {} of {} lse unwritten", unwritten_lse, results.lse.size());
  results.unwritten = !hurt && (unwritten > 0 || unwritten_lse > 0);
  return results;
}

Results run(const Kernel& kernel, const Call& call, const Options& options, Layout layout, bool lse_wanted, std::int64_t skew) {
  const bool with_lse = lse_wanted && !kernel.without_lse;
  Outputs outputs(call.problem, layout, with_lse, skew);
  Tensors tensors = call.tensors;
  tensors.out = outputs.out();
  if (with_lse) {
    tensors.lse = outputs.lse();
    tensors.lse.rank = 3;
  }
  std::string thrown;
  bool hung = false;
  try {
    kernel.run(call.problem, tensors, options);
  } catch (const KernelFault& fault) {
    thrown = fault.what();
    hung = fault.hung;
  } catch (const std::exception& error) {
    thrown = fmt::format("threw: {}", error.what());
  } catch (...) {
    thrown = "threw something that is no std::exception";
  }
  Results results = outputs.collect();
  if (!thrown.empty()) results.broken = thrown, results.unwritten = false;
  results.hung = hung;
  return results;
}

}  // namespace boresight::properties
