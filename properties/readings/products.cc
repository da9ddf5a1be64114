#include "properties/readings/products.h"

#include <cmath>
#include <utility>
#include <vector>

#include "properties/readings/number.h"

namespace boresight::properties::readings {
namespace {

using reference::Index;
using reference::Matrix;

class Maker {
 public:
  Maker(const Reader& reader, std::int64_t b, std::int64_t h, std::int64_t first, std::int64_t last, Products& result)
      : r_(reader), p_(reader.problem), b_(b), h_(h), first_(first), rows_(last - first), out_(result) {}

  void run() {
    frequencies();
    load_queries();
    load_keys();
    sizes(out_.query, out_.query_size);
    sizes(out_.key, out_.key_size);
    multiply();
  }

 private:
  std::int64_t pairs() const { return p_.rotary.dims / 2; }
  std::int64_t scale_sequence() const { return r_.decide.scale_sequence(r_, b_, h_); }

  void frequencies() {
    const Rotary& rotary = p_.rotary;
    const double R = double(rotary.dims);
    for (std::int64_t k = 0; k < pairs(); ++k) {
      const double rescale = rotary.dims == 2 ? 1 : std::pow(parameter(p_, rotary.base_rescale), R / (R - 2));
      const double base = parameter(p_, rotary.base) * rescale;
      frequency_.push_back(rotary.frequencies_as_data ? number(r_.tensors.inverse_frequency, k)
                                                      : parameter(p_, std::pow(base, -2 * double(k) / R)));
      if (!rotary.xpos.on) continue;
      z_.push_back(rotary.xpos.scales_as_data ? number(r_.tensors.xpos_scale, k)
                                              : parameter(p_, (2 * double(k) + 0.4 * R) / (1.4 * R)));
    }
  }

  void load_queries() {
    out_.query.resize(rows_, p_.head_dim);
    out_.query_turn.setZero(pairs() > 0 ? rows_ : 0);
    for (Index row = 0; row < rows_; ++row) {
      const std::int64_t i = first_ + row;
      for (std::int64_t d = 0; d < p_.head_dim; ++d) out_.query(row, d) = number(r_.tensors.q, b_, h_, i, d);
      if (pairs() == 0) continue;
      const double place = r_.decide.query_turn(r_, b_, i);
      turn(out_.query, row, place, r_.decide.query_scale_place(r_, scale_sequence(), i), r_.decide.query_scale_sign);
      out_.query_turn(row) = std::abs(place);
    }
  }

  void load_keys() {
    const Tensors& t = r_.tensors;
    const Index columns = p_.columns();
    out_.key.setZero(columns, p_.head_dim);
    out_.value.setZero(columns, p_.value_dim);
    out_.key_turn.setZero(pairs() > 0 ? columns : 0);
    const std::int64_t key_head = r_.decide.key_head(r_, h_), value_head = r_.decide.value_head(r_, h_);
    for (std::int64_t c = 0; c < columns; ++c) {
      for (std::int64_t d = 0; d < p_.head_dim; ++d) out_.key(c, d) = part(t.mem_k, t.memory_k, t.segment_k, key_head, c, d);
      for (std::int64_t d = 0; d < p_.value_dim; ++d) out_.value(c, d) = part(t.mem_v, t.memory_v, t.segment_v, value_head, c, d);
      if (pairs() == 0 || !r_.decide.turned(r_, c)) continue;
      const double place = r_.decide.key_turn(r_, b_, c);
      turn(out_.key, c, place, r_.decide.key_scale_place(r_, scale_sequence(), c), r_.decide.key_scale_sign);
      out_.key_turn(c) = std::abs(place);
    }
  }

  double part(const Tensor& persistent, const Tensor& memory, const Tensor& segment, std::int64_t g, std::int64_t c,
              std::int64_t d) const {
    if (c < p_.mem_kv) return number(persistent, r_.decide.persistent_head(r_, h_, g), c, d);
    const std::int64_t b = r_.decide.key_sequence(r_, b_);
    if (c < p_.mem_kv + p_.memories) return number(memory, b, g, c - p_.mem_kv, d);
    return number(segment, b, g, c - p_.mem_kv - p_.memories, d);
  }

  Index left(std::int64_t k) const { return p_.rotary.pairs == RotaryPairs::adjacent ? 2 * k : k; }
  Index right(std::int64_t k) const { return p_.rotary.pairs == RotaryPairs::adjacent ? 2 * k + 1 : k + pairs(); }

