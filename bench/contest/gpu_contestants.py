"""Who computes attention on a GPU: our kernels by impl/cuda/attention.h, on PyTorch's memory and stream; PyTorch's
scaled_dot_product_attention by cuDNN, by FlashAttention 2 and by its memory-efficient kernels; FlexAttention, ALiBi a score_mod and
causality a block mask; and FlashAttention's own package, which takes slopes, where it is installed."""
import ctypes
import importlib.util
import weakref

import torch
from torch.nn.attention import SDPBackend

from contest.contestant import Contestant, NotTaken, Prepared, first_line
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

    def described(inputs):
        """The struct, and what it points to; an output is among it."""
        given = dict(inputs.parts) | {"q": inputs.q, "out": torch.empty_like(inputs.q)}
        if inputs.row.alibi:
            given["slopes"] = inputs.slopes[None]
        tensors, views = tensors_of(given)
        return tensors, (given, views)

    def prepare(inputs, _threads):
        tensors, first = described(inputs)
        out = first[0]["out"]
        plan, stated, options = ctypes.c_void_p(), problem(inputs.row), Options()
        if error := library.boresight_cuda_attention_plan(*map(ctypes.byref, (stated, tensors, options)), None, ctypes.byref(plan)):
            raise NotTaken(error.decode())
        weakref.finalize(out, library.boresight_cuda_attention_free, plan)
        workspace = torch.empty(library.boresight_cuda_attention_workspace(plan), dtype=torch.uint8, device=inputs.device)
        call, memory = library.boresight_cuda_attention_run, ctypes.c_void_p(workspace.data_ptr())

        def on_these(tensors, pointed_to):
            at, kept = ctypes.byref(tensors), (pointed_to, workspace, out)  # with `out` goes the plan

            def run(_kept=kept):
                if error := call(plan, at, memory, ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)):
                    raise RuntimeError(error.decode())

            return run

        kernel = library.boresight_cuda_attention_kernel(plan).decode()
        return Prepared(on_these(tensors, first), lambda _: out, kernel, lambda other: on_these(*described(other)))

    return Contestant("ours", prepare, arithmetic)


def bias(inputs):
    """inputs.bias in the type that q has, as the backends there ask for it, so that none is converted in a call: head by head, since in
    f32 it is twice as large, and once a row. Without ALiBi one head is for all."""
    if not hasattr(inputs, "bias_as_q"):
        slopes = inputs.slopes if inputs.row.alibi else torch.zeros(1, device=inputs.device)
        made = torch.empty(1, len(slopes), *inputs.distance.shape, dtype=inputs.q.dtype, device=inputs.device)
        for head, slope in enumerate(slopes):
            made[0, head] = (-slope * inputs.distance.abs()).masked_fill(~inputs.visible, float("-inf"))
        inputs.bias_as_q = made  # whole, or not there: memory may end above
    return inputs.bias_as_q


def flash_attn(inputs, _threads):
    """Its causality ends at the bottom right, as ours does, and its distances count from there."""
    row = inputs.row
    if row.alibi and row.shape.mem_kv:
        raise NotTaken("its ALiBi would take persistent columns for tokens")
    try:
        from flash_attn import flash_attn_func
    except (ImportError, OSError) as failure:
        raise NotTaken(f"can't be imported: {first_line(failure)}") from None
    flags = {"causal": row.causal, "alibi_slopes": inputs.slopes if row.alibi else None}

    def on(inputs):
        q, k, v = (x.transpose(1, 2) for x in (inputs.q, inputs.k, inputs.v))
        return lambda: flash_attn_func(q, k, v, **flags)

    return Prepared(on(inputs), lambda out: out.transpose(1, 2), on=on)


def contestants(library):
    return (
        ours(library),
        Contestant("cuDNN", sdpa(SDPBackend.CUDNN_ATTENTION, bias, bias), arithmetic),
        Contestant("FA2", sdpa(SDPBackend.FLASH_ATTENTION, bias, bias), arithmetic),
        Contestant("efficient", sdpa(SDPBackend.EFFICIENT_ATTENTION, bias, bias), arithmetic),
        Contestant("flex", flex, arithmetic),
        *([Contestant("flash-attn", flash_attn, arithmetic)] if importlib.util.find_spec("flash_attn") else []),
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
