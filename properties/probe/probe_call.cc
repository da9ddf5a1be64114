#include "properties/probe/probe_call.h"

#include <cmath>

#include "problem/rows.h"
#include "problem/values.h"
#include "reference/decode.h"
#include "reference/error_bound.h"

namespace boresight::properties::probe {
namespace {

Case probing(Case c) {
  c.values = Values::probe;
  return c;
}

void clear(const Tensor& tensor) {
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d) store(row.data, tensor.type, d * row.stride, 0);
  });
}

}  // namespace

ProbeInputs::ProbeInputs(const Case& a_case) : prepared_(prepare(probing(a_case))), problem_(a_case.problem) {}

void ProbeInputs::clear_queries_and_keys() {
  const Tensors& t = tensors();
  for (const Tensor& tensor : {t.q, t.mem_k, t.memory_k, t.segment_k}) clear(tensor);
}

double ProbeInputs::set_query(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t entry, double value) {
  const Tensor& q = tensors().q;
  store(q.data, q.type, q.offset(b, h, i, entry), value);
  return reference::element(q, b, h, i, entry);
}

void ProbeInputs::put(Tensor part, std::int64_t kv_head, std::int64_t row, std::int64_t entry, double value) {
  if (part.rank == 3) return store(part.data, part.type, part.offset(kv_head, row, entry), value);
  for (std::int64_t b = 0; b < problem_.batch; ++b) store(part.data, part.type, part.offset(b, kv_head, row, entry), value);
}

void ProbeInputs::put_column(bool keys, std::int64_t kv_head, std::int64_t c, std::int64_t entry, double value) {
  const Tensors& t = tensors();
  if (c < problem_.mem_kv) return put(keys ? t.mem_k : t.mem_v, kv_head, c, entry, value);
  c -= problem_.mem_kv;
  if (c < problem_.memories) return put(keys ? t.memory_k : t.memory_v, kv_head, c, entry, value);
  put(keys ? t.segment_k : t.segment_v, kv_head, c - problem_.memories, entry, value);
}

void ProbeInputs::set_key(std::int64_t c, std::int64_t entry, double value) {
  for (std::int64_t g = 0; g < problem_.kv_heads; ++g) set_key_of(g, c, entry, value);
}

void ProbeInputs::set_key_of(std::int64_t kv_head, std::int64_t c, std::int64_t entry, double value) {
  put_column(true, kv_head, c, entry, value);
}

void ProbeInputs::set_value_of(std::int64_t kv_head, std::int64_t c, std::int64_t entry, double value) {
  put_column(false, kv_head, c, entry, value);
}

void ProbeInputs::set_one_hot(std::int64_t first, std::int64_t count, double value) {
  const Tensors& t = tensors();
  for (const Tensor& tensor : {t.mem_v, t.memory_v, t.segment_v}) clear(tensor);
  for (std::int64_t k = 0; k < count; ++k)
    for (std::int64_t g = 0; g < problem_.kv_heads; ++g) set_value_of(g, first + k, k, value);
}

Results ProbeCall::run(const Problem& problem) const {
  return properties::run(kernel_, {problem, tensors_for(problem, used_.tensors())}, case_.options, case_.layout);
}

Certified ProbeCall::certify(const Problem& problem) const {
  const Tensors t = tensors_for(problem, clean_.tensors());
  Certified certified;
  reference::attend(problem, t, certified.truth);
  reference::error_bound(problem, t, certified.truth, arithmetic(problem), certified.bound);
  return certified;
}

Tensors tensors_for(const Problem& problem, Tensors tensors) {
  const std::int64_t pairs = problem.rotary.dims / 2;
  const auto cut = [&](Tensor& tensor, bool needed) { tensor = needed && tensor ? tensor.slice(0, 0, pairs) : Tensor{}; };
  cut(tensors.inverse_frequency, pairs > 0 && problem.rotary.frequencies_as_data);
  cut(tensors.xpos_scale, pairs > 0 && problem.rotary.xpos.on && problem.rotary.xpos.scales_as_data);
  return tensors;
}

Switched switched(const Problem& problem) {
  Switched result{problem, {}, ""};
  Problem& p = result.problem;
  const auto note = [&](const char* text) { result.note += (result.note.empty() ? "" : ", ") + std::string(text); };
  if (p.rotary.dims == p.head_dim && p.rotary.dims > 2) {
    p.rotary.dims -= 2;
    note("with rotary's last pair unturned");
  } else if (p.rotary.dims > 0 && p.rotary.dims == p.head_dim) {
    p.rotary = {};
    note("without rotary");
  }
  if (p.softcap > 0 && p.softcap_order == SoftcapOrder::before_bias) {
    p.softcap = 0;
    note("without the softcap");
  }
  if (!(std::abs(effective_scale(p)) >= 0x1p-10 && std::abs(effective_scale(p)) <= 0x1p10)) {
    p.scale.reset();
    note("with the usual scale");
  }
  for (std::int64_t e = p.rotary.dims; e < p.head_dim; ++e) result.entries.push_back(e);
  return result;
}

}  // namespace boresight::properties::probe