  void turn(Matrix& rows, Index row, double place, double scale_place, double sign) const {
    const Xpos& xpos = p_.rotary.xpos;
    const double u = (scale_place - parameter(p_, xpos.center)) / parameter(p_, xpos.scale_base);
    for (std::int64_t k = 0; k < pairs(); ++k) {
      const double angle = place / parameter(p_, p_.rotary.interpolation) * frequency_[std::size_t(k)];
      const double factor = xpos.on ? std::pow(z_[std::size_t(k)], sign * u) : 1;
      const double a = rows(row, left(k)), b = rows(row, right(k));
      rows(row, left(k)) = (a * std::cos(angle) - b * std::sin(angle)) * factor;
      rows(row, right(k)) = (b * std::cos(angle) + a * std::sin(angle)) * factor;
    }
  }

  // Norms of turned pairs, then the sizes of the entries that do not turn: what the error bound multiplies.
  void sizes(const Matrix& rows, Matrix& out) const {
    out.resize(rows.rows(), p_.head_dim - pairs());
    for (Index row = 0; row < rows.rows(); ++row) {
      for (std::int64_t k = 0; k < pairs(); ++k) out(row, k) = std::hypot(rows(row, left(k)), rows(row, right(k)));
      for (std::int64_t d = 2 * pairs(); d < p_.head_dim; ++d) out(row, d - pairs()) = std::abs(rows(row, d));
    }
  }

  void multiply() {
    const double scale = r_.decide.scale(r_), by_problem = effective_scale(p_);
    // The error bound multiplies magnitudes by the problem's scale, whatever scale this reading takes.
    const double ratio = by_problem != 0 ? std::abs(scale / by_problem) : 1;
    const Index columns = out_.key.rows();
    out_.product.resize(rows_, columns);
    out_.magnitude.resize(rows_, columns);
    out_.angle_magnitude.setZero(pairs() > 0 ? rows_ : 0, columns);
    std::vector<double> turning;
    for (const double frequency : frequency_) turning.push_back(std::abs(frequency / parameter(p_, p_.rotary.interpolation)));
    for (Index row = 0; row < rows_; ++row)
      for (Index c = 0; c < columns; ++c) {
        double product = 0, magnitude = 0, angle = 0;
        for (Index d = 0; d < p_.head_dim; ++d) product += out_.query(row, d) * out_.key(c, d);
        for (Index d = 0; d < out_.query_size.cols(); ++d) {
          const double size = out_.query_size(row, d) * out_.key_size(c, d);
          magnitude += size;
          if (d < pairs()) angle += size * turning[std::size_t(d)];
        }
        out_.product(row, c) = scale * product;
        out_.magnitude(row, c) = magnitude * ratio;
        if (pairs() > 0) out_.angle_magnitude(row, c) = angle * ratio;
      }
  }

  const Reader& r_;
  const Problem& p_;
  const std::int64_t b_, h_, first_, rows_;
  Products& out_;
  std::vector<double> frequency_, z_;
};

// The decisions that products rest on.
auto products_rest_on(const Decisions& d) {
  return std::make_tuple(d.key_head, d.value_head, d.persistent_head, d.key_sequence, d.scale_sequence, d.turned, d.query_turn,
                         d.key_turn, d.query_scale_place, d.key_scale_place, d.query_scale_sign, d.key_scale_sign, d.scale,
                         d.problem.rotary, d.problem.scale, d.problem.head_map, d.problem.custom_positions);
}

}  // namespace

Products products(const Decisions& decisions, const Tensors& tensors, std::int64_t b, std::int64_t h, std::int64_t first,
                  std::int64_t last) {
  Products result;
  Maker(Reader{decisions, decisions.problem, tensors}, b, h, first, last, result).run();
  return result;
}

BookProducts::BookProducts(const Problem& problem, const Tensors& tensors) : tensors_(tensors) { book_.problem = problem; }

std::shared_ptr<const Products> BookProducts::under(const Decisions& decisions, std::int64_t b, std::int64_t h,
                                                    std::int64_t first, std::int64_t last) {
  if (products_rest_on(decisions) != products_rest_on(book_))
    return std::make_shared<const Products>(products(decisions, tensors_, b, h, first, last));
  std::shared_ptr<const Products>& made = made_[{b, h, first, last}];
  if (!made) made = std::make_shared<const Products>(products(book_, tensors_, b, h, first, last));
  return made;
}

}  // namespace boresight::properties::readings
