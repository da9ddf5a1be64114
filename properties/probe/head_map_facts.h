// Which kv head each query head reads, its keys and its values apart: all columns of some kv heads are marked, and outputs
// tell bit by bit whether the one that a query head reads is among them.
#pragma once

#include "properties/probe/fact_subject.h"

namespace boresight::properties::probe {

Fact keys_map(const FactSubject& s);
Fact values_map(const FactSubject& s);

}  // namespace boresight::properties::probe
