// The table in read_named() says which field becomes which tensor; shapes and types are those of problem/tensor_rules.h.
#include "properties/vector_inputs.h"

#include <algorithm>
#include <cstddef>

#include "problem/tensor_rules.h"
#include "problem/values.h"
#include "properties/representable.h"
#include "properties/vector_positions.h"

namespace boresight::properties {
namespace {

Type parameter_type(const Problem& problem) { return problem.type == Type::f64 ? Type::f64 : Type::f32; }

Entries entries_of(Type type) {
  if (type == Type::u8) return {0, 1, true, false};
  return {-largest_finite(type), largest_finite(type), false, false};
}

Shape shape_of(const TensorRule& rule) {
  Shape shape;
  for (int d = 0; d < rule.rank; ++d) shape.push_back({rule.shape[d], rule.broadcast[d]});
  return shape;
}

bool fits(Type type, const Array& array) {
  return !is_float(type) ||
         std::all_of(array.values.begin(), array.values.end(), [&](double value) { return representable(type, value); });
}

Tensor allocate(Inputs& inputs, Type type, const std::vector<std::int64_t>& shape) {
  switch (shape.size()) {
    case 1:
      return inputs.allocate(type, {shape[0]});
    case 2:
      return inputs.allocate(type, {shape[0], shape[1]});
    case 3:
      return inputs.allocate(type, {shape[0], shape[1], shape[2]});
    default:
      return inputs.allocate(type, {shape[0], shape[1], shape[2], shape[3]});
  }
}

Tensor make_tensor(Inputs& inputs, Type type, const Array& array) {
  const Tensor tensor = allocate(inputs, type, array.shape);
  for (std::size_t i = 0; i < array.values.size(); ++i) store(tensor.data, type, std::int64_t(i), array.values[i]);
  return tensor;
}

// Rows first .. first + count of a contiguous [B][G][rows][width] tensor.
Tensor rows(Tensor tensor, std::int64_t first, std::int64_t count) {
  tensor.data = static_cast<std::byte*>(tensor.data) + first * tensor.stride[2] * std::int64_t(bytes(tensor.type));
  tensor.shape[2] = count;
  return tensor;
}

class InputsReader {
 public:
  InputsReader(Fields& fields, Vector& vector, Complaint& complaint)
      : fields_(fields), vector_(vector), problem_(vector.problem), tensors_(vector.inputs.tensors), complaint_(complaint) {}

  void read_positions() {
    const auto positions = properties::read_positions(fields_, problem_, complaint_);
    problem_.custom_positions = positions.has_value();
    if (complaint_ || !positions) return;
    tensors_.query_positions = make_tensor(vector_.inputs, Type::i32, positions->query);
    tensors_.key_positions = make_tensor(vector_.inputs, Type::i32, positions->key);
  }

  // [alibi_heads], for the first heads, or [B][H]; absent: geometric.
  void read_slopes() {
    if (problem_.bias.kind != BiasKind::alibi || !fields_.has("slopes")) return;
    const Type type = parameter_type(problem_);
    const Shape per_head{{problem_.bias.alibi_heads}}, per_batch{{problem_.batch}, {problem_.heads}};
    Array slopes = fields_.array("slopes", {per_head, per_batch}, entries_of(type));
    if (complaint_) return;
    problem_.bias.slopes = slopes.shape.size() == 2 ? Slopes::per_batch : Slopes::per_head;
    problem_.bias.alibi_heads = 0;  // of no meaning where slopes are data
    if (slopes.shape.size() == 1) {
      slopes.values.resize(std::size_t(problem_.heads));
      slopes.shape = {1, problem_.heads};
    }
    vector_.exact_parameters &= fits(type, slopes);
    tensors_.slopes = make_tensor(vector_.inputs, type, slopes);
  }

  void read_named() {
    struct Name {
      const char* field;
      Tensor Tensors::* member;
    };
    static constexpr Name names[] = {
        {"q", &Tensors::q},
        {"mem_k", &Tensors::mem_k},
        {"mem_v", &Tensors::mem_v},
        {"key_mask", &Tensors::key_mask},
        {"mem_mask", &Tensors::memory_mask},
        {"attn_mask", &Tensors::attention_mask},
        {"t5_table", &Tensors::bucket_table},
        {"distance_table", &Tensors::distance_table},
        {"bias", &Tensors::dense},
        {"forget", &Tensors::forget},
        {"sink", &Tensors::sinks},
        {"rotary_inv_freq", &Tensors::inverse_frequency},
        {"xpos_scale", &Tensors::xpos_scale},
    };
    const auto rules = tensor_rules(problem_);
    for (const Name& name : names) {
      const auto is_its = [&](const TensorRule& rule) { return rule.member == name.member; };
      read_one(name.field, *std::find_if(rules.begin(), rules.end(), is_its));
    }
  }

  // Memories and segment are one tensor in the file and two views of one block here.
  void read_parts(const char* field, std::int64_t width, Tensor Tensors::* memory, Tensor Tensors::* segment) {
    const Shape shape{{problem_.batch}, {problem_.kv_heads}, {problem_.memories + problem_.segment}, {width}};
    const Array array = fields_.array(field, {shape}, entries_of(problem_.type));
    if (complaint_) return;
    vector_.exact &= fits(problem_.type, array);
    const Tensor block = make_tensor(vector_.inputs, problem_.type, array);
    tensors_.*memory = rows(block, 0, problem_.memories);
    tensors_.*segment = rows(block, problem_.memories, problem_.segment);
  }

 private:
  // A field without need is left to no_others(), which tells it.
  void read_one(const char* field, const TensorRule& rule) {
    const bool may_be_absent = rule.need == Need::optional || rule.elements() == 0;
    if (complaint_ || rule.need == Need::unused || (may_be_absent && !fields_.has(field))) return;
    Entries entries = entries_of(rule.type);
    entries.null = rule.member == &Tensors::dense || rule.member == &Tensors::sinks;
    const Array array = fields_.array(field, {shape_of(rule)}, entries);
    if (complaint_) return;
    (rule.rows ? vector_.exact : vector_.exact_parameters) &= fits(rule.type, array);
    tensors_.*rule.member = make_tensor(vector_.inputs, rule.type, array);
  }

  Fields& fields_;
  Vector& vector_;
  Problem& problem_;
  Tensors& tensors_;
  Complaint& complaint_;
};

}  // namespace

void read_inputs(Fields& fields, Vector& vector, Complaint& complaint) {
  InputsReader reader(fields, vector, complaint);
  reader.read_positions();
  reader.read_slopes();
  reader.read_named();
  reader.read_parts("k", vector.problem.head_dim, &Tensors::memory_k, &Tensors::segment_k);
  reader.read_parts("v", vector.problem.value_dim, &Tensors::memory_v, &Tensors::segment_v);
  fields.ignore({"t5_bucket"});  // what the source made of t5_table; ours is computed
  if (vector.problem.bias.kind == BiasKind::distance_table) fields.ignore({"distance_table"});  // no rows or no keys: no need
  fields.no_others();
}

}  // namespace boresight::properties
