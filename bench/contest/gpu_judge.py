"""Is what a contestant computed on the GPU right? As contest/judge.py, by a library (judge.cc) instead of the Python package, and on
fewer rows and sequences, since these calls are larger."""
import ctypes
import dataclasses
import weakref

import torch

from contest.ours import Problem, constant, struct, tensors_of
from contest.ours import problem as stated

ROWS, SEQUENCES = 4, 2  # first and last among them
Arithmetic = struct("boresight_arithmetic")


class Judge:
    def __init__(self, library, inputs):
        row, s = inputs.row, inputs.row.shape
        self.c, self.judgements = library, {}
        ends = lambda count, most: torch.linspace(0, count - 1, min(most, count)).long().unique()  # noqa: E731
        self.rows, self.sequences = ends(s.queries, ROWS), ends(s.batch, SEQUENCES)
        shape = dataclasses.replace(s, batch=len(self.sequences), queries=len(self.rows))
        self.problem: Problem = stated(dataclasses.replace(row, shape=shape))
        self.problem.causal = 0  # which a mask is instead, as the rows do not follow one another
        pick = self.sequences.to(inputs.device)
        self.given = {name: (x if name.startswith("mem_") else x[pick]).cpu().contiguous() for name, x in inputs.parts.items()}
        self.given["q"] = inputs.q[pick][:, :, self.rows.to(inputs.device)].cpu().contiguous()
        behind = self.rows + s.segment - s.queries
        if row.alibi:
            self.problem.custom_positions = 1
            self.given |= {
                "slopes": inputs.slopes[None].cpu(),
                "query_positions": behind.int()[None].contiguous(),
                "key_positions": (torch.arange(s.memories + s.segment) - s.memories).int()[None],
            }
        if row.causal:
            columns = torch.arange(s.columns) - s.mem_kv - s.memories
            visible = (columns[None] <= behind[:, None]) | (torch.arange(s.columns) < s.mem_kv)
            self.given["attention_mask"] = visible.to(torch.uint8)[None, None].contiguous()

    def error(self, out, arithmetic):
        """The largest error as a fraction of the bound, and the largest error itself. `out` [B][H][n][D] of torch."""
        found = out[self.sequences.to(out.device)][:, :, self.rows.to(out.device)].cpu().contiguous()
        tensors, _views = tensors_of(self.given | {"out": found})
        fraction, error = ctypes.c_double(), ctypes.c_double()
        self.call("error", self.judgement(arithmetic, tensors), *map(ctypes.byref, (tensors, fraction, error)))
        return fraction.value, error.value

    def judgement(self, arithmetic, tensors):
        """Truth and bound, once for each arithmetic."""
        key = tuple(sorted(arithmetic.items()))
        if key not in self.judgements:
            declared, made = Arithmetic(), ctypes.c_void_p()
            self.c.boresight_plain_arithmetic(ctypes.byref(self.problem), ctypes.byref(declared))
            for name, value in arithmetic.items():
                setattr(declared, name, constant(f"BORESIGHT_{value.upper()}") if isinstance(value, str) else value)
            self.call("prepare", *map(ctypes.byref, (self.problem, tensors, declared, made)))
            weakref.finalize(self, self.c.boresight_judge_free, made)
            self.judgements[key] = made
        return self.judgements[key]

    def call(self, function, *words):
        function = getattr(self.c, f"boresight_judge_{function}")
        function.restype = ctypes.c_char_p
        if wrong := function(*words):
            raise RuntimeError(wrong.decode())
