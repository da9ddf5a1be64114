"""The native module (python/native/). Public names of it are those of the package."""

from collections.abc import Callable
from typing import Any

version: str

class Bias:
    """What is added to the scores: `kind`, and what that kind needs."""

    kind: str  #: none, alibi, relative_buckets (T5), distance_table, dense or forget
    slopes: str  #: of ALiBi: geometric, or data: per_head, per_batch
    alibi_heads: int
    buckets: int
    max_distance: int
    bidirectional: bool
    bias_scale: float

class Rotary:
    """Rotary encoding, and XPOS on top; `dims` 0: none."""

    dims: int
    pairs: str  #: adjacent or halves
    base: float
    base_rescale: float
    interpolation: float
    frequencies_as_data: bool
    xpos: bool
    xpos_scale_base: float
    xpos_center: float
    xpos_scales_as_data: bool

class Problem:
    """What one call computes: sizes, bias, rotary, visibility, and the shapes of its inputs."""

    batch: int
    heads: int
    kv_heads: int
    head_dim: int
    value_dim: int
    queries: int
    segment: int  #: keys of the current segment, cached ones first
    memories: int
    mem_kv: int  #: persistent columns, in front
    columns: int  #: mem_kv + memories + segment
    zero_kv: bool
    causal: bool
    window: tuple[int, int]  #: (left, right), inclusive; -1 hides nothing
    head_map: str  #: grouped or tiled
    scale: float  #: of q.k alone, as it is to be used
    softcap: float  #: 0: none
    softcap_order: str  #: after_bias or before_bias
    bias: Bias
    rotary: Rotary
    sink: bool
    custom_positions: bool
    type: str  #: of q, k, v and out: f32, bf16 or f16
    given: dict[str, tuple[int, ...]]  #: name of each input of the call -> its shape
    strided: bool  #: some input is not row-major

class Options:
    """How to run, never what to compute; 0: the kernel chooses."""

    tile_queries: int
    tile_keys: int
    splits: int
    threads: int

class Checked:
    outcome: str
    seed: int
    cases: int
    seconds: float
    def findings(self) -> list[dict[str, Any]]: ...
    def evidence(self) -> dict[str, dict[str, dict[str, Any]]]: ...
    def text(self, each: bool) -> str: ...
    def json(self) -> str: ...
    def junit(self) -> str: ...
    def html(self) -> str: ...

def check(
    kernels: list[Any],
    laws: str,
    cases: int,
    budget: str,
    seed: int,
    shrink: bool,
    fail_fast: bool,
    progress: Callable[[int, float], Any] | None,
    behind: str,
) -> Checked: ...
def replay(kernel: Any, token: str, behind: str) -> dict[str, Any]: ...
def identify(kernel: Any, seed: int) -> dict[str, Any]: ...
def probe(kernel: Any, token: str, rows: int) -> dict[str, Any]: ...
def reference(token: str, given: dict[str, Any], arithmetic: dict[str, Any] | None) -> dict[str, Any]: ...
def inputs(token: str, row_major: bool) -> tuple[Problem, Options, dict[str, Any]]: ...
def shortest(token: str) -> str: ...
def laws() -> dict[str, str]:
    """Name of each law -> its statement."""

def readings() -> dict[str, str]:
    """Name of each reading, a way to misread the specification -> where it was seen; empty: nowhere."""
