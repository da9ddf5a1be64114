// impl/geometry.h over terms: what a setting holds, as the types that the code takes.
#pragma once

#include "impl/geometry.h"
#include "properties/proofs/claim.h"

namespace boresight::proofs {

using Geometry = impl::Geometry<Number>;
using Range = impl::Range<Number>;

// As every kernel makes it.
inline Geometry geometry_of(const Setting& setting) {
  const Call& call = setting.call();
  return impl::geometry_of<Number>(call.queries, call.segment, call.memories, call.mem_kv, call.left, call.right, call.causal);
}
inline Range range_of(Span span) { return {span.begin, span.end}; }

}  // namespace boresight::proofs
