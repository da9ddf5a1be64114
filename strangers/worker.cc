#include "strangers/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>
#include <thread>

#include "strangers/environment.h"
#include "strangers/library.h"
#include "strangers/shared_memory.h"

namespace boresight::strangers {
namespace {

// What the handler of fatal signals may look at: it can't be passed anything.
struct Watched {
  std::byte* base = nullptr;
  CrashRecord* crash = nullptr;
  std::uintptr_t stack_low = 0;
} watched;

void note_crash(int signal, siginfo_t* info, void*) {
  constexpr std::uintptr_t stack_reach = 1 << 20;  // how far below its end a frame may begin
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr), base = reinterpret_cast<std::uintptr_t>(watched.base);
  CrashRecord& crash = *watched.crash;
  const bool has_address = signal == SIGSEGV || signal == SIGBUS;
  crash.in_memory = has_address && address - base < memory_bytes;
  crash.in_stack = has_address && address - (watched.stack_low - stack_reach) < 2 * stack_reach;
  crash.address = crash.in_memory ? address - base : address;
  crash.signal = signal;
  raise(signal);  // once the handler has returned it kills, by an instruction that would go on behind it too
}

void watch_signals(const SharedMemory& memory) {
  static std::array<std::byte, 64 * 1024> stack;
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
  }
  watched = {memory.at(0), &memory.message().crash, reinterpret_cast<std::uintptr_t>(low)};
  stack_t alternative{};
  alternative.ss_sp = stack.data();
  alternative.ss_size = stack.size();
  sigaltstack(&alternative, nullptr);
  struct sigaction action{};
  action.sa_sigaction = note_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | int(SA_RESETHAND);  // then it dies of the signal
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP}) sigaction(signal, &action, nullptr);
}

// Whatever the kernel does, this process ends with its judge.
void end_with_judge() {
  std::thread([] {
    pollfd socket{socket_descriptor, 0, 0};  // POLLHUP alone
    while (poll(&socket, 1, -1) <= 0 || (socket.revents & (POLLHUP | POLLERR)) == 0) continue;
    _exit(worker_lost);
  }).detach();
}

void limit(int resource, rlim_t most) {
  rlimit now{};
  getrlimit(resource, &now);
  now.rlim_cur = std::min(most, now.rlim_max);
  setrlimit(resource, &now);
}

// What this process has mapped for itself before it loads anything; under a sanitizer that is much.
std::uint64_t data_bytes() {
  long long pages[6] = {};
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  for (long long& count : pages)
    if (std::fscanf(file, "%lld", &count) != 1) count = 0;
  std::fclose(file);
  return std::uint64_t(pages[5]) * std::uint64_t(sysconf(_SC_PAGESIZE));
}

void say(Message& message, Answer answer, std::string_view text) {
  message.answer = answer;
  const std::size_t size = std::min(text.size(), text_max);
  std::memcpy(message.text, text.data(), size);
  message.text[size] = 0;
}

// Runs it, and answers for what it throws, and for how it leaves this thread.
template <class Question>
void answer(Message& message, Question question) {
  const Environment before = environment();
  try {
    question();
  } catch (const std::exception& error) {
    say(message, Answer::threw, error.what());
  } catch (...) {
    say(message, Answer::threw, "something that is no std::exception");
  }
  if (environment() == before) return;
  set(before);
  if (message.answer == Answer::done) say(message, Answer::changed_environment, "");
}

// A call as the library sees it: views into the shared memory.
class Call {
 public:
  Call(const SharedMemory& memory, bool with_data) {
    for (std::size_t k = 0; k < tensor_count; ++k) {
      TensorRecord& record = memory.message().tensors[k];
      if (record.present == 0) continue;
      shapes_[k] = record;
      tensors_[k] = {with_data ? memory.at(record.at) : nullptr,
                     {kDLCPU, 0},
                     record.rank,
                     record.type,
                     shapes_[k].shape,
                     shapes_[k].stride,
                     0};
      call_.*tensor_pairs[k].theirs = &tensors_[k];
    }
    problem_ = memory.message().problem;
    options_ = memory.message().options;
  }
  const boresight_problem* problem() const { return &problem_; }
  const boresight_options* options() const { return &options_; }
  const boresight_tensors* tensors() const { return &call_; }

