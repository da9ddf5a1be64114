// boresight identify: the semantic card of each kernel, read off its outputs: which conventions does it follow? Kernels with the
// same card share one.
#include "cli/identify.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/library.h"
#include "cli/output_file.h"
#include "cli/version.h"
#include "problem/registry.h"
#include "properties/identify/card.h"
#include "properties/identify/text.h"

namespace boresight::cli {
namespace {

using properties::identify::Card;

struct Answer {
  std::string text;
  std::vector<std::string> kernels;
};

Answer answer_of(const Card& card) {
  const char* const header = card.departs() ? "DEPARTS" : card.asked() ? "NOTHING DEPARTS" : "NOTHING ASKED";
  return {fmt::format("{}: {}\n{}", header, summary(card), text(card)), {card.kernel}};
}

void add(std::vector<Answer>& answers, Answer answer) {
  const auto same = std::find_if(answers.begin(), answers.end(), [&](const Answer& a) { return a.text == answer.text; });
  if (same == answers.end())
    answers.push_back(std::move(answer));
  else
    same->kernels.push_back(answer.kernels.front());
}

// The names, in lines of a terminal's width.
std::string heading(const std::vector<std::string>& kernels) {
  constexpr std::size_t width = 120;
  std::string lines, line;
  for (const std::string& kernel : kernels) {
    if (!line.empty() && line.size() + 3 + kernel.size() > width) lines += line + ",\n", line.clear();
    line += (line.empty() ? "" : ", ") + kernel;
  }
  return lines + line;
}

void print(const std::vector<Answer>& answers) {
  for (std::size_t k = 0; k < answers.size(); ++k)
    fmt::print("{}{}\n{}", k == 0 ? "" : "\n", heading(answers[k].kernels), answers[k].text);
}

struct CommandOptions : IdentifyOptions {
  std::string kernel = "*";
  std::shared_ptr<LibraryOptions> library;
};

int identify_chosen(const CommandOptions& options) {
  const Result<std::vector<Kernel>> there = kernels_of(*options.library);
  if (!there) return complain(there.error().text());
  const Result<std::vector<Kernel>> kernels = choose_kernels("--kernel", options.kernel, *there);
  return kernels ? identify(options, *kernels) : complain(kernels.error().text());
}

}  // namespace

int identify(const IdentifyOptions& options, const std::vector<Kernel>& kernels) {
  OutputFile file;
  if (!options.json.empty())
    if (const Status status = file.open(options.json); !status) return complain(status.error().text());
  properties::identify::Stages stages;
  std::vector<Answer> answers;
  nlohmann::ordered_json cards = nlohmann::ordered_json::array();
  bool departs = false, asked = false;
  for (const Kernel& kernel : kernels) {
    const Card card = properties::identify::identify(kernel, options.seed, stages);
    departs = departs || card.departs(), asked = asked || card.asked();
    add(answers, answer_of(card));
    cards.push_back(json(card));
  }
  print(answers);
  const nlohmann::ordered_json report = {
      {"schema", 1}, {"boresight", version()}, {"seed", options.seed}, {"cards", std::move(cards)}};
  if (!options.json.empty())
    if (const Status status = file.finish(report.dump(2) + "\n"); !status) return complain(status.error().text());
  return departs ? Exit::failure : asked ? Exit::held : Exit::untested;
}

void add_identify(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("identify", "Say which conventions a kernel follows, from its outputs alone");
  auto options = std::make_shared<CommandOptions>();
  options->library = add_library_options(*command, "library");
  command->add_option("--kernel", options->kernel, "kernels to ask, * and ? allowed (default: all)");
  command->add_option("--json", options->json, "write the cards to this file, as JSON");
  command->add_option("--seed", options->seed, "seed of all values")->capture_default_str();
  command->callback([options, &exit] { exit = identify_chosen(*options); });
}

}  // namespace boresight::cli
