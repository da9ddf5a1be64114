#include "fuzz/finding.h"

#include <fmt/format.h>

#include "fuzz/cases.h"
#include "properties/report/report.h"

namespace boresight::fuzz {
namespace {

// As a shell reads it back: in single quotes, or with escapes where there is something else than printable letters.
std::string quoted(std::string_view input) {
  std::string plain = "'", escaped = "$'";
  bool printable = true;
  for (const char letter : input) {
    const bool is_quote = letter == '\'' || letter == '\\';
    printable = printable && letter >= ' ' && letter <= '~';
    plain += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    if (letter >= ' ' && letter <= '~')
      escaped += is_quote ? std::string{'\\', letter} : std::string(1, letter);
    else
      escaped += fmt::format("\\x{:02x}", std::uint8_t(letter));
  }
  return (printable ? plain : escaped) + "'";
}

// The input as the command's argument: a byte 0, which no argument holds, goes through a file.
std::string argument(const std::string& input) {
  if (input.find('\0') == input.npos) return "--text " + quoted(input);
  std::string escaped;
  for (const char letter : input) escaped += fmt::format("\\x{:02x}", std::uint8_t(letter));
  return "<(printf '%b' '" + escaped + "')";
}

std::string words(std::string_view target, const std::string& input, const Fault& fault) {
  std::string text = fmt::format("FAILED {}\n  what    {}\n", target, fault.what);
  if (!fault.where.empty()) text += fmt::format("  where   {}\n", fault.where);
  text += fmt::format("  input   {}\n", quoted(input));
  return text + fmt::format("  again   build/release/{} {}\n", target, argument(input));
}

}  // namespace

std::string finding_of_text(std::string_view target, std::string_view input, const Look& look) {
  const std::optional<Fault> first = look(std::string(input));
  if (!first) return "";
  const std::string smallest = shrunk(input, [&](const std::string& candidate) { return look(candidate).has_value(); });
  if (const std::optional<Fault> fault = look(smallest)) return words(target, smallest, *fault);
  return words(target, std::string(input),
               {first->what + ", but not each time: something is remembered between inputs", first->where});
}

std::string finding_of_bytes(std::string_view target, std::string_view input, const Look& look) {
  const std::optional<Fault> fault = look(std::string(input));
  return fault ? words(target, std::string(input), *fault) : "";
}

std::optional<Fault> fault_of(const std::string& kernel, const properties::Verdict& verdict) {
  if (verdict.outcome != properties::Outcome::failed) return std::nullopt;
  return Fault{kernel + " " + verdict.why, verdict.mismatch ? properties::words(*verdict.mismatch) : ""};
}

HeldCall::HeldCall(const properties::Call& call) : call_(call) { truth_.renew(call.problem); }

std::optional<properties::Verdict> HeldCall::refused(const Kernel& kernel) {
  if (const std::string& why = invalid(); !why.empty()) return properties::skipped(why);
  if (const std::string why = kernel.unsupported(call_.problem, call_.tensors); !why.empty())
    return properties::skipped("not supported: " + why);
  if (!in_domain()) return properties::skipped("out of the domain: " + truth_.attention(call_).out_of_domain);
  return std::nullopt;
}

properties::Verdict HeldCall::judge(const Kernel& kernel, const Options& options, Layout layout) {
  if (auto refusal = refused(kernel)) return *refusal;
  return judge(kernel, options, properties::run(kernel, call_, options, layout));
}

properties::Verdict HeldCall::judge(const Kernel& kernel, const Options& options, const properties::Results& results) {
  if (auto refusal = refused(kernel)) return *refusal;
  const properties::Truth::Bound& bound = truth_.bound(call_, kernel.arithmetic(call_.problem, options));
  if (!bound.finite) return properties::skipped("the declared arithmetic has no finite bound here");
  if (!results.broken.empty()) return properties::failed(results.broken);
  return properties::compare(results, {truth_.attention(call_), bound.values});
}

std::optional<Fault> fault_of_any(HeldCall& held, const Options& options, const Kernels& kernels) {
  for (const Kernel& kernel : kernels) {
    if (!kernel.unavailable.empty()) continue;
    if (auto fault = fault_of(kernel.name, held.judge(kernel, options))) return fault;
  }
  return std::nullopt;
}

}  // namespace boresight::fuzz
