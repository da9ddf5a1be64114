"""Who computes attention on a GPU: our kernels by impl/cuda/attention.h, on PyTorch's memory and stream; PyTorch's
scaled_dot_product_attention by cuDNN and by FlashAttention 2; FlexAttention, ALiBi a score_mod and causality a block mask."""
import ctypes
import weakref

import torch
from torch.nn.attention import SDPBackend

from contest.contestant import Contestant, NotTaken, Prepared
from contest.ours import Options, problem, tensors_of
from contest.torch_calls import flex, sdpa


def arithmetic(row):
    """Of all who multiply bf16 on tensor cores: f32 sums that are truncated, weights in bf16, exponentials of 2 by the processor."""
    s = row.shape
    return {
        "accumulator_roundoff": 2.0**-23, "dot_chain": s.head_dim + 2, "value_chain": 2 * s.columns + 2,
        "rescales": -(-s.columns // 16) + 1,
        "weights": row.type, "exp_error": 2.0**-22, "exp_argument_roundings": 3, "flushes_subnormals": True,
    }  # fmt: skip


def ours(library):
    for function in ("plan", "run", "kernel"):
        getattr(library, f"boresight_cuda_attention_{function}").restype = ctypes.c_char_p
    library.boresight_cuda_attention_workspace.restype = ctypes.c_size_t
    for function in ("free", "kernel", "workspace"):
        getattr(library, f"boresight_cuda_attention_{function}").argtypes = [ctypes.c_void_p]

    def prepare(inputs, _threads):
        out = torch.empty_like(inputs.q)
        given = dict(inputs.parts) | {"q": inputs.q, "out": out}
        if inputs.row.alibi:
            given["slopes"] = inputs.slopes[None]
        tensors, views = tensors_of(given)
        plan, stated, options = ctypes.c_void_p(), problem(inputs.row), Options()
        if error := library.boresight_cuda_attention_plan(*map(ctypes.byref, (stated, tensors, options)), None, ctypes.byref(plan)):
            raise NotTaken(error.decode())
        weakref.finalize(out, library.boresight_cuda_attention_free, plan)
        workspace = torch.empty(library.boresight_cuda_attention_workspace(plan), dtype=torch.uint8, device=inputs.device)
        call, at, memory = library.boresight_cuda_attention_run, ctypes.byref(tensors), ctypes.c_void_p(workspace.data_ptr())
        kept = given, views, workspace

        def run(_kept=kept):
            if error := call(plan, at, memory, ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)):
                raise RuntimeError(error.decode())

        return Prepared(run, lambda _: out, library.boresight_cuda_attention_kernel(plan).decode())

    return Contestant("ours", prepare, arithmetic)


def bias(inputs):
    """inputs.bias in the type that q has, as the backends there ask for it: head by head, since in f32 it is twice as large, and once
    a row."""
    if not hasattr(inputs, "bias_as_q"):
        inputs.bias_as_q = torch.empty(1, len(inputs.slopes), *inputs.distance.shape, dtype=inputs.q.dtype, device=inputs.device)
        for head, slope in enumerate(inputs.slopes):
            inputs.bias_as_q[0, head] = (-slope * inputs.distance.abs()).masked_fill(~inputs.visible, float("-inf"))
    return inputs.bias_as_q


def contestants(library):
    return (
        ours(library),
        Contestant("cuDNN", sdpa(SDPBackend.CUDNN_ATTENTION, bias), arithmetic),
        Contestant("FA2", sdpa(SDPBackend.FLASH_ATTENTION, bias), arithmetic),
        Contestant("flex", flex, arithmetic),
    )


class Limits:
    """What the GPU can do at most, beside each row: a product of square matrices of bf16, and a copy. Of random numbers: the clock
    is higher on zeros."""

    SIZE, BYTES = 8192, 1 << 30

    def __init__(self):
        self.a, self.b = (torch.randn(self.SIZE, self.SIZE, device="cuda", dtype=torch.bfloat16) for _ in range(2))
        self.product = torch.empty_like(self.a)
        self.source = torch.randint(256, (self.BYTES,), device="cuda", dtype=torch.uint8)
        self.target = torch.empty_like(self.source)

    def of(self, inputs):
        """(name, work of a run in FLOP or bytes, run). Of a copy both bytes read and bytes written count."""
        if inputs.row.decodes:
            return "copy", 2 * self.BYTES, lambda: self.target.copy_(self.source)
        return "matmul", 2 * self.SIZE**3, lambda: torch.mm(self.a, self.b, out=self.product)
