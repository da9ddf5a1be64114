// Kernel entry: attend() (problem/attend.h), called as people call it by mistake. A part of the input is a mistake:
//
//   null q                 the tensor is absent             type out bf16      of another type
//   rank segment_k 3       of another rank                  shape mem_k 1 7    dimension 1 has 7 entries
//   stride q 2 -1000000    dimension 2 steps so far, in memory that is really there
//   shift q 1              its address is off by a byte     alias out q        it lies where another one does
//   size queries -3        a number of the problem          option threads 0   how to run
//
// A call that is refused says why, and has written nothing; one that is not computes what the reference does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "fuzz/bodies.h"
#include "fuzz/cases.h"
#include "fuzz/finding.h"
#include "fuzz/memory.h"
#include "fuzz/text.h"
#include "problem/attend.h"
#include "problem/extent.h"
#include "problem/inputs.h"
#include "problem/rows.h"
#include "problem/tensor_rules.h"

namespace boresight::fuzz {
namespace {

// Every element of a tensor, row-major.
template <class Visit>
void each_element(const Tensor& tensor, Visit visit) {
  const std::size_t size = bytes(tensor.type);
  each_row(tensor, [&](const Row& row) {
    for (std::int64_t d = 0; d < row.count; ++d) visit(row.data + d * row.stride * std::int64_t(size), size);
  });
}

template <class Owner>
struct Field {
  const char* name;
  std::int64_t Owner::* member;
};
constexpr std::array<Field<Problem>, 9> sizes{{{"batch", &Problem::batch},
                                               {"heads", &Problem::heads},
                                               {"kv_heads", &Problem::kv_heads},
                                               {"head_dim", &Problem::head_dim},
                                               {"value_dim", &Problem::value_dim},
                                               {"queries", &Problem::queries},
                                               {"segment", &Problem::segment},
                                               {"memories", &Problem::memories},
                                               {"mem_kv", &Problem::mem_kv}}};
constexpr std::array<Field<Options>, 3> ways{
    {{"tile_queries", &Options::tile_queries}, {"tile_keys", &Options::tile_keys}, {"splits", &Options::splits}}};

template <class Table>
const auto& row_of(const Table& table, std::string_view name) {
  for (const auto& row : table)
    if (name == row.name) return row;
  return table[std::size_t(number_of(name)) % table.size()];
}

// One call in the making.
struct Draft {
  Problem problem;
  Tensors tensors;
  Options options;
};

// Whether a mistake is in where a tensor lies; those are made first, while every tensor is what its memory holds.
bool is_of_place(std::string_view mistake) { return mistake == "stride" || mistake == "alias"; }

class Mistakes {
 public:
  Mistakes(Draft& draft, Memory& memory) : draft_(draft), memory_(memory), rules_(tensor_rules(draft.problem)) {}

  // Those of place, or the others.
  void make(const std::vector<std::string_view>& parts, bool of_place) {
    in_memory_ = draft_.tensors;
    for (const std::string_view part : parts) {
      const auto words = words_of(part, 4);
      if (words.size() > 1 && is_of_place(words[0]) == of_place) make_one(words);
    }
  }

 private:
  void make_one(const std::vector<std::string_view>& words) {
    const TensorRule& rule = row_of(rules_, words[1]);
    Tensor& tensor = draft_.tensors.*rule.member;
    const std::int64_t first = words.size() > 2 ? number_of(words[2]) : 0, second = words.size() > 3 ? number_of(words[3]) : 0;
    const std::size_t dimension = std::size_t(first) % 4;
    if (words[0] == "stride")
      spread(tensor, dimension, second);
    else if (words[0] == "alias" && words.size() > 2)
      alias(tensor, draft_.tensors.*row_of(rules_, words[2]).member);
    else if (words[0] == "null")
      tensor.data = nullptr;
    else if (words[0] == "type" && words.size() > 2)
      retype(tensor, rule, type_of(words[2]));
    else if (words[0] == "rank")
      tensor.rank = int(first % 8);
    else if (words[0] == "shape")
      reshape(tensor, rule, dimension, second);
    else if (words[0] == "shift" && tensor)
      shift(tensor, std::min(bytes(rule.type), bytes(rule.also)), first);
    else
      change_number(words[0], words[1], first);
  }

  static Type type_of(std::string_view name_of_type) {
    for (const Type type : {Type::f32, Type::bf16, Type::f16, Type::f64, Type::u8, Type::i32})
      if (name(type) == name_of_type) return type;
    return Type(number_of(name_of_type) % 16);
  }

