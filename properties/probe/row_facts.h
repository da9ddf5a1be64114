// What whole rows give away: what an empty row is, what zero key and sink weigh, and the lse.
#pragma once

#include "properties/probe/fact_subject.h"

namespace boresight::properties::probe {

Fact empty_rows(const FactSubject& s);
Fact missing_weight(const FactSubject& s);
Fact lse(const FactSubject& s);

}  // namespace boresight::properties::probe
