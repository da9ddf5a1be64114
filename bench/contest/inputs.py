"""The inputs of a row, in memory that every contestant reads, and what of them a contestant may want in a form of its own."""
import copy
from functools import cached_property

import torch

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}


class Inputs:
    """The tensors of a row. q [B][H][n][D], k and v [B][G][K][D], of the type."""

    def __init__(self, row, seed=1, device="cpu"):
        s, dtype = row.shape, DTYPES[row.type]
        random = torch.Generator(device).manual_seed(seed)
        normal = lambda *shape: torch.randn(*shape, generator=random, device=device).to(dtype)  # noqa: E731
        self.row, self.device = row, device
        self.q = normal(s.batch, s.heads, s.queries, s.head_dim)
        self.k, self.v = normal(s.batch, s.kv_heads, s.columns, s.head_dim), normal(s.batch, s.kv_heads, s.columns, s.head_dim)
        if s.mem_kv:  # persistent columns are the same for every sequence
            for x in (self.k, self.v):
                x[:, :, : s.mem_kv] = x[:1, :, : s.mem_kv].clone()
        self.slopes = torch.tensor([2.0 ** (-8 * (h + 1) / s.heads) for h in range(s.heads)], device=device)

    def copied(self):
        """The same numbers, with keys and values in memory of their own."""
        other = copy.copy(self)
        other.k, other.v = self.k.clone(), self.v.clone()
        other.__dict__.pop("parts", None)  # which were of these keys and values
        return other

    @cached_property
    def parts(self):
        """{"mem_k": [G][P][D], "memory_k": [B][G][M][D], "segment_k": [B][G][S][D], ..}, contiguous; what has no columns is left out.
        A segment that is all there is is k itself."""
        s, found = self.row.shape, {}
        tokens = s.mem_kv + s.memories
        for letter, x in (("k", self.k), ("v", self.v)):
            if s.mem_kv:
                found[f"mem_{letter}"] = x[0, :, : s.mem_kv].contiguous()
            if s.memories:
                found[f"memory_{letter}"] = x[:, :, s.mem_kv : tokens].contiguous()
            found[f"segment_{letter}"] = x[:, :, tokens:].contiguous()
        return found

    @cached_property
    def distance(self):
        """[n][K] int: how far a column lies in the past of a query; 0 on persistent columns."""
        s = self.row.shape
        rows, columns = (torch.arange(count, device=self.device) for count in (s.queries, s.columns))
        apart = (rows + s.segment - s.queries)[:, None] - (columns - s.mem_kv - s.memories)[None]
        apart[:, : s.mem_kv] = 0
        return apart

    @cached_property
    def visible(self):
        """[n][K] bool."""
        return self.distance >= 0 if self.row.causal else torch.ones_like(self.distance, dtype=torch.bool)

    @cached_property
    def alibi(self):
        """[1][H][n][K] f32: ALiBi as a dense bias, without causality."""
        return (-self.slopes[None, :, None, None] * self.distance.abs()).contiguous()

    @cached_property
    def bias(self):
        """[1][1|H][n][K] f32, as who has neither ALiBi nor causality gives it: dense, -inf where hidden. None: nothing to add or hide."""
        if not self.row.alibi and not self.row.causal:
            return None
        dense = self.alibi if self.row.alibi else torch.zeros(1, 1, *self.distance.shape, device=self.device)
        return dense.masked_fill(~self.visible, float("-inf")) if self.row.causal else dense
