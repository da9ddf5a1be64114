#include "impl/parameters.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "impl/convert.h"

namespace boresight::impl {
namespace {

constexpr std::int64_t bucket_table_entries_max = 65536;  // distances beyond are evaluated when asked for

float power_of_two_slope(std::int64_t k, std::int64_t count) { return float(std::exp2(-8.0 * double(k) / double(count))); }

// Direction in T5: bidirectional tables hold past and future in halves; the others take every future key for distance 0.
std::int64_t buckets_of_one_direction(const Bias& bias) { return bias.bidirectional ? bias.buckets / 2 : bias.buckets; }
std::int64_t size_of(const Bias& bias, std::int64_t distance) {
  return bias.bidirectional ? std::abs(distance) : std::max<std::int64_t>(distance, 0);
}
std::int64_t offset_of(const Bias& bias, std::int64_t distance) {
  return bias.bidirectional && distance < 0 ? buckets_of_one_direction(bias) : 0;
}

// `size` is the distance without its direction.
std::int64_t bucket_of_size(const Bias& bias, std::int64_t size) {
  const std::int64_t buckets = buckets_of_one_direction(bias);
  const std::int64_t exact = buckets / 2;
  if (size < exact) return size;
  if (size >= bias.max_distance) return buckets - 1;
  const double steps =
      std::log(double(size) / double(exact)) / std::log(double(bias.max_distance) / double(exact)) * double(buckets - exact);
  return std::min(buckets - 1, exact + std::int64_t(std::floor(steps)));
}

}  // namespace

float geometric_slope(std::int64_t head, std::int64_t count) {
  const std::int64_t power = std::int64_t(std::bit_floor(std::uint64_t(count)));
  return head < power ? power_of_two_slope(head + 1, power) : power_of_two_slope(2 * (head - power) + 1, 2 * power);
}

std::int64_t relative_bucket(const Bias& bias, std::int64_t distance) {
  return offset_of(bias, distance) + bucket_of_size(bias, size_of(bias, distance));
}

std::size_t BucketTable::entries(const Bias& bias, std::int64_t longest) {
  if (bias.kind != BiasKind::relative_buckets) return 0;
  return std::size_t(std::min({longest, bias.max_distance, bucket_table_entries_max - 1}) + 1);
}

BucketTable::BucketTable(const Bias& bias, std::span<std::int32_t> memory) : bias_(bias), buckets_(memory) {
  for (std::size_t size = 0; size < memory.size(); ++size) memory[size] = std::int32_t(bucket_of_size(bias, std::int64_t(size)));
}

std::int64_t BucketTable::operator()(std::int64_t distance) const {
  const std::int64_t size = std::min(size_of(bias_, distance), bias_.max_distance);
  const bool tabled = size < std::int64_t(buckets_.size());
  return offset_of(bias_, distance) + (tabled ? buckets_[std::size_t(size)] : bucket_of_size(bias_, size));
}

float inverse_frequency(const Problem& problem, const Tensors& tensors, std::int64_t r) {
  if (problem.rotary.frequencies_as_data) return read_element(tensors.inverse_frequency, tensors.inverse_frequency.offset(r));
  const double dims = double(problem.rotary.dims);
  const double rescale = parameter(problem, problem.rotary.base_rescale);
  const double stretch = dims > 2 ? std::pow(rescale, dims / (dims - 2)) : 1.0;
  const double base = parameter(problem, problem.rotary.base) * stretch;
  return float(std::pow(base, -2.0 * double(r) / dims));
}

float xpos_scale(const Problem& problem, const Tensors& tensors, std::int64_t r) {
  if (problem.rotary.xpos.scales_as_data) return read_element(tensors.xpos_scale, tensors.xpos_scale.offset(r));
  const double dims = double(problem.rotary.dims);
  return float((2.0 * double(r) + 0.4 * dims) / (1.4 * dims));
}

}  // namespace boresight::impl
