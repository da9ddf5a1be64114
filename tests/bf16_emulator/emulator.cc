// A handler of SIGILL: it reads the instruction, finds the registers in the frame that the kernel saved, computes by the pseudo
// code of Intel's manual, and goes on behind the instruction.
#include "emulator.h"

#include <cpuid.h>
#include <signal.h>
#include <ucontext.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace boresight::bf16_emulator {
namespace {

using Lanes = std::array<std::uint32_t, 16>;  // of 512 bits

Fault planted = Fault::none;

// ---- The registers, as XSAVE lays them out ----

constexpr std::size_t legacy_xmm = 160, header = 512;
enum Part : unsigned { sse = 1, ymm_high = 2, zmm_high = 6, zmm_from_16 = 7 };
std::size_t offset[8], size[8];  // of each part

void find_parts() {
  offset[sse] = legacy_xmm;
  size[sse] = 256;
  for (const unsigned part : {ymm_high, zmm_high, zmm_from_16}) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    __cpuid_count(0xd, part, a, b, c, d);
    size[part] = a;
    offset[part] = b;
  }
}

class Registers {
 public:
  explicit Registers(const ucontext_t& context) : area_(reinterpret_cast<std::byte*>(context.uc_mcontext.fpregs)) {}

  Lanes read(unsigned number) const {
    Lanes lanes{};
    for_each_piece(number, [&](unsigned part, std::size_t at, std::size_t lane, std::size_t bytes) {
      if (holds(part)) std::memcpy(&lanes[lane], area_ + at, bytes);
    });
    return lanes;
  }
  void write(unsigned number, const Lanes& lanes) {
    for_each_piece(number, [&](unsigned part, std::size_t at, std::size_t lane, std::size_t bytes) {
      if (!holds(part)) begin(part);
      std::memcpy(area_ + at, &lanes[lane], bytes);
    });
  }

 private:
  // Where a register's bytes are: one piece from 16 on, else in three parts.
  template <class Body>
  static void for_each_piece(unsigned number, Body body) {
    if (number >= 16) return body(zmm_from_16, offset[zmm_from_16] + (number - 16) * 64, 0, 64);
    body(sse, offset[sse] + number * 16, 0, 16);
    body(ymm_high, offset[ymm_high] + number * 16, 4, 16);
    body(zmm_high, offset[zmm_high] + number * 32, 8, 32);
  }
  // A part that is not marked is all zeros, whatever its memory holds.
  bool holds(unsigned part) const { return (marks() >> part & 1) != 0; }
  void begin(unsigned part) {
    std::memset(area_ + offset[part], 0, size[part]);
    const std::uint64_t marked = marks() | std::uint64_t{1} << part;
    std::memcpy(area_ + header, &marked, sizeof marked);
  }
  std::uint64_t marks() const {
    std::uint64_t marks;
    std::memcpy(&marks, area_ + header, sizeof marks);
    return marks;
  }

  std::byte* area_;
};

// ---- The arithmetic ----

constexpr std::uint32_t sign = 0x80000000u, exponent = 0x7f800000u;

std::uint32_t without_subnormals(std::uint32_t bits) { return (bits & exponent) == 0 ? bits & sign : bits; }
float number(std::uint32_t bits) { return std::bit_cast<float>(without_subnormals(bits)); }
float half(std::uint32_t pair, bool upper) { return number(upper ? pair & 0xffff0000u : pair << 16); }

float fused(float a, float b, float sum) { return number(std::bit_cast<std::uint32_t>(std::fma(a, b, sum))); }

std::uint32_t rounded(std::uint32_t bits) {
  bits = without_subnormals(bits);
  const bool is_nan = (bits & ~sign) > exponent;
  if (is_nan) return bits >> 16 | 0x40u;
  return (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
}

std::uint32_t dot(std::uint32_t sum, std::uint32_t a, std::uint32_t b) {
  if (planted == Fault::swaps) a = std::rotl(a, 16);
  const float upper = fused(half(a, true), half(b, true), number(sum));
  const std::uint32_t result = std::bit_cast<std::uint32_t>(fused(half(a, false), half(b, false), upper));
  return planted == Fault::narrows ? rounded(result) << 16 : result;
}

// Sixteen floats of each source: the second's are the lower half of the result.
Lanes narrowed(const Lanes& first, const Lanes& second) {
  Lanes result;
  for (std::size_t lane = 0; lane < 8; ++lane) {
    result[lane] = rounded(second[2 * lane]) | rounded(second[2 * lane + 1]) << 16;
    result[8 + lane] = rounded(first[2 * lane]) | rounded(first[2 * lane + 1]) << 16;
  }
  return result;
}

// ---- The instruction ----

constexpr std::size_t length = 6;  // of EVEX: four bytes of prefix, the opcode, the operands

bool execute(const std::uint8_t* code, Registers registers) {
  const unsigned p0 = code[1], p1 = code[2], p2 = code[3], opcode = code[4], operands = code[5];
  const bool map_0f38 = code[0] == 0x62 && (p0 & 0x0f) == 0x02;
  const bool full_vectors = (p1 & 0x84) == 0x04 && (p2 & 0xf7) == 0x40;  // W0, no mask, no broadcast, 512 bits
  if (!map_0f38 || !full_vectors || operands < 0xc0) return false;
  const auto bit = [](unsigned byte, unsigned place) { return ~byte >> place & 1u; };  // bits of numbers are stored inverted
  const unsigned target = (operands >> 3 & 7) | bit(p0, 7) << 3 | bit(p0, 4) << 4;
  const unsigned first = (~p1 >> 3 & 15) | bit(p2, 3) << 4;
  const unsigned second = (operands & 7) | bit(p0, 5) << 3 | bit(p0, 6) << 4;
  const Lanes a = registers.read(first), b = registers.read(second);
  const unsigned prefix = p1 & 3;  // 2: F3, 3: F2
  if (opcode == 0x52 && prefix == 2) {
    Lanes sums = registers.read(target);
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] = dot(sums[lane], a[lane], b[lane]);
    registers.write(target, sums);
    return true;
  }
  if (opcode == 0x72 && prefix == 3) {
    registers.write(target, narrowed(a, b));
    return true;
  }
  return false;
}

void handle(int, siginfo_t*, void* frame) {
  ucontext_t& context = *static_cast<ucontext_t*>(frame);
  greg_t& next = context.uc_mcontext.gregs[REG_RIP];
  if (execute(reinterpret_cast<const std::uint8_t*>(next), Registers(context)))
    next += length;
  else
    signal(SIGILL, SIG_DFL);  // and it is met again
}

}  // namespace

void install(Fault fault) {
  planted = fault;
  find_parts();
  struct sigaction action = {};
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGILL, &action, nullptr) != 0) std::abort();
}

}  // namespace boresight::bf16_emulator
