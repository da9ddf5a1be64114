// Kernels that try to get through without being right: each must fail (or be UNTESTED where it says so), and be told by words
// that say what it does. The comment above each kernel is what it must be called. The last one is honest: no other may harm it.
#include "strangers/honest.h"

#include <unistd.h>

#include <cfenv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>
#include <tuple>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace {

using honest::at, honest::attend, honest::for_each_row, honest::kernel;
using Problem = const boresight_problem;
using Tensors = const boresight_tensors;
using Options = const boresight_options;

// Each output element by function of its indices.
template <class Function>
void for_each_output(Problem& p, Tensors& t, Function function) {
  for_each_row(p, [&](int64_t b, int64_t h, int64_t i) {
    for (int64_t d = 0; d < p.value_dim; ++d) function(at(t.out, b, h, i, d), b, h, i, d);
  });
}

using Outputs = std::vector<float>;

Outputs copied(Problem& p, Tensors& t) {
  Outputs outputs;
  for_each_output(p, t, [&](float& out, auto...) { outputs.push_back(out); });
  if (t.lse != nullptr) for_each_row(p, [&](int64_t b, int64_t h, int64_t i) { outputs.push_back(at(t.lse, b, h, i)); });
  return outputs;
}

void put_back(Problem& p, Tensors& t, const Outputs& outputs) {
  size_t next = 0;
  for_each_output(p, t, [&](float& out, auto...) { out = outputs[next++]; });
  if (t.lse != nullptr) for_each_row(p, [&](int64_t b, int64_t h, int64_t i) { at(t.lse, b, h, i) = outputs[next++]; });
}

// Of a tensor, with shape and strides of its own: for a thread that outlives the call.
struct Kept {
  std::vector<int64_t> shape, strides;
  DLTensor tensor;

  explicit Kept(const DLTensor* from)
      : shape(from->shape, from->shape + from->ndim), strides(from->strides, from->strides + from->ndim), tensor(*from) {}
  const DLTensor* view() {
    tensor.shape = shape.data();
    tensor.strides = strides.data();
    return &tensor;
  }
};

// Writes these outputs where they belong, some milliseconds after the call has returned.
void write_later(Problem& p, Tensors& t, Outputs outputs) {
  std::thread([p, out = Kept(t.out), lse = t.lse != nullptr ? std::vector{Kept(t.lse)} : std::vector<Kept>(), outputs]() mutable {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    boresight_tensors later{};
    later.out = out.view();
    later.lse = lse.empty() ? nullptr : lse.front().view();
    put_back(p, later, outputs);
  }).detach();
}

// "on other data in the same memory": results are kept by the address of q.
const char* remembers(void*, Problem* p, Tensors* t, Options*) {
  using Key = std::tuple<const void*, int64_t, int64_t, int64_t, int64_t>;
  static std::map<Key, Outputs> known;
  if (p->queries == 0) return nullptr;
  Outputs& outputs = known[Key{t->q->data, p->batch * p->heads, p->queries, p->value_dim, p->mem_kv + p->memories + p->segment}];
  const size_t size = size_t(p->batch * p->heads * p->queries * (p->value_dim + (t->lse != nullptr ? 1 : 0)));
  if (outputs.size() == size) return put_back(*p, *t, outputs), nullptr;
  attend(*p, *t);
  outputs = copied(*p, *t);
  return nullptr;
}
constexpr boresight_kernel remembers_addresses = kernel("cheat/remembers-addresses", remembers);

// outside the bound; a diagnosis may say that every visible key weighs the same.
const char* mean(void*, Problem* p, Tensors* t, Options*) { return attend(*p, *t, {.equal_weights = true}), nullptr; }
constexpr boresight_kernel mean_of_visible = kernel("cheat/mean-of-the-visible", mean);

// outside the bound; a diagnosis may say that outputs are all the same.
const char* zeros(void*, Problem* p, Tensors* t, Options*) {
  for_each_output(*p, *t, [](float& out, auto...) { out = 0; });
  if (t->lse != nullptr) for_each_row(*p, [&](int64_t b, int64_t h, int64_t i) { at(t->lse, b, h, i) = 0; });
  return nullptr;
}
constexpr boresight_kernel all_zeros = kernel("cheat/zeros", zeros);

