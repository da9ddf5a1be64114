"""PyTorch on the CPU: scaled_dot_product_attention by its flash and its math backend, with ALiBi as a dense mask in f32, as its users
give it; FlexAttention compiled for the row, ALiBi a score_mod and causality a block mask; and matmul, softmax, matmul as it is written
by hand, whose products are oneDNN's in bf16 and MKL's in f32."""
import torch
import torch.nn.functional as F
from boresight.adapters.flex import EXP_U20
from boresight.adapters.torch_sdpa import FEXP_U20, KEYS_BLOCK
from torch.nn.attention import SDPBackend, flex_attention, sdpa_kernel

from contest.contestant import Contestant, NotTaken, Prepared


def sdpa(backend):
    """By this backend; is_causal is top-left, so where queries are fewer than columns causality is a boolean mask."""

    def prepare(inputs, _threads):
        row, s = inputs.row, inputs.row.shape
        square = s.queries == s.columns
        mask = inputs.bias if row.alibi else inputs.visible if row.causal and not square else None
        flags = {"attn_mask": mask, "is_causal": row.causal and mask is None, "enable_gqa": s.kv_heads < s.heads}

        def run():
            with sdpa_kernel(backend):
                return F.scaled_dot_product_attention(inputs.q, inputs.k, inputs.v, **flags)

        try:
            run()
        except RuntimeError as refusal:
            raise NotTaken(str(refusal).splitlines()[0]) from None
        return Prepared(run)

    return prepare


def flash_arithmetic(row):
    blocks = -(-row.shape.columns // KEYS_BLOCK)
    return {
        "value_chain": row.shape.columns + 2 + blocks,
        "rescales": blocks,
        "exp_error": EXP_U20 if row.type == "f32" else FEXP_U20,
        "weights": row.type,
        "flushes_subnormals": True,
    }


def math_arithmetic(row):
    return {"dot_chain": row.shape.head_dim + 2}


def by_hand(inputs, _threads):
    """Scores and weights are stored in the type. Query heads of a group are rows of one product."""
    s = inputs.row.shape
    grouped = (s.batch * s.kv_heads, s.heads // s.kv_heads * s.queries, -1)
    q, k, v = inputs.q.reshape(grouped), inputs.k.flatten(0, 1).mT, inputs.v.flatten(0, 1)
    bias = torch.zeros(()) if inputs.bias is None else inputs.bias.expand(s.batch, s.heads, -1, -1).reshape(*grouped[:2], -1)
    bias, scale, beta = bias.to(q.dtype), s.head_dim**-0.5, 0 if inputs.bias is None else 1

    def run():
        return (torch.baddbmm(bias, q, k, beta=beta, alpha=scale).softmax(-1) @ v).view(inputs.q.shape)

    return Prepared(run)


def by_hand_arithmetic(row):
    exp_error = 2.0**-22 if row.type == "f32" else FEXP_U20
    return {"scores": row.type, "weights": row.type, "exp_error": exp_error, "dot_chain": row.shape.head_dim + 2}


def flex(inputs, _threads):
    row, s = inputs.row, inputs.row.shape
    persistent, behind, tokens, slopes = s.mem_kv, s.segment - s.queries, s.mem_kv + s.memories, inputs.slopes

    def alibi(score, _b, h, i, j):
        return score - slopes[h] * (i + behind - (j - tokens)).abs()

    def alibi_beside_persistent(score, b, h, i, j):
        return torch.where(j < persistent, score, alibi(score, b, h, i, j))

    def visible(_b, _h, i, j):
        return (j < persistent) | (i + behind >= j - tokens)

    torch.compiler.reset()  # or the rows before count as recompilations, and after eight nothing is compiled
    compiled = torch.compile(flex_attention.flex_attention, dynamic=False, fullgraph=True)
    modification = (alibi_beside_persistent if persistent else alibi) if row.alibi else None
    block_mask = None
    if row.causal:
        block_mask = flex_attention.create_block_mask(visible, None, None, s.queries, s.columns, device="cpu")

    def run():
        return compiled(
            inputs.q, inputs.k, inputs.v, score_mod=modification, block_mask=block_mask, enable_gqa=s.kv_heads < s.heads
        )

    try:
        run()
    except Exception as failure:  # whatever a compiler says
        raise NotTaken("does not compile: " + str(failure).strip().splitlines()[0][:200]) from None
    return Prepared(run)


def flex_arithmetic(row):
    """As the flash backend, over blocks of keys that are no larger than the row."""
    return flash_arithmetic(row) | {"rescales": -(-row.shape.columns // 16), "value_chain": 2 * row.shape.columns + 2}


CONTESTANTS = (
    Contestant("torch flash", sdpa(SDPBackend.FLASH_ATTENTION), flash_arithmetic),
    Contestant("torch math", sdpa(SDPBackend.MATH), math_arithmetic),
    Contestant("torch by hand", by_hand, by_hand_arithmetic),
    Contestant("torch flex", flex, flex_arithmetic),
)
