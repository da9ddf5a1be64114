/* The C interface for attention kernels in a shared library: what `boresight check ./libmine.so` loads and judges.
 *
 * A library exports one function, boresight_kernels(), which returns the table of its kernels. The smallest one:
 *
 *   static const char* run(void* context, const boresight_problem* p, const boresight_tensors* t, const boresight_options* o);
 *   static const boresight_kernel mine = {BORESIGHT_KERNEL_HEAD, .name = "mine", .flags = BORESIGHT_CONTIGUOUS, .run = run};
 *   BORESIGHT_EXPORT_KERNELS(&mine)
 *
 * Tensors are DLPack's. What is to be computed is stated in reference/README.md; the names here are the names there. C11, and
 * C++. Structs grow at their end alone, and a member that is 0 means what it meant before it was there (docs/stability.md).
 */
#ifndef BORESIGHT_H
#define BORESIGHT_H

#include <dlpack/dlpack.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of this interface; another number is another interface, and a library of it is refused with both numbers. */
#define BORESIGHT_ABI_VERSION 1

#define BORESIGHT_UNLIMITED (-1) /* a window side that hides nothing */

enum boresight_bias {
  BORESIGHT_BIAS_NONE,
  BORESIGHT_BIAS_ALIBI,            /* -slope[h] * |distance| */
  BORESIGHT_BIAS_RELATIVE_BUCKETS, /* T5: bias_scale * bucket_table[bucket(distance)][h] */
  BORESIGHT_BIAS_DISTANCE_TABLE,   /* distance_table[h][distance + queries - 1] */
  BORESIGHT_BIAS_DENSE,            /* dense[b][h][i][c - mem_kv] */
  BORESIGHT_BIAS_FORGET            /* forget[b][h][memories + tq] - forget[b][h][memories + tk] */
};
enum boresight_slopes { BORESIGHT_SLOPES_GEOMETRIC, BORESIGHT_SLOPES_PER_HEAD, BORESIGHT_SLOPES_PER_BATCH };
enum boresight_head_map { BORESIGHT_HEADS_GROUPED, BORESIGHT_HEADS_TILED }; /* h / (H/G); h mod G */
enum boresight_softcap_order { BORESIGHT_SOFTCAP_AFTER_BIAS, BORESIGHT_SOFTCAP_BEFORE_BIAS };
enum boresight_rotary_pairs { BORESIGHT_PAIRS_ADJACENT, BORESIGHT_PAIRS_HALVES }; /* (2r, 2r+1); (r, r + R/2) */
enum boresight_type { BORESIGHT_F32, BORESIGHT_BF16, BORESIGHT_F16, BORESIGHT_F64 };
enum boresight_merge { BORESIGHT_MERGE_BY_MAX_AND_SUM, BORESIGHT_MERGE_BY_LSE };

/* What a call computes. Columns: [ mem_kv | memories | segment ]; query row i stands at segment - queries + i. */
typedef struct boresight_problem {
  int64_t batch, heads, kv_heads, head_dim, value_dim; /* B, H, G, D, Dv; G divides H */
  int64_t queries, segment, memories, mem_kv;          /* n, S, M, P */
  int32_t type;                                        /* boresight_type of q, k, v and out */
  int32_t zero_kv;                                     /* 1: one more column in front, key and value zero, never hidden */
  int32_t causal;
  int32_t head_map;                  /* boresight_head_map */
  int64_t window_left, window_right; /* in positions, inclusive; BORESIGHT_UNLIMITED hides nothing */
  double scale;                      /* of q.k alone, as it is to be used: given, or 1 / sqrt(head_dim) */
  double softcap;                    /* 0: none */
  int32_t softcap_order;             /* boresight_softcap_order */
  int32_t sink;                      /* 1: boresight_tensors.sinks is given */
  int32_t custom_positions;          /* 1: query_positions and key_positions are given */

  int32_t bias;        /* boresight_bias */
  int32_t slopes;      /* boresight_slopes */
  int64_t alibi_heads; /* geometric slopes for the first so many heads; heads past those have slope 0 */
  int64_t buckets, max_distance;
  int32_t bidirectional; /* of the buckets: a switch of its own, not the causality */
  double bias_scale;

  int64_t rotary_dims; /* R, the first entries of head_dim that turn; 0: no rotary */
  int32_t rotary_pairs;
  double rotary_base, rotary_base_rescale, rotary_interpolation;
  int32_t rotary_frequencies_as_data; /* 1: boresight_tensors.inverse_frequency instead of base and base_rescale */
  int32_t xpos, xpos_scales_as_data;
  double xpos_scale_base, xpos_center;
} boresight_problem;