// outputs are not written when the call returns.
const char* late(void*, Problem* p, Tensors* t, Options*) {
  const Outputs before = copied(*p, *t);
  attend(*p, *t);
  const Outputs right = copied(*p, *t);
  put_back(*p, *t, before);
  return write_later(*p, *t, right), nullptr;
}
constexpr boresight_kernel writes_late = kernel("cheat/writes-late", late);

// "wrote after it had returned": right at once, and from a thread again.
const char* again(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  return write_later(*p, *t, copied(*p, *t)), nullptr;
}
constexpr boresight_kernel writes_again = kernel("cheat/writes-again-later", again);

float* element(const DLTensor* tensor, int64_t offset) {
  return reinterpret_cast<float*>(static_cast<char*>(tensor->data) + tensor->byte_offset) + offset;
}

// How far the last element lies behind the first, where all strides go forward.
int64_t last_offset(const DLTensor* tensor) {
  int64_t offset = 0;
  for (int32_t k = 0; k < tensor->ndim; ++k)
    offset += std::max<int64_t>(tensor->strides[k], 0) * std::max<int64_t>(tensor->shape[k] - 1, 0);
  return offset;
}
int64_t first_offset(const DLTensor* tensor) {
  int64_t offset = 0;
  for (int32_t k = 0; k < tensor->ndim; ++k)
    offset += std::min<int64_t>(tensor->strides[k], 0) * std::max<int64_t>(tensor->shape[k] - 1, 0);
  return offset;
}

// wrote outside its outputs: one element past the end.
const char* past(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  if (p->queries > 0) *element(t->out, last_offset(t->out) + 1) = 1;
  return nullptr;
}
constexpr boresight_kernel writes_past = kernel("cheat/writes-past-the-end", past);

// wrote outside its outputs: one element before the first.
const char* before(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  if (p->queries > 0) *element(t->out, first_offset(t->out) - 1) = 1;
  return nullptr;
}
constexpr boresight_kernel writes_before = kernel("cheat/writes-before-the-start", before);

// wrote outside its outputs: between two rows, where the layout leaves a gap.
const char* gap(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  if (p->queries > 1 && t->out->strides[3] == 1 && t->out->strides[2] > p->value_dim)
    *(&at(t->out, 0, 0, 0, p->value_dim - 1) + 1) = 1;
  return nullptr;
}
constexpr boresight_kernel writes_gap = kernel("cheat/writes-between-rows", gap);

// changed its inputs.
const char* in_place(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  for_each_row(*p, [&](int64_t b, int64_t h, int64_t i) {
    for (int64_t d = 0; d < p->head_dim; ++d) at(t->q, b, h, i, d) *= float(p->scale);
  });
  return nullptr;
}
constexpr boresight_kernel scales_in_place = kernel("cheat/scales-q-in-place", in_place);

// NaN.
const char* nan_run(void*, Problem* p, Tensors* t, Options*) {
  for_each_output(*p, *t, [](float& out, auto...) { out = NAN; });
  if (t->lse != nullptr) for_each_row(*p, [&](int64_t b, int64_t h, int64_t i) { at(t->lse, b, h, i) = NAN; });
  return nullptr;
}
constexpr boresight_kernel all_nan = kernel("cheat/nan-everywhere", nan_run);

// the second call differs: noise of a thousandth, by a counter.
const char* noise(void*, Problem* p, Tensors* t, Options*) {
  static unsigned calls = 0;
  attend(*p, *t);
  const float factor = 1 + 1e-3f * float(calls++ % 7);
  for_each_output(*p, *t, [&](float& out, auto...) { out *= factor; });
  return nullptr;
}
constexpr boresight_kernel noisy = kernel("cheat/noisy", noise);

// a sequence's result depends on another sequence of the batch.
const char* neighbours(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  for_each_output(*p, *t, [&](float& out, int64_t b, int64_t h, int64_t i, int64_t) {
    if (b + 1 < p->batch) out += 1e-3f * at(t->q, b + 1, h, i, 0);
  });
  return nullptr;
}
constexpr boresight_kernel reads_neighbours = kernel("cheat/reads-neighbours", neighbours);

