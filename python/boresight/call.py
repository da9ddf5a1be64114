"""What a kernel is given: the problem, and the tensors as arrays of its own library."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._native import Options, Problem

#: The inputs of a call, in the order of the specification.
tensor_names = (
    "q", "mem_k", "mem_v", "memory_k", "memory_v", "segment_k", "segment_v", "key_mask", "memory_mask", "attention_mask", "slopes",
    "bucket_table", "distance_table", "dense", "forget", "sinks", "query_positions", "key_positions", "inverse_frequency", "xpos_scale",
)  # fmt: skip


class Call:
    """One call of a kernel: `problem`, `options`, and a tensor by each of the names below; None where it is absent or has no elements.
    (q, segment_k and segment_v are always there, without elements if need be.)

    =================  =========================================================================
    q                  [B][H][n][D]
    mem_k, mem_v       [G][P][D], [G][P][Dv]: persistent, the same for every sequence
    memory_k, memory_v [B][G][M][D], [B][G][M][Dv]
    segment_k, _v      [B][G][S][D], [B][G][S][Dv]
    key_mask           [B][S] bool, True: may be attended to
    memory_mask        [B][M] bool
    attention_mask     [B|1][H|1][n][P+M+S] bool
    slopes             [B|1][H] of ALiBi, where they are data
    bucket_table       [buckets][H]
    distance_table     [H][M+S+n-1], by distance + n - 1
    dense              [B|1][H|1][n][M+S], without the persistent columns; -inf hides
    forget             [B][H][M+S]
    sinks              [H]
    query_positions    [B|1][n] int32
    key_positions      [B|1][M+S] int32
    inverse_frequency  [R/2]
    xpos_scale         [R/2]
    =================  =========================================================================
    """

    problem: Problem
    options: Options

    def __init__(self, problem: Problem, options: Options, arrays: dict[str, Any], library: Library) -> None:
        self.problem = problem
        self.options = options
        self._library = library
        for name in tensor_names:
            setattr(self, name, library.take(arrays[name]) if name in arrays else None)

    def __repr__(self) -> str:
        given = ", ".join(name for name in tensor_names if getattr(self, name) is not None)
        return f"<boresight.Call {self.problem!r}: {given}>"

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def k(self) -> Any:
        """All keys, [B][G][P+M+S][D]: persistent ones, memories, segment."""
        return self._joined("mem_k", "memory_k", "segment_k")

    @property
    def v(self) -> Any:
        """All values, [B][G][P+M+S][Dv]."""
        return self._joined("mem_v", "memory_v", "segment_v")

    def _joined(self, persistent: str, memory: str, segment: str) -> Any:
        parts = [getattr(self, name) for name in (persistent, memory, segment)]
        if parts[0] is not None:
            parts[0] = self._library.broadcast(parts[0][None], (self.problem.batch, *parts[0].shape))
        there = [part for part in parts if part is not None]
        if len(there) < 2:
            return there[0] if there else None
        return self._library.concatenate(there)


class Library:
    """How arrays are made and joined in "torch" or "numpy"."""

    def __init__(self, name: str) -> None:
        if name not in ("torch", "numpy"):
            raise ValueError(f"tensors is '{name}'; allowed: torch, numpy")
        self.name = name
        self._module = importlib.import_module(name)

    def refusal(self, problem: Problem) -> str | None:
        return "numpy has no bf16" if self.name == "numpy" and problem.type == "bf16" else None

    @property
    def negative_strides(self) -> bool:
        return self.name == "numpy"

    def take(self, array: Any) -> Any:
        return self._module.from_dlpack(array)

    def broadcast(self, array: Any, shape: tuple[int, ...]) -> Any:
        return array.expand(shape) if self.name == "torch" else self._module.broadcast_to(array, shape)

    def concatenate(self, parts: list[Any]) -> Any:
        return self._module.cat(parts, dim=2) if self.name == "torch" else self._module.concatenate(parts, axis=2)

    def returned(self, array: Any) -> Any:
        """An array that any reader of DLPack takes."""
        return array.detach().resolve_conj().resolve_neg() if self.name == "torch" and hasattr(array, "detach") else array