/* NULL: absent, as a tensor without elements may be (queries or segment 0). [..] are shapes, B|1 either of the two; a dimension
 * of size 1 where it could be more is broadcast. "float" is the problem's type; parameters are f32, and f64 in an f64 problem.
 * Masks are u8, 1: may be attended to. Strides are never NULL, and may be negative. */
typedef struct boresight_tensors {
  const DLTensor* q;                     /* [B][H][n][D] float */
  const DLTensor *mem_k, *mem_v;         /* [G][P][D], [G][P][Dv] float: the same for every sequence */
  const DLTensor *memory_k, *memory_v;   /* [B][G][M][D], [B][G][M][Dv] float */
  const DLTensor *segment_k, *segment_v; /* [B][G][S][D], [B][G][S][Dv] float */
  const DLTensor* key_mask;              /* [B][S] u8 */
  const DLTensor* memory_mask;           /* [B][M] u8 */
  const DLTensor* attention_mask;        /* [B|1][H|1][n][P+M+S] u8 */
  const DLTensor* slopes;                /* [B|1][H] */
  const DLTensor* bucket_table;          /* [buckets][H] */
  const DLTensor* distance_table;        /* [H][M+S+n-1] */
  const DLTensor* dense;                 /* [B|1][H|1][n][M+S] parameter, or float; -inf hides */
  const DLTensor* forget;                /* [B][H][M+S] */
  const DLTensor* sinks;                 /* [H] */
  const DLTensor* query_positions;       /* [B|1][n] i32 */
  const DLTensor* key_positions;         /* [B|1][M+S] i32 */
  const DLTensor* inverse_frequency;     /* [R/2] */
  const DLTensor* xpos_scale;            /* [R/2] */
  const DLTensor* out;                   /* [B][H][n][Dv] float: to be written */
  const DLTensor* lse;                   /* [B][H][n]: to be written; NULL: not asked for */
} boresight_tensors;

/* How to run, never what to compute. 0: the kernel chooses. A kernel may pass over any of it. */
typedef struct boresight_options {
  int64_t tile_queries, tile_keys, splits;
  int32_t threads;
} boresight_options;

/* The arithmetic that a kernel declares: an upper bound on each rounding that it commits. It decides the certified bound, so a
 * looser promise lets more through, and a tighter one than is kept fails. Comes filled in for a plain loop in f32: chains of
 * head_dim and of columns + 2 additions, columns + 1 rescales, exp within 2^-23. */
typedef struct boresight_arithmetic {
  double accumulator_roundoff;             /* 2^-24 to nearest, 2^-23 truncating */
  int64_t dot_chain;                       /* additions on the longest path of one q.k */
  int64_t value_chain;                     /* additions on the longest path of one output element, and of the denominator */
  int64_t rescales;                        /* most changes of a row's running maximum, merges of parts included */
  int32_t accumulator;                     /* boresight_type whose smallest numbers bound what products lose to underflow */
  int32_t rotated;                         /* boresight_type in which rotated q and k are stored */
  int32_t scaled_query;                    /* boresight_type of q where the scale is folded into it; f32: not narrowed */
  int32_t scores;                          /* boresight_type in which scores are stored before the exponential */
  int32_t weights;                         /* boresight_type in which weights meet values */
  int32_t exp_argument_roundings;          /* 1 for exp(s - m), 2 or 3 by way of exp2 */
  double exp_error, tanh_error, log_error; /* relative, for an exact argument */
  double angle_error;                      /* of a rotary angle, relative to the angle */
  double turn_error;                       /* of cos and sin, absolute, and of an XPOS factor, relative */
  int32_t flushes_subnormals;
  int32_t merge; /* boresight_merge */
} boresight_arithmetic;

