// A solver that is a program: the query goes to a file, whose name ends in .smt2, and the answer comes back on its output. It
// is ended where it takes longer than it may.
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fcntl.h>

#include "properties/proofs/smt_lib.h"

extern char** environ;

namespace boresight::proofs {
namespace {

using Clock = std::chrono::steady_clock;

struct Output {
  std::string text;
  std::string wrong;  // why there is none
};

// What can be read until the other end is closed; false: it was not by then.
bool read_until(int from, Clock::time_point end, std::string& text) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{from, POLLIN, 0};
    if (left <= 0 || poll(&ready, 1, int(left)) <= 0) return false;
    char buffer[4096];
    const ssize_t size = read(from, buffer, sizeof buffer);
    if (size <= 0) return true;
    text.append(buffer, std::size_t(size));
  }
}

Output run(const std::string& program, const std::string& file, std::chrono::milliseconds limit) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {"", "no pipe"};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  char* const arguments[] = {const_cast<char*>(program.c_str()), const_cast<char*>(file.c_str()), nullptr};
  pid_t child = 0;
  const int failed = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  Output output;
  if (failed != 0) output.wrong = "it can't be run";
  if (failed == 0 && !read_until(ends[0], Clock::now() + limit, output.text)) {
    kill(child, SIGKILL);
    output.wrong = "timeout";
  }
  close(ends[0]);
  if (failed == 0) waitpid(child, nullptr, 0);
  return output;
}

// A file of this process alone, gone with the object.
class File {
 public:
  explicit File(const std::string& text) {
    const char* directory = std::getenv("TMPDIR");
    path_ = fmt::format("{}/boresight-XXXXXX.smt2", directory != nullptr ? directory : "/tmp");
    const int descriptor = mkostemps(path_.data(), 5, O_CLOEXEC);
    good_ = descriptor >= 0 && write(descriptor, text.data(), text.size()) == ssize_t(text.size());
    if (descriptor >= 0) close(descriptor);
  }
  ~File() { unlink(path_.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool good() const { return good_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool good_ = false;
};

Answer ask(const std::string& program, const Query& query, std::chrono::milliseconds limit) {
  const File file(smt_lib(query));
  if (!file.good()) return {Answer::Kind::unknown, {}, fmt::format("{} can't be written", file.path())};
  const Output output = run(program, file.path(), limit);
  if (!output.wrong.empty()) return {Answer::Kind::unknown, {}, output.wrong};
  const std::string first = output.text.substr(0, output.text.find('\n'));
  if (first == "unsat") return {Answer::Kind::unsatisfiable, {}, {}};
  if (first != "sat") return {Answer::Kind::unknown, {}, fmt::format("{} says: {}", program, first)};
  const std::optional<Model> model = values_of(output.text, query.terms.variables().size());
  if (!model) return {Answer::Kind::unknown, {}, program + " says sat, and no values"};
  return {Answer::Kind::satisfiable, *model, {}};
}

}  // namespace

// It is tried on a question whose answer is known.
Result<Solver> program_solver(const std::string& program) {
  Terms terms;
  const Place three = terms.apply(Operation::equal, terms.variable("x"), terms.constant(3), -1);
  const Answer answer = ask(program, {terms, {three}}, std::chrono::seconds(10));
  if (answer.kind != Answer::Kind::satisfiable || answer.model[0] != 3)
    return Error{fmt::format("{} is no solver here: {}", program, answer.why.empty() ? "x = 3 has no answer" : answer.why),
                 "--solver", "give z3, which is linked in, or a program that reads SMT-LIB 2, such as cvc5"};
  return Solver([program](const Query& query, std::chrono::milliseconds limit) { return ask(program, query, limit); });
}

}  // namespace boresight::proofs
