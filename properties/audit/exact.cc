#include "properties/audit/exact.h"

#include <limits>
#include <optional>

#include "properties/readings/decisions.h"
#include "properties/readings/number.h"

namespace boresight::audit {
namespace {

using properties::readings::Decisions;
using properties::readings::number;
using properties::readings::Reader;

class Evaluator {
 public:
  explicit Evaluator(const properties::Call& call)
      : decide_{call.problem}, p_(decide_.problem), t_(call.tensors), reader_{decide_, p_, t_}, scale_(effective_scale(p_)) {}

  Exact run() {
    for (std::int64_t b = 0; b < p_.batch; ++b)
      for (std::int64_t h = 0; h < p_.heads; ++h) {
        load_keys(b, decide_.key_head(reader_, h));
        for (std::int64_t i = 0; i < p_.queries; ++i) row(b, h, i);
      }
    return std::move(exact_);
  }

 private:
  using Row = std::vector<Real>;

  bool visible(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c) const {
    return decide_.kept(reader_, b, c) && decide_.admitted(reader_, b, h, i, c) &&
           (decide_.causal_exempt(reader_, c) || decide_.causal_sees(reader_, decide_.causal_delta(reader_, b, i, c))) &&
           (decide_.window_exempt(reader_, c) || decide_.window_sees(reader_, decide_.window_delta(reader_, b, i, c)));
  }

  // Element d of column c's key or value.
  double element(const Tensor& mem, const Tensor& memory, const Tensor& segment, std::int64_t b, std::int64_t g, std::int64_t c,
                 std::int64_t d) const {
    if (c < p_.mem_kv) return number(mem, g, c, d);
    if (c < p_.mem_kv + p_.memories) return number(memory, b, g, c - p_.mem_kv, d);
    return number(segment, b, g, c - p_.mem_kv - p_.memories, d);
  }

  double frequency(std::int64_t r) const {
    const Rotary& rotary = p_.rotary;
    if (rotary.frequencies_as_data) return number(t_.inverse_frequency, r);
    const double R = double(rotary.dims);
    const double stretch = rotary.dims > 2 ? std::pow(parameter(p_, rotary.base_rescale), R / (R - 2)) : 1;
    return parameter(p_, std::pow(parameter(p_, rotary.base) * stretch, -2 * double(r) / R));
  }
  double xpos_scale(std::int64_t r) const {
    const double R = double(p_.rotary.dims);
    return p_.rotary.xpos.scales_as_data ? number(t_.xpos_scale, r) : parameter(p_, (2 * double(r) + 0.4 * R) / (1.4 * R));
  }

  void turn(Row& row, const Real& position, int side) const {
    const std::int64_t half = p_.rotary.dims / 2;
    for (std::int64_t r = 0; r < half; ++r) {
      const bool adjacent = p_.rotary.pairs == RotaryPairs::adjacent;
      Real& a = row[std::size_t(adjacent ? 2 * r : r)];
      Real& b = row[std::size_t(adjacent ? 2 * r + 1 : r + half)];
      const Real angle = position / Real(parameter(p_, p_.rotary.interpolation)) * Real(frequency(r));
      Real factor = 1;
      if (p_.rotary.xpos.on) {
        const Real u = (position - Real(parameter(p_, p_.rotary.xpos.center))) / Real(parameter(p_, p_.rotary.xpos.scale_base));
        factor = pow(Real(xpos_scale(r)), u * side);
      }
      const Real first = factor * (a * cos(angle) - b * sin(angle));
      b = factor * (b * cos(angle) + a * sin(angle));
      a = first;
    }
  }

  Real capped(const Real& x) const {
    const Real softcap = parameter(p_, p_.softcap);
    return softcap > 0 ? Real(softcap * tanh(x / softcap)) : x;
  }
  Real score(const Real& product, const Real& bias) const {
    return p_.softcap_order == SoftcapOrder::after_bias ? capped(product + bias) : Real(capped(product) + bias);
  }

  Real bias(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t c) const {
    if (p_.bias.kind == BiasKind::none || c < p_.mem_kv) return 0;
    if (p_.bias.kind == BiasKind::forget)
      return Real(number(t_.forget, b, h, p_.memories + p_.segment - p_.queries + i)) -
             Real(number(t_.forget, b, h, c - p_.mem_kv));
    return decide_.bias_value(reader_, b, h, i, c,
                              decide_.distance(reader_, b, i, c));  // one product of two f32: exact in double
  }

  void load_keys(std::int64_t b, std::int64_t g) {
    keys_.assign(std::size_t(p_.columns()), Row(std::size_t(p_.head_dim)));
    for (std::int64_t c = 0; c < p_.columns(); ++c) {
      Row& key = keys_[std::size_t(c)];
      for (std::int64_t d = 0; d < p_.head_dim; ++d)
        key[std::size_t(d)] = element(t_.mem_k, t_.memory_k, t_.segment_k, b, g, c, d);
      if (p_.rotary.dims > 0 && c >= p_.mem_kv) turn(key, Real(decide_.key_turn(reader_, b, c)), -1);
    }
  }

  void row(std::int64_t b, std::int64_t h, std::int64_t i) {
    const std::int64_t g = decide_.key_head(reader_, h);
    Row query(static_cast<std::size_t>(p_.head_dim));
    for (std::int64_t d = 0; d < p_.head_dim; ++d) query[std::size_t(d)] = number(t_.q, b, h, i, d);
    if (p_.rotary.dims > 0) turn(query, Real(decide_.query_turn(reader_, b, i)), 1);
    Row sums(static_cast<std::size_t>(p_.value_dim));
    Real denominator = 0;
    if (p_.zero_kv) denominator += exp(score(Real(0), Real(0)));
    if (p_.sink && number(t_.sinks, h) > -std::numeric_limits<double>::infinity()) denominator += exp(Real(number(t_.sinks, h)));
    for (std::int64_t c = 0; c < p_.columns(); ++c) {
      if (!visible(b, h, i, c)) continue;
      const Real offset = bias(b, h, i, c);
      if (offset == -std::numeric_limits<double>::infinity()) continue;  // a dense bias that hides its column
      const Row& key = keys_[std::size_t(c)];
      Real product = 0;
      for (std::int64_t d = 0; d < p_.head_dim; ++d) product += query[std::size_t(d)] * key[std::size_t(d)];
      const Real weight = exp(score(product * scale_, offset));  // MPFR's exponents reach far beyond any score
      denominator += weight;
      for (std::int64_t d = 0; d < p_.value_dim; ++d)
        sums[std::size_t(d)] += weight * Real(element(t_.mem_v, t_.memory_v, t_.segment_v, b, g, c, d));
    }
    for (Real& sum : sums) exact_.out.push_back(denominator > 0 ? Real(sum / denominator) : Real(0));
    exact_.lse.push_back(denominator > 0 ? Real(log(denominator)) : Real(-std::numeric_limits<double>::infinity()));
  }

  Decisions decide_;
  const Problem& p_;
  const Tensors& t_;
  Reader reader_;
  Real scale_;
  std::vector<Row> keys_;  // of one sequence and kv head, turned
  Exact exact_;
};

}  // namespace

Exact attend(const properties::Call& call) { return Evaluator(call).run(); }

}  // namespace boresight::audit
