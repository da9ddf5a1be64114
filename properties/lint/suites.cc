#include "properties/lint/suites.h"

namespace boresight::properties::lint {
namespace {

constexpr Suite table[] = {
    {"flash-attention-2", "FA2", "Dao-AILab/flash-attention: tests/test_flash_attn.py", Type::bf16, 64, "normal", "rand*0.3", "",
     "113x203,64x512,64x4096", "eager_max(2)", 1,
     "bf16 and f16, N(0, 1), slopes 0.3 U(0, 1), lengths from 113 x 203 to 2048 x 2048; max error <= 2 x that of eager "
     "attention"},
    {"flash-attention-4", "FA4", "Dao-AILab/flash-attention: tests/cute", Type::bf16, 64, "normal", "rand*0.3", "",
     "113x203,64x512,64x4096", "eager_max(2,0.3)", 1,
     "as flash-attention-2, and twice what the type loses of ref + 0.3 - 0.3 on top"},
    {"flex-attention", "Flex", "pytorch/pytorch: test/inductor/test_flex_attention.py", Type::f16, 64, "normal", "", "",
     "64x512,64x4096", "eager_mean(1.1)", 1,
     "f16, bf16 and f32, N(0, 1), mostly 2048 keys; mean error against f64 <= 1.1 x that of eager attention"},
    {"pytorch-sdpa", "SDPA", "pytorch/pytorch: test/test_transformers.py", Type::f16, 64, "rand", "", "rand",
     "113x203,64x512,64x4096", "eager_allclose(1e-3,1e-3)", 1,
     "U(0, 1) for q, k, v and the mask, lengths 4 to 2048; allclose with the larger of 1e-3 and the error of low-precision math"},
    {"ggml", "ggml", "ggml-org/ggml: tests/test-backend-ops.cpp", Type::f32, 64, "uniform", "", "", "113x203,64x512",
     "nmse(5e-4)", 1, "U(-1, 1), 113 to 1024 keys, 1 to 75 queries; normalised squared error <= 5e-4"},
    {"onednn", "oneDNN", "uxlfoundation/oneDNN: tests/benchdnn/sdpa", Type::f16, 64, "integers", "", "", "113x203", "keys_eps(8)",
     1,
     "f16 and bf16, integers in [-2, 2], as many queries as keys, 32 to 384; relative error <= 8 (1 + keys) eps, or absolute <= "
     "eps "
     "sum p abs(V)"},
    {"cudnn-frontend", "cuDNN", "NVIDIA/cudnn-frontend: test/python/sdpa", Type::bf16, 64, "sparse-integers", "", "",
     "113x203,64x512,64x4096", "isclose(2e-2,2e-2)", 1,
     "bf16 and f16, four in five values 0 and the others small integers, scale 0.125, random lengths to above 2000; isclose "
     "2e-2"},
    {"xformers", "xformers", "facebookresearch/xformers: tests/test_mem_eff_attention.py", Type::f16, 64, "normal*3", "", "",
     "113x203,64x512", "allclose(3e-2,3e-2)", 1, "f16, 3 N(0, 1), 200 random shapes; allclose 3e-2"},
    {"flashinfer", "FlashInfer", "flashinfer-ai/flashinfer: tests/attention", Type::f16, 128, "normal", "", "",
     "113x203,64x512,64x4096", "allclose(1e-3,1e-3)", 1, "f16, N(0, 1), head_dim 128, many grids; allclose 1e-3"},
    {"flashinfer-alibi", "FlashInfer ALiBi", "flashinfer-ai/flashinfer: tests/attention", Type::f16, 128, "normal", "", "",
     "113x203,64x512,64x4096", "allclose(1e-2,1e-2)", 1, "as flashinfer; allclose 1e-2, which its ALiBi tests use"},
    {"transformer-engine", "TE", "NVIDIA/TransformerEngine", Type::bf16, 64, "normal*0.1", "", "", "64x512,64x4096",
     "allclose(1.5e-2,1.5e-2)", 1, "bf16, 0.1 N(0, 1), fixed shapes; allclose 1.5e-2"},
    {"kernelbench", "KernelBench", "ScalingIntelligence/KernelBench: eval.py", Type::f16, 64, "rand", "", "rand", "64x512",
     "allclose(1e-2,1e-2)", 1,
     "f16 and bf16, U(0, 1), one fixed shape of 512 queries and keys, head_dim 1024, one trial; allclose 1e-2"},
    {"flashinfer-bench", "FI-Bench", "flashinfer-ai/flashinfer-bench: bench/evaluators/default.py", Type::bf16, 64, "normal", "",
     "", "113x203,64x512,64x4096", "finite and abs_and_rel(1e-2,1e-2)", 3,
     "bf16, N(0, 1), a workload's shapes, 3 trials; refuses NaN and infinity, then fails only where absolute and relative error "
     "both "
     "exceed 1e-2"},
};

}  // namespace

std::span<const Suite> suites() { return table; }

const Suite* find_suite(std::string_view id) {
  for (const Suite& suite : table)
    if (suite.id == id) return &suite;
  return nullptr;
}

}  // namespace boresight::properties::lint
