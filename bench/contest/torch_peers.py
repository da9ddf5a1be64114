"""PyTorch on the CPU: scaled_dot_product_attention by its flash and its math backend, with ALiBi as a dense mask in f32, as its users
give it; FlexAttention compiled for the row, ALiBi a score_mod and causality a block mask; and matmul, softmax, matmul as it is written
by hand, whose products are oneDNN's in bf16 and MKL's in f32."""
import torch
from boresight.adapters.flex import EXP_U20
from boresight.adapters.torch_sdpa import FEXP_U20, KEYS_BLOCK
from torch.nn.attention import SDPBackend

from contest.contestant import Contestant, Prepared
from contest.torch_calls import flex, sdpa


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


def flex_arithmetic(row):
    """As the flash backend, over blocks of keys that are no larger than the row."""
    return flash_arithmetic(row) | {"rescales": -(-row.shape.columns // 16), "value_chain": 2 * row.shape.columns + 2}


CONTESTANTS = (
    Contestant("torch flash", sdpa(SDPBackend.FLASH_ATTENTION), flash_arithmetic),
    Contestant("torch math", sdpa(SDPBackend.MATH), math_arithmetic),
    Contestant("torch by hand", by_hand, by_hand_arithmetic),
    Contestant("torch flex", flex, flex_arithmetic),
)
