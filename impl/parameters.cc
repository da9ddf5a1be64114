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

std::vector<float> read_all(const Tensor& tensor, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  read_row(tensor, 0, count, values.data());
  return values;
}

}  // namespace

std::vector<float> geometric_slopes(std::int64_t count) {
  std::vector<float> slopes;
  if (count <= 0) return slopes;
  const std::int64_t power = std::int64_t(std::bit_floor(std::uint64_t(count)));
  for (std::int64_t k = 1; k <= power; ++k) slopes.push_back(power_of_two_slope(k, power));
  for (std::int64_t k = 1; std::int64_t(slopes.size()) < count; k += 2) slopes.push_back(power_of_two_slope(k, 2 * power));
  return slopes;
}

std::int64_t relative_bucket(const Bias& bias, std::int64_t distance) {
  return offset_of(bias, distance) + bucket_of_size(bias, size_of(bias, distance));
}

BucketTable::BucketTable(const Bias& bias, std::int64_t longest) : bias_(bias) {
  const std::int64_t entries = std::min({longest, bias.max_distance, bucket_table_entries_max - 1}) + 1;
  for (std::int64_t size = 0; size < entries; ++size) buckets_.push_back(std::int32_t(bucket_of_size(bias, size)));
}

std::int64_t BucketTable::operator()(std::int64_t distance) const {
  const std::int64_t size = std::min(size_of(bias_, distance), bias_.max_distance);
  const bool tabled = size < std::int64_t(buckets_.size());
  return offset_of(bias_, distance) + (tabled ? buckets_[std::size_t(size)] : bucket_of_size(bias_, size));
}

std::vector<float> inverse_frequencies(const Problem& problem, const Tensors& tensors) {
  const std::int64_t dims = problem.rotary.dims;
  if (problem.rotary.frequencies_as_data) return read_all(tensors.inverse_frequency, dims / 2);
  const double rescale = parameter(problem, problem.rotary.base_rescale);
  const double stretch = dims > 2 ? std::pow(rescale, double(dims) / double(dims - 2)) : 1.0;
  const double base = parameter(problem, problem.rotary.base) * stretch;
  std::vector<float> frequencies;
  for (std::int64_t r = 0; r < dims / 2; ++r) frequencies.push_back(float(std::pow(base, -2.0 * double(r) / double(dims))));
  return frequencies;
}

std::vector<float> xpos_scales(const Problem& problem, const Tensors& tensors) {
  const double dims = double(problem.rotary.dims);
  if (problem.rotary.xpos.scales_as_data) return read_all(tensors.xpos_scale, problem.rotary.dims / 2);
  std::vector<float> scales;
  for (std::int64_t r = 0; r < problem.rotary.dims / 2; ++r)
    scales.push_back(float((2.0 * double(r) + 0.4 * dims) / (1.4 * dims)));
  return scales;
}

}  // namespace boresight::impl
