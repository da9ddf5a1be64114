#include "strangers/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "problem/printable.h"
#include "strangers/worker.h"

extern char** environ;

namespace boresight::strangers {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int slice_ms = 20;  // between two looks at the memory of a call that takes its time
constexpr std::size_t printed_max = 4096;
constexpr std::uint64_t runs_between_looks = 4;
constexpr double load_seconds_min = 5;  // a loader is no call: it reads a file

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Error of_machine(const char* what) { return {fmt::format("{}: {}", what, std::strerror(errno)), "", ""}; }

// A descriptor that is owned, with a number that no process begins with.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number < 0 ? -1 : fcntl(number, F_DUPFD_CLOEXEC, 64)) {
    if (number >= 0) close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

// What a process that is being started gets: its memory, its socket, and where its output goes.
struct Ends {
  int memory, socket, output;
};

int spawn_worker(const std::vector<std::string>& words, const Ends& ends, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  for (const auto& [from, to] :
       {std::pair(ends.output, 1), {ends.output, 2}, {ends.memory, memory_descriptor}, {ends.socket, socket_descriptor}})
    posix_spawn_file_actions_adddup2(&actions, from, to);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);  // a group of its own: what it starts ends with it
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  std::vector<std::string> copies = words;
  std::vector<char*> pointers;
  for (std::string& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  const int error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

std::string bytes_words(std::uint64_t bytes) {
  const double gib = double(bytes) / double(std::uint64_t{1} << 30);
  return gib >= 1 ? fmt::format("{:.3g} GiB", gib) : fmt::format("{:.3g} MiB", gib * 1024);
}

const char* signal_name(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name == nullptr ? "?" : name;
}

// Which tensor's slot ends, or begins, next to an address between slots.
std::string place(const CrashRecord& crash) {
  for (std::size_t k = 0; k < tensor_count; ++k) {
    const std::string name = fmt::format("{} {}", tensor_pairs[k].output ? "output" : "input", tensor_pairs[k].name);
    if (crash.address >= slot_end(k) && crash.address < slot_end(k) + gap_bytes) return "past the end of " + name;
    if (crash.address < slot_begin(k) && crash.address + gap_bytes >= slot_begin(k)) return "far before the start of " + name;
  }
  return "outside its tensors";
}

std::string crash_words(const CrashRecord& crash, int signal) {
  std::string words = signal == SIGABRT ? "aborted" : fmt::format("crashed (SIG{})", signal_name(signal));
  if (crash.signal != signal) return words;
  if (crash.in_memory != 0) return fmt::format("{}, reading or writing {}", words, place(crash));
  if (crash.in_stack != 0) return words + ": its stack overflowed";
  if (signal == SIGSEGV && crash.address < 4096) return words + " through a null pointer";
  return words;
}

bool has_ended(pid_t pid) {
  siginfo_t information{};
  return waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT | WNOHANG) == 0 && information.si_pid == pid;
}

// Whether a process whose socket is closed has ended, or does within a second.
bool ends_soon(pid_t pid) {
  for (int ms = 0; ms < 1000; ++ms) {
    if (has_ended(pid)) return true;
    usleep(1000);
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Process>> Process::begin(const std::string& library, const Limits& limits) {
  std::unique_ptr<Process> process(new Process(limits));
  if (!process->memory_.good()) return of_machine("no memory to share with a process");
  if (Status status = process->spawn(library); !status) return status.error();
  process->message().ask = Ask::open;
  try {
    process->ask();
  } catch (const KernelFault& fault) {
    return Error{fmt::format("while it was loaded it {}", fault.what()), library, ""};
  }
  const Message& message = process->message();
  if (message.answer != Answer::done)
    return Error{message.answer == Answer::threw ? "threw while it was loaded: " + printable_line(message.text)
                                                 : printable_line(message.text),
                 library, ""};
  return process;
}

Status Process::spawn(const std::string& library) {
  std::array<int, 2> sockets{}, pipes{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) return of_machine("no socket");
  socket_ = sockets[0];
  const Descriptor its_socket(sockets[1]);
  if (pipe2(pipes.data(), O_CLOEXEC | O_NONBLOCK) != 0) return of_machine("no pipe");
  output_ = pipes[0];
  const Descriptor its_output(pipes[1]), its_memory(dup(memory_.descriptor()));
  if (its_socket.number() < 0 || its_output.number() < 0 || its_memory.number() < 0) return of_machine("no descriptor is left");
  // Beyond its limit an allocation fails; one that is used goes past the limit first, and is told (over_memory).
  const std::vector<std::string> words{"boresight", worker_word, library, fmt::format("{}", 2 * limits_.memory_bytes)};
  const int error = spawn_worker(words, {its_memory.number(), its_socket.number(), its_output.number()}, pid_);
  if (error == 0) return ok();
  pid_ = -1;
  errno = error;
  return of_machine("no process");
}

Process::~Process() {
  if (!gone()) reap();
  if (socket_ >= 0) close(socket_);
  if (output_ >= 0) close(output_);
}

int Process::reap() {
  int status = 0;
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);  // it may have left its group
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  drain();
  pid_ = -1;
  return status;
}

// What it printed is kept out of ours, and its end is told where it dies.
void Process::drain() {
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = read(output_, part.data(), part.size())) > 0;) {
    printed_.append(part.data(), std::size_t(size));
    if (printed_.size() > printed_max) printed_.erase(0, printed_.size() - printed_max);
  }
}

