"""What is timed on a GPU: bf16, as many tokens whatever the length (16,384), heads so that H * D is 2,048; persistent columns; and
decoding. A row is contest.shapes.Row."""
from contest.shapes import Row, Shape

TOKENS, WIDTH = 16384, 2048
LENGTHS, WIDTHS, PERSISTENT, KEYS, BATCHES = (2048, 4096, 8192, 16384), (128, 64), 16, (2048, 8192, 32768), (1, 8)


def prefill(n, head_dim, mem_kv=0):
    heads = WIDTH // head_dim
    name = f"d{head_dim}n{n // 1024}k" + f"P{mem_kv}" * (mem_kv > 0)
    return Shape(name, TOKENS // n, heads, heads, n, n, head_dim, mem_kv=mem_kv)


SHAPES = {
    shape.name: shape
    for shape in (
        *(prefill(n, head_dim) for head_dim in WIDTHS for n in reversed(LENGTHS)),
        *(prefill(4096, head_dim, PERSISTENT) for head_dim in WIDTHS),
        *(Shape(f"dec{batch}x{keys // 1024}k", batch, 32, 8, 1, keys, 128) for batch in BATCHES for keys in reversed(KEYS)),
    )
}
TINY = Shape("tiny", 2, 4, 2, 48, 48, 16, mem_kv=3)  # for tests: no row of the table


def rows(names, modes):
    """Every row of these shapes; of a shape that decodes only the modes that differ."""
    for name in names:
        for mode in modes:
            row = Row(SHAPES[name], mode, "bf16")
            if not (row.decodes and row.causal):
                yield row
