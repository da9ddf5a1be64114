"""What is timed: shapes by modes by types. A row is one call.

Columns are [ mem_kv P | memories M | segment S ], K in all; query i of n stands at S - n + i. ALiBi is -slope[h] * |distance|, 0 on
persistent columns; causality hides the segment's future. A single query sees all with or without causality, so decoding has two modes."""
from dataclasses import dataclass

TYPES = {"f32": 4, "bf16": 2}  # bytes
MODES = {"plain": (False, False), "causal": (True, False), "alibi": (False, True), "alibi+causal": (True, True)}


@dataclass(frozen=True)
class Shape:
    name: str
    batch: int
    heads: int
    kv_heads: int
    queries: int
    segment: int
    head_dim: int
    memories: int = 0
    mem_kv: int = 0

    @property
    def columns(self):
        return self.mem_kv + self.memories + self.segment


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("pre512", 1, 8, 8, 512, 512, 64),
        Shape("pre1024", 1, 8, 8, 1024, 1024, 64),
        Shape("pre2048d128", 1, 8, 8, 2048, 2048, 128),
        Shape("gqa1024", 1, 32, 8, 1024, 1024, 128),
        Shape("xl512", 1, 8, 8, 512, 512, 64, memories=512, mem_kv=16),
        Shape("dec4096", 1, 32, 8, 1, 4096, 128),
        Shape("dec8x2048", 8, 32, 8, 1, 2048, 128),
    )
}
TINY = Shape("tiny", 1, 4, 2, 48, 48, 16)  # for tests: no row of the table


@dataclass(frozen=True)
class Row:
    shape: Shape
    mode: str
    type: str

    @property
    def name(self):
        return f"{self.shape.name}/{self.mode}/{self.type}"

    @property
    def causal(self):
        return MODES[self.mode][0]

    @property
    def alibi(self):
        return MODES[self.mode][1]

    @property
    def decodes(self):
        return self.shape.queries == 1

    @property
    def flops(self):
        """Of the two products over what is seen: 4 D for each pair of query and column."""
        s = self.shape
        hidden = sum(range(s.queries)) if self.causal else 0
        return 4 * s.head_dim * s.batch * s.heads * (s.queries * s.columns - hidden)

    @property
    def bytes_read(self):
        """Keys and values, once for each kv head."""
        s = self.shape
        return 2 * s.batch * s.kv_heads * s.columns * s.head_dim * TYPES[self.type]

    def __str__(self):
        s = self.shape
        heads = f"{s.heads}/{s.kv_heads}" if s.kv_heads < s.heads else f"{s.heads}"
        return f"b{s.batch} h{heads} n{s.queries} K{s.columns} d{s.head_dim}, {self.mode}, {self.type}"


def rows(names, types, modes=tuple(MODES)):
    """Every row of these shapes; of a shape that decodes only the modes that differ."""
    for type_ in types:
        for name in names:
            shape = TINY if name == TINY.name else SHAPES[name]
            for mode in modes:
                row = Row(shape, mode, type_)
                if not (row.decodes and row.causal):
                    yield row
