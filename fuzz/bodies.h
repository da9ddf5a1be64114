// The body of each target: what one input is held to. One file each, by this name.
#pragma once

#include "fuzz/target.h"

namespace boresight::fuzz {

std::string judge_layouts(std::string_view input, const Kernels& kernels);
std::string mutate_layouts(std::string_view input, Choices& choices);
std::string cross_layouts(std::string_view one, std::string_view other, Choices& choices);

std::string judge_values(std::string_view input, const Kernels& kernels);
std::string mutate_values(std::string_view input, Choices& choices);

std::string judge_sequence(std::string_view input, const Kernels& kernels);
std::string mutate_sequence(std::string_view input, Choices& choices);

std::string judge_token(std::string_view input, const Kernels& kernels);
std::string mutate_token(std::string_view input, Choices& choices);
std::string cross_token(std::string_view one, std::string_view other, Choices& choices);

std::string judge_vectors(std::string_view input, const Kernels& kernels);
std::string mutate_vectors(std::string_view input, Choices& choices);
std::string cross_vectors(std::string_view one, std::string_view other, Choices& choices);

std::string judge_kernel_entry(std::string_view input, const Kernels& kernels);
std::string mutate_kernel_entry(std::string_view input, Choices& choices);

}  // namespace boresight::fuzz
