#include "strangers/apart.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include "problem/printable.h"
#include "strangers/convert.h"
#include "strangers/placed.h"

namespace boresight::strangers {
namespace {

// A call in so many ends with a wait, to see whether something is still at work; and the first of each process, so that a
// replay sees it as well.
constexpr std::uint64_t calls_between_waits = 64;
constexpr useconds_t first_wait_us = 20'000, wait_us = 2'000;
constexpr int late_looks = 20;

// A process costs descriptors, and many kernels times many threads are more than a machine gives: beyond so many that wait for
// their next call, the next to wait is ended.
constexpr int idle_max = 256;
std::atomic<int> idle_of_all{0};

struct Worker {
  std::unique_ptr<Process> process;
  std::uint64_t calls = 0;
  std::optional<Records> resting;  // the call whose outputs lie poisoned in its memory
};

// The processes of one kernel: as many as threads that ask at a time. Kernels of a library do not share them, so that none is
// blamed for what another has left behind.
class Workers {
 public:
  Workers(std::string library, const Limits& limits) : library_(std::move(library)), limits_(limits) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() { idle_of_all -= int(idle_.size()); }

  Result<std::unique_ptr<Worker>> take() {
    {
      const std::lock_guard guard(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Worker> worker = std::move(idle_.back());
        idle_.pop_back();
        --idle_of_all;
        return worker;
      }
    }
    Result<std::unique_ptr<Process>> process = Process::begin(library_, limits_);
    if (!process) return process.error();
    auto worker = std::make_unique<Worker>();
    worker->process = std::move(*process);
    return worker;
  }

  void give_back(std::unique_ptr<Worker> worker) {
    if (worker->process->gone() || idle_of_all >= idle_max) return;
    ++idle_of_all;
    const std::lock_guard guard(mutex_);
    idle_.push_back(std::move(worker));
  }

