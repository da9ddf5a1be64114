// One worker as the judge sees it: asked one question after another, each within the limits. What it did in place of answering
// is told in words, and it is gone then.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "problem/kernel.h"
#include "problem/result.h"
#include "strangers/shared_memory.h"

namespace boresight::strangers {

// Of one call, and of the process's own memory. A process apart is no sandbox: a library may still read and write this user's
// files, and use the network.
struct Limits {
  double seconds = 10;
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;
};

class Process {
 public:
  // With the library loaded. The error is of the machine, or says what is wrong with the library.
  static Result<std::unique_ptr<Process>> begin(const std::string& library, const Limits& limits);
  ~Process();

  Message& message() const { return memory_.message(); }
  const SharedMemory& memory() const { return memory_; }

  // The message's question. Where it is not answered, throws a KernelFault, and the process is gone.
  void ask();
  bool gone() const { return pid_ < 0; }

 private:
  explicit Process(const Limits& limits) : limits_(limits), memory_(SharedMemory::create()) {}
  Status spawn(const std::string& library);
  void wait_for_answer();
  bool over_memory() const;
  void drain();
  std::string last_words();
  [[noreturn]] void stop(const std::string& words, bool hung);
  [[noreturn]] void stop_for_memory();
  [[noreturn]] void died();
  int reap();

  Limits limits_;
  SharedMemory memory_;
  pid_t pid_ = -1;
  int socket_ = -1, output_ = -1;
  std::string printed_;  // the end of what it has printed
  char turn_ = 0;        // the number of the question, in a byte: the answer brings it back
  std::uint64_t runs_ = 0;
};

}  // namespace boresight::strangers