// reads past the end of its inputs: what is there does not reach an output, but reading it is not allowed.
const char* reads_on(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  if (p->queries > 0) {
    const volatile float* next = element(t->q, last_offset(t->q) + 1);
    static_cast<void>(*next);
  }
  return nullptr;
}
constexpr boresight_kernel reads_past = kernel("cheat/reads-past-the-end", reads_on);

// the same, and what is there reaches the output.
const char* uses_more(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  if (p->queries > 0) at(t->out, 0, 0, 0, 0) += 1e-3f * *element(t->q, last_offset(t->q) + 1);
  return nullptr;
}
constexpr boresight_kernel uses_past = kernel("cheat/uses-what-lies-past-the-end", uses_more);

// the last row is not written.
const char* short_run(void*, Problem* p, Tensors* t, Options*) {
  if (p->queries == 0) return nullptr;
  Outputs last;
  for (int64_t d = 0; d < p->value_dim; ++d) last.push_back(at(t->out, p->batch - 1, p->heads - 1, p->queries - 1, d));
  attend(*p, *t);
  for (int64_t d = 0; d < p->value_dim; ++d) at(t->out, p->batch - 1, p->heads - 1, p->queries - 1, d) = last[size_t(d)];
  return nullptr;
}
constexpr boresight_kernel leaves_last = kernel("cheat/leaves-the-last-row", short_run);

// reads its outputs: adds to what is there.
const char* adds_run(void*, Problem* p, Tensors* t, Options*) {
  Outputs sums = copied(*p, *t);
  attend(*p, *t);
  const Outputs right = copied(*p, *t);
  for (size_t k = 0; k < sums.size(); ++k) sums[k] += right[k];
  return put_back(*p, *t, sums), nullptr;
}
constexpr boresight_kernel adds = kernel("cheat/adds-to-its-outputs", adds_run);

// right for 200 calls, then one part in a hundred too large.
const char* two_hundred(void*, Problem* p, Tensors* t, Options*) {
  static int calls = 0;
  attend(*p, *t);
  if (++calls > 200) for_each_output(*p, *t, [](float& out, auto...) { out *= 1.01f; });
  return nullptr;
}
constexpr boresight_kernel right_for_a_while = kernel("cheat/right-for-200-calls", two_hundred);

// outside the bound beyond 64 columns, of which it takes the last 64.
const char* narrow(void*, Problem* p, Tensors* t, Options*) { return attend(*p, *t, {.columns_max = 64}), nullptr; }
constexpr boresight_kernel right_to_64 = kernel("cheat/right-to-64-columns", narrow);

// leaves the rounding mode changed.
const char* rounds_up(void*, Problem* p, Tensors* t, Options*) { return attend(*p, *t), std::fesetround(FE_UPWARD), nullptr; }
constexpr boresight_kernel leaves_rounding = kernel("cheat/leaves-rounding-upward", rounds_up);

// leaves subnormal numbers flushed to zero.
const char* flushes(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
  return nullptr;
}
constexpr boresight_kernel leaves_flushing = kernel("cheat/leaves-flush-to-zero", flushes);

// ended the process (exit code 0), whatever it printed.
const char* passes(void*, Problem*, Tensors*, Options*) {
  std::puts("PASSED: 1000 cases: 1000 judged, 0 skipped, 0 mistrusted");
  std::fflush(stdout);
  std::exit(0);
}
constexpr boresight_kernel says_passed = kernel("cheat/says-passed", passes);

// the number of threads shows.
const char* threads_run(void*, Problem* p, Tensors* t, Options* options) {
  attend(*p, *t);
  if (options->threads > 1) for_each_output(*p, *t, [](float& out, auto...) { out = std::nextafter(out, 2 * out); });
  return nullptr;
}
constexpr boresight_kernel by_threads = kernel("cheat/changes-with-threads", threads_run);

const char* honest_run(void*, Problem* p, Tensors* t, Options*) { return attend(*p, *t), nullptr; }