  // Once, and by less than an element: two halves of one would lead past the memory, and be no mistake that a call shows.
  static void shift(Tensor& tensor, std::size_t element, std::int64_t by) {
    const bool aligned = reinterpret_cast<std::uintptr_t>(tensor.data) % element == 0;
    if (aligned) tensor.data = static_cast<std::byte*>(tensor.data) + std::size_t(by) % element;
  }

  // A wider type that the rule allows would need memory that is not there; every other must be refused, or reads less.
  void retype(Tensor& tensor, const TensorRule& rule, Type type) {
    const bool allowed = type == rule.type || type == rule.also;
    if (!allowed || bytes(type) <= bytes(tensor.type)) tensor.type = type;
  }

  // More entries than there are is a mistake unless the rule asks for so many, which is then memory that is not there. So are
  // sizes of the problem together with shapes that follow them: either, or.
  void reshape(Tensor& tensor, const TensorRule& rule, std::size_t dimension, std::int64_t entries) {
    const bool asked_for = entries == rule.shape[dimension] && entries > (in_memory_.*rule.member).shape[dimension];
    if (!resized_ && !asked_for) tensor.shape[dimension] = entries, reshaped_ = true;
  }
  void change_number(std::string_view kind, std::string_view field, std::int64_t value) {
    if (kind == "size" && !reshaped_) draft_.problem.*row_of(sizes, field).member = value, resized_ = true;
    if (kind != "option") return;
    if (field != "threads")
      draft_.options.*row_of(ways, field).member = value;
    else  // many threads are no mistake, and only slow
      draft_.options.threads = value > 3 && value <= 1024 ? 3 : int(std::clamp<std::int64_t>(value, -1 << 30, 1 << 30));
  }

  // Other strides, in memory of their own. Beyond any address they must be refused; what could be somewhere, but is more than
  // we have, stays as it was.
  void spread(Tensor& tensor, std::size_t dimension, std::int64_t stride) {
    if (!tensor || tensor.elements() == 0 || !addressable(tensor)) return;
    Tensor wide = tensor;
    wide.stride[dimension] = stride;
    if (addressable(wide) && !memory_.place(wide)) return;
    if (wide.data != tensor.data) copy(tensor, wide);
    tensor = wide;
  }

  static void copy(const Tensor& from, const Tensor& to) {
    std::vector<std::byte> elements;
    each_element(from, [&](std::byte* at, std::size_t size) { elements.insert(elements.end(), at, at + size); });
    const std::byte* next = elements.data();
    each_element(to, [&](std::byte* at, std::size_t size) { std::memcpy(at, next, size), next += size; });
  }

  // Where the other's memory holds all of it.
  static void alias(Tensor& tensor, const Tensor& other) {
    if (!tensor || !other || !addressable(other)) return;
    Tensor placed = tensor;
    placed.data = other.data;
    if (!addressable(placed)) return;
    const Extent own = extent_of(placed), room = extent_of(other);
    if (own.begin >= room.begin && own.end <= room.end) tensor = placed;
  }