std::string Process::last_words() {
  const std::size_t end = printed_.find_last_not_of("\n");
  if (end == std::string::npos) return "";
  const std::size_t before = printed_.find_last_of('\n', end), begin = before == std::string::npos ? 0 : before + 1;
  const std::string line = printed_.substr(begin, end - begin + 1);
  return fmt::format("; it had printed: {}", printable_line(line.substr(0, 200)));
}

void Process::ask() {
  message().crash = {};
  ++turn_;
  if (send(socket_, &turn_, 1, MSG_NOSIGNAL) != 1) died();
  wait_for_answer();
  drain();
  // What a call leaves behind adds up, though none is slow enough to be looked at on its way.
  if (message().ask == Ask::run && ++runs_ % runs_between_looks == 0 && over_memory()) stop_for_memory();
}

void Process::wait_for_answer() {
  const Clock::time_point start = Clock::now();
  const double most = message().ask == Ask::open ? std::max(limits_.seconds, load_seconds_min) : limits_.seconds;
  pollfd waiting{socket_, POLLIN, 0};
  for (bool slow = false;; slow = true) {
    if (slow && over_memory()) stop_for_memory();
    if (slow && has_ended(pid_)) died();  // what it has started may keep the socket open
    if (slow && seconds_since(start) > most) stop(fmt::format("did not return within its limit of {:g} s", most), true);
    const int ready = poll(&waiting, 1, slice_ms);
    if (ready < 0 && errno != EINTR) stop("can't be waited for", false);
    if (ready <= 0) continue;
    char turn = 0;
    if (recv(socket_, &turn, 1, 0) != 1) died();
    if (turn == turn_) return;
    stop("spoke to its judge out of turn", false);
  }
}

// Pages of its own, mapped shared or not: its code is not counted, and not the memory that it shares with the judge.
bool Process::over_memory() const {
  std::FILE* const file = std::fopen(fmt::format("/proc/{}/status", pid_).c_str(), "re");
  if (file == nullptr) return false;
  std::array<char, 256> line{};
  long long own_kib = 0, kib = 0;
  while (std::fgets(line.data(), int(line.size()), file) != nullptr)
    if (std::sscanf(line.data(), "RssAnon: %lld", &kib) == 1 || std::sscanf(line.data(), "RssShmem: %lld", &kib) == 1)
      own_kib += kib;
  std::fclose(file);
  struct stat shared{};
  const long long shared_bytes = fstat(memory_.descriptor(), &shared) == 0 ? shared.st_blocks * 512LL : 0;
  return own_kib * 1024 - shared_bytes > static_cast<long long>(limits_.memory_bytes);
}

void Process::stop_for_memory() {
  stop(fmt::format("took more memory than its limit of {}", bytes_words(limits_.memory_bytes)), false);
}

void Process::stop(const std::string& words, bool hung) {
  reap();
  throw KernelFault(words, hung);
}

void Process::died() {
  const CrashRecord crash = message().crash;
  const bool ended = ends_soon(pid_);  // it may only have closed its socket
  const int status = reap();
  if (WIFEXITED(status) && WEXITSTATUS(status) == worker_lost)
    throw KernelFault("closed the connection to its judge" + last_words());
  if (WIFEXITED(status)) throw KernelFault(fmt::format("ended its process (exit code {}){}", WEXITSTATUS(status), last_words()));
  if (!ended && WTERMSIG(status) == SIGKILL) throw KernelFault("closed the connection to its judge" + last_words());
  if (WTERMSIG(status) == SIGKILL)
    throw KernelFault("was killed from outside, as where a machine's memory is used up" + last_words());
  throw KernelFault(crash_words(crash, WTERMSIG(status)) + last_words());
}

}  // namespace boresight::strangers