// UNTESTED, though it is right: it takes one query and one key alone, on which little can show.
const char* all_but_trivial(void* context, Problem* p, Tensors* t) {
  return p->queries * (p->mem_kv + p->memories + p->segment) > 1 ? "more than one query and one key"
                                                                 : honest::unsupported(context, p, t);
}
constexpr boresight_kernel refuses_most = [] {
  boresight_kernel made = kernel("cheat/takes-trivial-problems-alone", honest_run);
  made.unsupported = all_but_trivial;
  return made;
}();

// UNTESTED: it takes nothing.
constexpr boresight_kernel refuses_all = [] {
  boresight_kernel made = kernel("cheat/takes-nothing", zeros);
  made.unsupported = [](void*, Problem*, Tensors*) { return "any call"; };
  return made;
}();

// the contents of hidden keys reach the output: times zero, which is NaN where they are.
const char* times_zero(void*, Problem* p, Tensors* t, Options*) { return attend(*p, *t, {.reads_hidden_values = true}), nullptr; }
constexpr boresight_kernel nan_under_mask = kernel("cheat/hidden-times-zero", times_zero);

// UNTESTED, or told that nothing could fail under what it promises: an exponential that may be off by anything.
constexpr boresight_kernel promises_nothing = [] {
  boresight_kernel made = kernel("cheat/promises-nothing", zeros);
  made.arithmetic = [](void*, Problem*, Options*, boresight_arithmetic* declared) { declared->exp_error = 1e6; };
  return made;
}();

// broke the harness's own pipes: its answer does not come, and that is its failure.
const char* closes(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  for (int descriptor = 3; descriptor < 256; ++descriptor) close(descriptor);
  return nullptr;
}
constexpr boresight_kernel closes_descriptors = kernel("cheat/closes-all-descriptors", closes);

// answered what was not asked: it writes into every descriptor that it finds.
const char* writes_into_all(void*, Problem* p, Tensors* t, Options*) {
  static_cast<void>(p), static_cast<void>(t);
  for (int descriptor = 3; descriptor < 256; ++descriptor)
    static_cast<void>(!write(descriptor, "PASSED\n\0PASSED\n\0PASSED\n", 24));
  return nullptr;
}
constexpr boresight_kernel writes_descriptors = kernel("cheat/answers-by-itself", writes_into_all);

// Must pass beside all of them.
constexpr boresight_kernel honest_kernel = kernel("honest", honest_run);

// A failure, not the judge's end: it cuts every file that it finds open to nothing.
const char* shrinks(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  for (int descriptor = 3; descriptor < 256; ++descriptor) static_cast<void>(!ftruncate(descriptor, 0));
  return nullptr;
}
constexpr boresight_kernel shrinks_files = kernel("cheat/shrinks-what-is-open", shrinks);

// A failure, not the judge's end: it writes over all memory that it shares with anybody.
const char* scribbles(void*, Problem* p, Tensors* t, Options*) {
  attend(*p, *t);
  std::FILE* const maps = std::fopen("/proc/self/maps", "re");
  unsigned long from = 0, to = 0;
  char rights[5] = {};
  while (maps != nullptr && std::fscanf(maps, "%lx-%lx %4s%*[^\n]", &from, &to, rights) == 3)
    if (rights[1] == 'w' && rights[3] == 's') std::memset(reinterpret_cast<void*>(from), 0xff, std::min(to - from, 1ul << 20));
  if (maps != nullptr) std::fclose(maps);
  return nullptr;
}
constexpr boresight_kernel scribbles_over_memory = kernel("cheat/scribbles-over-shared-memory", scribbles);

}  // namespace

BORESIGHT_EXPORT_KERNELS(&remembers_addresses, &mean_of_visible, &all_zeros, &writes_late, &writes_again, &writes_past,
                         &writes_before, &writes_gap, &scales_in_place, &all_nan, &noisy, &reads_neighbours, &reads_past,
                         &uses_past, &leaves_last, &adds, &right_for_a_while, &right_to_64, &leaves_rounding, &leaves_flushing,
                         &says_passed, &by_threads, &refuses_most, &refuses_all, &nan_under_mask, &promises_nothing,
                         &closes_descriptors, &writes_descriptors, &shrinks_files, &scribbles_over_memory, &honest_kernel)