enum boresight_flags {
  /* Row-major tensors alone: the harness lays all out so, and the kernel is not judged on strides. */
  BORESIGHT_CONTIGUOUS = 1,
  /* Promised: a sequence's bits do not depend on what else is in the batch. */
  BORESIGHT_BATCH_INVARIANT = 2,
  /* Gives out alone: it is never asked for lse, and is not judged on it. */
  BORESIGHT_WITHOUT_LSE = 4
};

/* One kernel. All text is UTF-8, and stays where it is. `context` is handed back with every call. Calls come one at a time to a
 * process, from one thread; several processes may run the same library. What it prints is dropped. */
typedef struct boresight_kernel {
  size_t struct_size;  /* sizeof(boresight_kernel), by BORESIGHT_KERNEL_HEAD */
  size_t problem_size; /* sizeof(boresight_problem), the same: what the kernel was compiled to understand */
  const char* name;    /* letters, digits and - _ . / @, at most 63 */
  uint32_t flags;      /* boresight_flags */
  /* Readings that the kernel follows on purpose (`boresight list readings`), separated by spaces; NULL or "": none. It is judged
   * by them instead of the specification. */
  const char* documented;
  uint32_t alignment; /* of every tensor's first byte that the kernel needs, a power of two up to 4096; 0: its element's */
  void* context;
  /* Why the call is not supported, in words that may go on after a colon with this call's numbers; NULL: it is. Inputs have no
   * data yet, and out and lse are not there yet: where lse is asked for it is to be given. NULL for the function: all is
   * supported. */
  const char* (*unsupported)(void* context, const boresight_problem* problem, const boresight_tensors* tensors);
  /* Changes what the kernel does otherwise than a plain loop in f32. NULL in place of the function: nothing. */
  void (*arithmetic)(void* context, const boresight_problem* problem, const boresight_options* options,
                     boresight_arithmetic* declared);
  /* Computes out, and lse where present, and has ended all work when it returns. NULL: done; else what went wrong, in words.
   * Required. */
  const char* (*run)(void* context, const boresight_problem* problem, const boresight_tensors* tensors,
                     const boresight_options* options);
} boresight_kernel;

typedef struct boresight_library {
  uint32_t abi_version; /* BORESIGHT_ABI_VERSION */
  uint32_t count;       /* of kernels, at least 1 */
  const boresight_kernel* const* kernels;
} boresight_library;

#if defined(_WIN32)
#define BORESIGHT_PUBLIC __declspec(dllexport)
#else
#define BORESIGHT_PUBLIC __attribute__((visibility("default")))
#endif

#define BORESIGHT_KERNEL_HEAD .struct_size = sizeof(boresight_kernel), .problem_size = sizeof(boresight_problem)

/* What a library exports. */
BORESIGHT_PUBLIC const boresight_library* boresight_kernels(void);

/* Defines it: BORESIGHT_EXPORT_KERNELS(&mine, &other) */
#define BORESIGHT_EXPORT_KERNELS(...)                                                                              \
  const boresight_library* boresight_kernels(void) {                                                               \
    static const boresight_kernel* const kernels[] = {__VA_ARGS__};                                                \
    static const boresight_library library = {BORESIGHT_ABI_VERSION, sizeof kernels / sizeof kernels[0], kernels}; \
    return &library;                                                                                               \
  }

/* The address of one element of a tensor, a dimension of size 1 broadcast. In C: boresight_at(t->q, 4, (int64_t[]){b, h, i, d}).
 */
static inline void* boresight_at(const DLTensor* tensor, int32_t rank, const int64_t* index) {
  int64_t offset = 0;
  for (int32_t k = 0; k < rank; ++k) offset += tensor->shape[k] == 1 ? 0 : index[k] * tensor->strides[k];
  return (char*)tensor->data + (int64_t)tensor->byte_offset + offset * (int64_t)((tensor->dtype.bits + 7) / 8);
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* BORESIGHT_H */
