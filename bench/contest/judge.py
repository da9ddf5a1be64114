"""Is what a contestant computes right? The truth is attention in double on some rows of every head, ends included, and the width is
the certified bound (reference/error_bound.md) of the arithmetic that the contestant declares: nobody is timed who is outside.

A subset of the rows is a call of its own: custom positions place the rows, and causality is a mask."""
import boresight
import numpy as np

ROWS = 32


class Judge:
    """Of one row of the table: the truth is computed once, and a bound once for each arithmetic."""

    def __init__(self, inputs):
        row, s = inputs.row, inputs.row.shape
        self.rows = np.unique(np.linspace(0, s.queries - 1, min(ROWS, s.queries)).astype(np.int64))
        n, tokens = len(self.rows), s.memories + s.segment
        words = [f"bs1 b{s.batch} h{s.heads}/{s.kv_heads} d{s.head_dim} n{n} s{s.segment} M{s.memories} P{s.mem_kv}"]
        self._given = dict(inputs.parts) | {"q": inputs.q[:, :, self.rows]}
        if row.type != "f32":
            words.append(row.type)
        if row.alibi:
            words.append("bias=alibi slopes=per_head positions=shuffled")
            self._given |= {
                "slopes": inputs.slopes[None].numpy(),
                "query_positions": (self.rows + s.segment - s.queries).astype(np.int32)[None],
                "key_positions": (np.arange(tokens) - s.memories).astype(np.int32)[None],
            }
        if row.causal:
            words.append("attention_mask=1 attention_mask_shape=1")
            self._given["attention_mask"] = inputs.visible[self.rows].numpy()[None, None]
        self._token = " ".join(words)
        self._truth, self._bounds = None, {}

    def error(self, out, arithmetic):
        """The largest error as a fraction of the bound, and the largest error itself. `out` [B][H][n][D] of torch."""
        if self._truth is None:
            self._truth = boresight.reference(self._token, **self._given).out
        key = tuple(sorted(arithmetic.items()))
        if key not in self._bounds:
            self._bounds[key] = boresight.bound(self._token, arithmetic=arithmetic, **self._given).out
        off = np.abs(out[:, :, self.rows].double().numpy() - self._truth)
        fraction = float((off / self._bounds[key]).max())  # NaN stays NaN
        return (fraction if fraction == fraction else np.inf), float(off.max())
