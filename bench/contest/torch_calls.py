"""How attention is called in PyTorch, wherever its tensors are: scaled_dot_product_attention by one backend, and FlexAttention compiled
for the row, ALiBi a score_mod and causality a block mask."""
import re
import warnings

import torch
import torch.nn.functional as F
from torch.nn.attention import flex_attention, sdpa_kernel

from contest.contestant import NotTaken, Prepared, first_line


def reasons(warned):
    """Of what was warned before "no kernel", what tells why this backend is none; others are none since they were not asked."""
    texts = (re.sub(r" *\(Triggered internally.*", "", str(one.message), flags=re.DOTALL).strip() for one in warned)
    return " ".join(dict.fromkeys(text for text in texts if not re.search(r"because:$|runtime disabled", text)))


def sdpa(backend, bias=lambda inputs: inputs.bias, visible=lambda inputs: inputs.visible):
    """By this backend, ALiBi as a mask of numbers; is_causal is top-left, so where queries are fewer than columns causality is a mask
    too, of who is `visible`."""

    def prepare(inputs, _threads):
        row, s = inputs.row, inputs.row.shape
        square = s.queries == s.columns
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                mask = bias(inputs) if row.alibi else visible(inputs) if row.causal and not square else None
                flags = {"attn_mask": mask, "is_causal": row.causal and mask is None, "enable_gqa": s.kv_heads < s.heads}

                def on(inputs):
                    def run():
                        with sdpa_kernel(backend):
                            return F.scaled_dot_product_attention(inputs.q, inputs.k, inputs.v, **flags)

                    return run

                run = on(inputs)
                run()
            except RuntimeError as refusal:  # of memory too
                raise NotTaken(reasons(warned) or first_line(refusal)) from None
        return Prepared(run, on=on)

    return prepare


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
    try:
        block_mask = None
        if row.causal:
            block_mask = flex_attention.create_block_mask(visible, None, None, s.queries, s.columns, device=inputs.device)
        flags = {"score_mod": modification, "block_mask": block_mask, "enable_gqa": s.kv_heads < s.heads}

        def on(inputs):
            return lambda: compiled(inputs.q, inputs.k, inputs.v, **flags)

        run = on(inputs)
        run()
    except Exception as failure:  # whatever a compiler says
        raise NotTaken("does not compile: " + first_line(failure)) from None
    return Prepared(run, on=on)
