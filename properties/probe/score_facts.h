// What a score is made of, besides its bias: the scale of q.k, whether that multiplies the bias too, and on which side of the
// bias the softcap stands.
#pragma once

#include "properties/probe/fact_subject.h"

namespace boresight::properties::probe {

Fact scale_of_products(const FactSubject& s);
Fact scale_on_bias(const FactSubject& s);
Fact softcap_order(const FactSubject& s);

}  // namespace boresight::properties::probe
