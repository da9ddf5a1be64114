#include "properties/proofs/report.h"

#include <fmt/format.h>

namespace boresight::proofs {
namespace {

constexpr const char* verdicts[] = {"proved", "refuted", "undecided", "says nothing here"};

std::string words(const Claim& claim, const Counterexample& found, const std::string& command) {
  std::string text = fmt::format("  claims  {}\n  where   {}{}\n", claim.words, found.where,
                                 found.is_smallest ? "" : " (the solver gave up looking for a smaller one)");
  for (const std::string& wrong : found.wrong) text += fmt::format("  wrong   {}\n", wrong);
  if (found.token.empty()) return text + "  token   none: no valid call has these sizes\n";
  text += fmt::format("  token   {}\n", found.token);
  if (found.shows) return text + fmt::format("  again   {} replay '{}'\n", command, found.token);
  return text + fmt::format("  again   {} prove --claim {} --at '{}'\n", command, claim.name, found.token);
}

}  // namespace

std::string words(const Claim& claim, const Proof& proof, double seconds, std::size_t width, const std::string& command) {
  std::string text = fmt::format("{:{}}  {:6.2f} s  ", claim.name, width, seconds);
  if (!proof.why.empty()) text += proof.why + ": ";
  text += fmt::format("{}\n", verdicts[int(proof.verdict)]);
  return proof.counterexample ? text + words(claim, *proof.counterexample, command) : text;
}

}  // namespace boresight::proofs
