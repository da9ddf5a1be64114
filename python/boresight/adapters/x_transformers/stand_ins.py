"""Modules that stand in for x-transformers' projections and hand over a call's tensors.

A token is its number alone: x is [B][rows][1], holding the number of each row's token. So a projection gives what belongs to the
rows that the library feeds it, in the order in which it does, and everything between the projections is the library's own.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def tokens(batch: int, first: int, count: int) -> Tensor:
    """x [B][count][1] of the tokens first, first + 1, .."""
    return torch.arange(first, first + count, dtype=torch.float32).view(1, count, 1).expand(batch, count, 1)


class Projection(nn.Module):
    """Gives the rows of `tensor` [B][heads][tokens][width], whose first row is that of the token `first`."""

    def __init__(self, tensor: Tensor, first: int = 0) -> None:
        super().__init__()
        self.tensor = tensor
        self.first = first

    def forward(self, x: Tensor) -> Tensor:
        batch, heads, _, width = self.tensor.shape
        rows = x[..., 0].long() - self.first
        index = rows[:, None, :, None].expand(batch, heads, rows.shape[1], width)
        return self.tensor.gather(2, index).transpose(1, 2).flatten(2)


class Kept(nn.Module):
    """In place of the output projection: keeps what attention computed. Its own output is nobody's."""

    def __init__(self) -> None:
        super().__init__()
        self.output: Tensor | None = None

    def forward(self, out: Tensor) -> Tensor:
        self.output = out
        return torch.zeros(*out.shape[:2], 1)

    def heads(self, count: int) -> Tensor:
        """[B][heads][n][Dv]"""
        assert self.output is not None
        return self.output.unflatten(-1, (count, -1)).transpose(1, 2)


class RunningSum(nn.Module):
    """In place of the forget gates' projection: their running sum is given, so that what is judged is the difference of two."""

    def __init__(self, forget: Tensor) -> None:
        super().__init__()
        self.forget = forget

    def forward(self, x: Tensor) -> RunningSum:
        rows = x[..., 0].long()
        self.chosen = self.forget.gather(2, rows[:, None, :].expand(-1, self.forget.shape[1], -1))
        return self

    def __mul__(self, post_log_scale: float) -> RunningSum:
        assert post_log_scale == 1.0
        return self

    def cumsum(self, dim: int) -> Tensor:
        assert dim == -1
        return self.chosen


class DistanceTable(nn.Module):
    """In place of the network that makes a bias of each distance [distances][1] -> [distances][heads]: looks it up in
    `table` [heads][..], whose first entry is that of `first`. Distances that the table lacks are none of the call's."""

    def __init__(self, table: Tensor, first: int) -> None:
        super().__init__()
        self.table = table
        self.first = first

    def forward(self, distances: Tensor) -> Tensor:
        index = distances[:, 0].long() - self.first
        inside = (index >= 0) & (index < self.table.shape[1])
        return torch.where(inside[:, None], self.table.T[index.clamp(0, self.table.shape[1] - 1)], torch.nan)