 private:
  const std::string library_;
  const Limits limits_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
};

// One of a library's kernels, as each of the functions of a Kernel knows it.
struct Subject {
  std::shared_ptr<Workers> workers;
  std::uint32_t number = 0;
  Wishes wishes;
};

// A worker for as long as it is needed. Where there can be none, the fault that says why.
class Borrowed {
 public:
  explicit Borrowed(const Subject& subject) : workers_(*subject.workers) {
    Result<std::unique_ptr<Worker>> taken = workers_.take();
    if (!taken) throw KernelFault("can't be started again: " + taken.error().text());
    worker_ = std::move(*taken);
    message().kernel = subject.number;
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() { workers_.give_back(std::move(worker_)); }
  Worker& operator*() const { return *worker_; }
  Worker* operator->() const { return worker_.get(); }
  const SharedMemory& memory() const { return worker_->process->memory(); }
  Message& message() const { return worker_->process->message(); }

 private:
  Workers& workers_;
  std::unique_ptr<Worker> worker_;
};

// Asked before a call, it can't say that the question itself went wrong: the call that follows on this thread does. Until then
// the kernel is asked no more, since each question might take as long.
struct WrongBeforeCall {
  const Workers* kernel = nullptr;
  std::optional<KernelFault> fault;
};
thread_local WrongBeforeCall wrong_before_call;

bool is_wrong(const Subject& subject) { return wrong_before_call.fault && wrong_before_call.kernel == subject.workers.get(); }

template <class Default>
auto asked_before_call(const Subject& subject, const char* what, Default otherwise, auto question) {
  if (is_wrong(subject)) return otherwise();
  try {
    return question();
  } catch (const KernelFault& fault) {
    wrong_before_call = {subject.workers.get(), KernelFault(fmt::format("{} (asked {})", fault.what(), what), fault.hung)};
    return otherwise();
  }
}

void put_question(const Borrowed& worker, Ask ask, const Problem& problem, const Options& options) {
  Message& message = worker.message();
  message.ask = ask;
  message.problem = to_c(problem);
  message.options = to_c(options);
  message.arithmetic = plain_arithmetic(problem);
}

std::string text_of(const Message& message) { return printable_line({message.text, strnlen(message.text, text_max)}); }

// Throws what the answer says is wrong.
void look_at_answer(const Message& message) {
  if (message.answer == Answer::threw) throw KernelFault("threw: " + text_of(message));
  if (message.answer == Answer::changed_environment)
    throw KernelFault("left another rounding mode, or flushing of subnormals, to its caller");
}

std::string unsupported(const Subject& subject, const Problem& problem, const Tensors& tensors) {
  return asked_before_call(
      subject, "what it supports", [] { return std::string(); },
      [&] {
        const Borrowed worker(subject);
        put_question(worker, Ask::unsupported, problem, {});
        worker.message().tensors = described(tensors, subject.wishes);
        worker->process->ask();
        look_at_answer(worker.message());
        if (worker.message().answer != Answer::said) return std::string();
        const std::string why = text_of(worker.message());
        return why.empty() ? "no reason is given" : why;
      });
}

Arithmetic arithmetic(const Subject& subject, const Problem& problem, const Options& options) {
  const auto plain = [&] { return *from_c(plain_arithmetic(problem)); };
  return asked_before_call(subject, "what it promises", plain, [&] {
    const Borrowed worker(subject);
    put_question(worker, Ask::arithmetic, problem, options);
    worker->process->ask();
    look_at_answer(worker.message());
    const Result<Arithmetic> declared = from_c(worker.message().arithmetic);
    if (!declared) throw KernelFault("promises what is no arithmetic: " + declared.error().text());
    return *declared;
  });
}

// Outputs that were not there when it returned may come yet.
void see_it_write_late(const Borrowed& worker) {
  for (int look = 0; look < late_looks; ++look) {
    usleep(wait_us);
    if (!at_rest(*worker->resting, worker.memory()))
      throw KernelFault("returned before its work was done: outputs came after it had returned");
  }
}

// After a call: nothing may be at work any more.
void see_it_at_rest(const Borrowed& worker) {
  const bool first = worker->calls == 1;
  if (!first && worker->calls % calls_between_waits != 0) return;
  usleep(first ? first_wait_us : wait_us);
  if (!at_rest(*worker->resting, worker.memory())) throw KernelFault("wrote to its outputs after it had returned");
}

void run(const Subject& subject, const Problem& problem, const Tensors& tensors, const Options& options) {
  if (is_wrong(subject)) throw *std::exchange(wrong_before_call.fault, std::nullopt);
  const Borrowed worker(subject);
  const bool disturbed = worker->resting && !at_rest(*worker->resting, worker.memory());
  put_question(worker, Ask::run, problem, options);
  const Records call = described(tensors, subject.wishes);
  if (const std::string why = place(call, tensors, subject.wishes, worker.memory()); !why.empty()) throw KernelFault(why);
  ++worker->calls;
  worker->process->ask();
  worker->resting = call;
  const std::string did = take_back(call, tensors, subject.wishes, worker.memory());
  const Message& message = worker.message();
  if (disturbed) throw KernelFault("wrote to its outputs after it had returned (from the call before)");
  look_at_answer(message);
  if (!did.empty()) throw KernelFault(did);
  if (message.answer == Answer::said) throw KernelFault("reported: " + text_of(message));
  if (left_unwritten(*worker->resting, worker.memory())) see_it_write_late(worker);
  see_it_at_rest(worker);
}

std::vector<std::string> words_of(const char* text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Kernel kernel_of(const KernelRecord& record, Subject subject) {
  subject.wishes = {(record.flags & BORESIGHT_CONTIGUOUS) != 0, record.alignment};
  Kernel kernel;
  kernel.name = record.name;
  kernel.instruction_set = "apart";
  kernel.batch_invariant = (record.flags & BORESIGHT_BATCH_INVARIANT) != 0;
  kernel.without_lse = (record.flags & BORESIGHT_WITHOUT_LSE) != 0;
  kernel.contiguous = subject.wishes.contiguous;
  kernel.documented = words_of(record.documented);
  kernel.unsupported = [subject](const Problem& p, const Tensors& t) { return unsupported(subject, p, t); };
  kernel.arithmetic = [subject](const Problem& p, const Options& o) { return arithmetic(subject, p, o); };
  kernel.run = [subject](const Problem& p, const Tensors& t, const Options& o) { run(subject, p, t, o); };
  return kernel;
}

// As many as this user may have.
void allow_many_descriptors() {
  rlimit now{};
  if (getrlimit(RLIMIT_NOFILE, &now) != 0) return;
  now.rlim_cur = now.rlim_max;
  setrlimit(RLIMIT_NOFILE, &now);
}

}  // namespace

Result<std::vector<Kernel>> kernels_apart(const std::string& library, const Limits& limits) {
  allow_many_descriptors();
  const Result<std::unique_ptr<Process>> first = Process::begin(library, limits);
  if (!first) return first.error();
  std::vector<Kernel> kernels;
  const Message& message = (*first)->message();
  for (std::uint32_t k = 0; k < message.kernel_count && k < kernels_max; ++k)
    kernels.push_back(kernel_of(message.kernels[k], {std::make_shared<Workers>(library, limits), k, {}}));
  return kernels;
}

}  // namespace boresight::strangers