  Draft& draft_;
  Memory& memory_;
  Tensors in_memory_;  // as their memory has them
  decltype(tensor_rules(Problem{})) rules_;
  bool reshaped_ = false, resized_ = false;
};

// Memory of its own for an output, and its place in the draft.
void place_output(Memory& memory, Tensor& tensor, Type type, int rank, const std::array<std::int64_t, 4>& shape) {
  tensor = side_by_side({nullptr, type, rank, shape, {}});
  memory.place(tensor);
}

// The bytes of every element of an output, as its memory has them; and back.
std::vector<std::byte> bytes_of(const Tensor& tensor) {
  std::vector<std::byte> found;
  each_element(tensor, [&](const std::byte* at, std::size_t size) { found.insert(found.end(), at, at + size); });
  return found;
}
void put_back(const Tensor& tensor, const std::vector<std::byte>& were) {
  const std::byte* next = were.data();
  each_element(tensor, [&](std::byte* at, std::size_t size) { std::memcpy(at, next, size), next += size; });
}

properties::Results results_of(const Problem& p, const Tensors& tensors) {
  properties::Results results{p.batch, p.heads, p.queries, p.value_dim, {}, {}, ""};
  each_element(tensors.out, [&](const std::byte* at, std::size_t) { results.out.push_back(properties::decode(at, p.type)); });
  each_element(tensors.lse, [&](const std::byte* at, std::size_t) { results.lse.push_back(properties::decode(at, Type::f32)); });
  return results;
}

// One kernel asked to compute the draft. `out` and `lse` are where the outputs' memory really is.
std::optional<Fault> fault_of_call(const Draft& draft, const Tensor& out, const Tensor& lse, bool mistaken, HeldCall& held,
                                   const Kernel& kernel) {
  const auto out_before = bytes_of(out), lse_before = bytes_of(lse);
  const Status status = attend(kernel, draft.problem, draft.tensors, draft.options);
  if (!status) {
    const std::string why = status.error().text();
    if (why.empty()) return Fault{kernel.name + " refuses without a word", ""};
    if (bytes_of(out) != out_before || bytes_of(lse) != lse_before) return Fault{kernel.name + " refuses, and has written", why};
    if (!mistaken && kernel.unsupported(draft.problem, draft.tensors).empty())
      return Fault{kernel.name + " refuses a call without a mistake", why};
    return std::nullopt;
  }
  if (!held.invalid().empty()) return Fault{kernel.name + " takes a call that is not valid", held.invalid()};
  auto fault = fault_of(kernel.name, held.judge(kernel, draft.options, results_of(draft.problem, draft.tensors)));
  put_back(out, out_before);
  put_back(lse, lse_before);
  return fault;
}

std::optional<Fault> look(const std::string& input, const Kernels& kernels) {
  const Text text = split(input);
  const Case a_case = case_of(text.token);
  const Problem& p = a_case.problem;
  const Inputs inputs = make_inputs(a_case);
  Memory memory;
  Draft draft{p, inputs.tensors, a_case.options};
  place_output(memory, draft.tensors.out, p.type, 4, {p.batch, p.heads, p.queries, p.value_dim});
  place_output(memory, draft.tensors.lse, Type::f32, 3, {p.batch, p.heads, p.queries, 0});
  Mistakes mistakes(draft, memory);
  mistakes.make(text.parts, true);
  const Tensor out = addressable(draft.tensors.out) ? draft.tensors.out : Tensor{};
  const Tensor lse = addressable(draft.tensors.lse) ? draft.tensors.lse : Tensor{};
  mistakes.make(text.parts, false);
  const properties::Call call{draft.problem, draft.tensors};
  HeldCall held(call);
  for (const Kernel& kernel : kernels) {
    if (!kernel.unavailable.empty()) continue;
    if (auto fault = fault_of_call(draft, out, lse, !text.parts.empty(), held, kernel)) return fault;
  }
  return std::nullopt;
}

// A stride that somebody might really have, or computed wrongly.
std::int64_t drawn_stride(Choices& choices) {
  const std::int64_t sign = choices.chance(1, 3) ? -1 : 1;
  return sign * choices.one_of<std::int64_t>({0, 1, 2, choices.between(3, 300), std::int64_t{1} << choices.between(20, 33),
                                              (std::int64_t{1} << 31) + choices.between(-3, 3), std::int64_t{1} << 62});
}

std::string drawn_mistake(const Case& a_case, Choices& choices) {
  const auto rules = tensor_rules(a_case.problem);
  // Mostly a tensor that the call has.
  const auto drawn_name = [&] {
    std::vector<const char*> names;
    for (const TensorRule& rule : rules)
      if (choices.chance(1, 4) || (rule.need == Need::required && rule.elements() > 0)) names.push_back(rule.name);
    return names.empty() ? "q" : names[std::size_t(choices.pick(names.size()))];
  };
  const std::int64_t odd_number = choices.one_of<std::int64_t>({0, 1, 2, 7, -1, std::int64_t{1} << 31, INT64_MAX, INT64_MIN});
  switch (choices.pick(10)) {
    case 0:
      return fmt::format("null {}", drawn_name());
    case 1:
      return fmt::format("type {} {}", drawn_name(), choices.one_of({"f32", "bf16", "f16", "f64", "u8", "i32", "9"}));
    case 2:
      return fmt::format("rank {} {}", drawn_name(), choices.pick(6));
    case 3:
      return fmt::format("shape {} {} {}", drawn_name(), choices.pick(4), odd_number);
    case 4:
      return fmt::format("shift {} {}", drawn_name(), choices.pick(8));
    case 5:
      return fmt::format("alias {} {}", choices.chance(1, 2) ? "out" : drawn_name(), drawn_name());
    case 6:
      return fmt::format("size {} {}", sizes[std::size_t(choices.pick(sizes.size()))].name, odd_number);
    case 7:
      return fmt::format("option {} {}", choices.chance(1, 4) ? "threads" : ways[std::size_t(choices.pick(ways.size()))].name,
                         odd_number);
    default:
      return fmt::format("stride {} {} {}", drawn_name(), choices.pick(4), drawn_stride(choices));
  }
}

}  // namespace

std::string judge_kernel_entry(std::string_view input, const Kernels& kernels) {
  return finding_of_text("fuzz_kernel_entry", input, [&](const std::string& text) { return look(text, kernels); });
}

std::string mutate_kernel_entry(std::string_view input, Choices& choices) { return mutated(input, drawn_mistake, choices); }

}  // namespace boresight::fuzz