 private:
  std::array<TensorRecord, tensor_count> shapes_{};
  std::array<DLTensor, tensor_count> tensors_{};
  boresight_tensors call_{};
  boresight_problem problem_{};
  boresight_options options_{};
};

void say_what_it_said(Message& message, const char* said) {
  if (said != nullptr) say(message, Answer::said, said);
}

void run(const SharedMemory& memory, const boresight_kernel& kernel) {
  Message& message = memory.message();
  const Call call(memory, true);
  const char* const said = kernel.run(kernel.context, call.problem(), call.tensors(), call.options());
  // At once: what a thread that it left behind writes from here on is none of the result.
  for (std::size_t k = 0; k < tensor_count; ++k)
    if (const TensorRecord& record = message.tensors[k]; tensor_pairs[k].output && record.present != 0)
      std::memcpy(memory.at(returned_at(k)), memory.at(record.begin), record.size);
  say_what_it_said(message, said);
}

void ask(const SharedMemory& memory, const boresight_kernel& kernel) {
  Message& message = memory.message();
  const Call call(memory, false);
  if (message.ask == Ask::unsupported && kernel.unsupported != nullptr)
    say_what_it_said(message, kernel.unsupported(kernel.context, call.problem(), call.tensors()));
  if (message.ask == Ask::arithmetic && kernel.arithmetic != nullptr)
    kernel.arithmetic(kernel.context, call.problem(), call.options(), &message.arithmetic);
}

template <std::size_t size>
void copy(char (&to)[size], const char* from) {
  const std::size_t length = from == nullptr ? 0 : strnlen(from, size - 1);
  std::memcpy(to, from == nullptr ? "" : from, length);
  to[length] = 0;
}

// A library may have timers whose signals end a system call.
template <class SystemCall>
ssize_t again_if_interrupted(SystemCall call) {
  ssize_t result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

using Kernels = std::span<const boresight_kernel* const>;

std::optional<Kernels> open(const SharedMemory& memory, const char* path) {
  Message& message = memory.message();
  std::optional<Kernels> kernels;
  answer(message, [&] {
    const Result<Kernels> loaded = load(path);
    if (!loaded) return say(message, Answer::said, loaded.error().text());
    kernels = *loaded;
    message.kernel_count = std::uint32_t(kernels->size());
    for (std::size_t k = 0; k < kernels->size(); ++k) {
      const boresight_kernel& kernel = *(*kernels)[k];
      copy(message.kernels[k].name, kernel.name);
      copy(message.kernels[k].documented, kernel.documented);
      message.kernels[k].flags = kernel.flags;
      message.kernels[k].alignment = kernel.alignment;
    }
  });
  // Code that is compiled to flush subnormals says so while it is loaded. Calls begin as this thread began, whatever it says.
  if (message.answer == Answer::changed_environment) message.answer = Answer::done;
  return kernels;
}

}  // namespace

int work(int argc, char** argv) {
  if (argc != 4) return worker_lost;
  const SharedMemory memory = SharedMemory::attach(memory_descriptor);
  if (!memory.good()) return worker_lost;
  for (const int descriptor : {memory_descriptor, socket_descriptor}) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  limit(RLIMIT_CORE, 0);
  if (const std::uint64_t most = std::strtoull(argv[3], nullptr, 10); most > 0) limit(RLIMIT_DATA, data_bytes() + most);
  watch_signals(memory);
  end_with_judge();
  Message& message = memory.message();
  std::optional<Kernels> kernels;
  for (char turn = 0; again_if_interrupted([&] { return read(socket_descriptor, &turn, 1); }) == 1;) {
    message.answer = Answer::done;
    if (message.ask == Ask::open)
      kernels = open(memory, argv[2]);
    else if (message.ask == Ask::run)
      answer(message, [&] { run(memory, *(*kernels)[message.kernel]); });
    else
      answer(message, [&] { ask(memory, *(*kernels)[message.kernel]); });
    if (again_if_interrupted([&] { return write(socket_descriptor, &turn, 1); }) != 1) break;
  }
  _exit(worker_lost);  // without the library's destructors: they are not judged
}

}  // namespace boresight::strangers
