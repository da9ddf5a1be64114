// The two instructions of AVX512_BF16 that our kernels are made of, in software, for a processor with AVX-512 but without them.
#pragma once

namespace boresight::bf16_emulator {

enum class Fault {
  none,
  narrows,  // keeps sums of products in bf16
  swaps,    // takes the first operand's halves for one another
};

// From now on an invalid instruction that is one of the two, on full vectors in registers, is computed and stepped over. Any
// other ends the program as before. On a processor that has them nothing changes, and no fault shows.
void install(Fault fault);

}  // namespace boresight::bf16_emulator
