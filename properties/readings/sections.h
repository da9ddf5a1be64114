// The sections of the table, one file each: all_readings() joins them in the order in which they stand here.
#pragma once

#include <span>

#include "properties/readings/table.h"

namespace boresight::properties::readings {

std::span<const Reading> bias_origin_readings();
std::span<const Reading> bias_value_readings();
std::span<const Reading> bias_head_readings();
std::span<const Reading> masks_readings();
std::span<const Reading> causality_readings();
std::span<const Reading> windows_readings();
std::span<const Reading> visibility_readings();
std::span<const Reading> heads_readings();
std::span<const Reading> scores_readings();
std::span<const Reading> softmax_readings();
std::span<const Reading> rotary_readings();
std::span<const Reading> xpos_readings();
std::span<const Reading> shifts_readings();

}  // namespace boresight::properties::readings
