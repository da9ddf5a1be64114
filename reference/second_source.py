#!/usr/bin/env python3
"""A second source: the attention that reference/README.md states, written once more in NumPy from that text alone.

It shares no code with the C++ reference, so that a misreading has to be made twice to go unseen. It works on records of
the vector format (tests/data/README.md): first it is measured against strangers' numbers (--oracle), then it writes
numbers for what strangers did not compute: forget bias, caches, softcap before the bias, halves, a window's right side,
grouped heads, wide heads, more queries than keys, positions per sequence, hidden dense entries (--write).

All arithmetic is numpy.longdouble (64 bits of significand on x86-64), summed in a fixed order and rounded to double
once, so that the file does not depend on which vector instructions numpy finds.

  second_source.py --oracle FILE   compare this formula with the outputs of FILE
  second_source.py --write FILE    write our own vectors
  second_source.py --check FILE    compute them again: FILE must have the same bytes
Exit code 77: this machine can't tell (no numpy, or no extended precision).
"""

import argparse
import json
import math
import random
import sys

try:
    import numpy as np
except ImportError:
    print("second_source.py: skipped, numpy is not installed (pip install numpy)")
    sys.exit(77)

Real = np.longdouble


# ---------------------------------------------------------------------------------------------- the formula

class Record:
    """Sizes, switches and tensors of one record; a tensor that does not apply is None."""

    def __init__(self, record):
        self.config = config = record["config"]
        self.inputs = record["inputs"]
        self.B, self.H, self.G = config["batch"], config["heads"], config["kv_heads"]
        self.n, self.M, self.P = config["queries"], config["memories"], config["mem_kv"]
        self.S = config.get("segment", self.n)
        self.D, self.Dv = config["head_dim"], config["value_head_dim"]
        self.K = self.P + self.M + self.S

    def tensor(self, name, kind=Real):
        if name not in self.inputs:
            return None
        field = self.inputs[name]
        data = [-np.inf if x is None else x for x in field["data"]]  # null is minus infinity
        return np.array(data, dtype=kind).reshape(field["shape"])

    def get(self, name, default=None):
        return self.config.get(name, default)


def pick(array, *index):
    """array[index], where a dimension of size 1 holds for every index."""
    return array[tuple(0 if size == 1 else i for size, i in zip(array.shape, index))]


def positions(r, b):
    """Position of every query row and of every memory and segment key, for bias and rotary (spec: Positions)."""
    query = r.S - r.n + np.arange(r.n)
    key = np.arange(-r.M, r.S)
    if "query_positions" in r.inputs:
        return pick_row(r.tensor("query_positions", int), b), pick_row(r.tensor("key_positions", int), b)
    if "bias_q_pos" in r.inputs:
        return pick_row(r.tensor("bias_q_pos", int), b), pick_row(r.tensor("bias_k_pos", int), b)
    if "rotary_pos" in r.inputs:
        turned = pick_row(r.tensor("rotary_pos", int), b)
        return turned[r.M + r.S - r.n:], turned
    return query, key


def pick_row(array, b):
    return array[0 if array.shape[0] == 1 else b]


def geometric_slopes(heads):
    """ALiBi's slopes for this many heads; plain doubles."""
    power = 1
    while 2 * power <= heads:
        power *= 2
    slopes = [2.0 ** (-8.0 * k / power) for k in range(1, power + 1)] if heads else []
    following = [2.0 ** (-8.0 * k / (2 * power)) for k in range(1, 2 * power + 1, 2)]
    return (slopes + following)[:heads]


def slope(r, b, h):
    given = r.tensor("slopes")
    if given is None:
        given = np.array(geometric_slopes(r.get("alibi_heads")), dtype=Real)
    if given.ndim == 2:
        return given[b, h]
    return given[h] if h < len(given) else Real(0)


def bucket(d, buckets, max_distance, bidirectional):
    """T5's bucket of a distance; in double, in the order written."""
    offset = 0
    if bidirectional:
        buckets //= 2
        offset = buckets if d < 0 else 0
        d = abs(d)
    else:
        d = max(d, 0)
    exact = buckets // 2
    if d < exact:
        return offset + d
    far = math.floor(math.log(d / exact) / math.log(max_distance / exact) * (buckets - exact))
    return offset + min(buckets - 1, exact + far)


def bias(r, b, h):
    """[n][M+S]; persistent columns have none."""
    kind = r.get("bias")
    query, key = positions(r, b)
    distance = query[:, None] - key[None, :]
    if kind in ("alibi", "alibi_positions"):
        return -slope(r, b, h) * np.abs(distance).astype(Real)
    if kind == "t5":
        table = r.tensor("t5_table")
        both = not r.get("t5_causal_buckets")
        rows = [[bucket(int(d), r.get("t5_num_buckets"), r.get("t5_max_distance"), both) for d in row] for row in distance]
        return Real(r.get("t5_scale")) * table[:, h][np.array(rows, dtype=int).reshape(distance.shape)]
    if kind == "dynamic":
        index = distance + r.n - 1
        assert index.size == 0 or (index.min() >= 0 and index.max() < r.M + r.S + r.n - 1)
        return r.tensor("distance_table")[h][index]
    if kind == "tensor":
        return pick(r.tensor("bias"), b, h)
    if kind == "forget":
        total = r.tensor("forget")[b, h]
        return total[r.M + query][:, None] - total[r.M + key][None, :]
    assert kind == "none", kind
    return np.zeros((r.n, r.M + r.S), dtype=Real)


def inverse_frequencies(r):
    given = r.tensor("rotary_inv_freq")
    if given is not None:
        return given
    R = r.get("rotary_dim")
    rescale = Real(r.get("rotary_base_rescale", 1))
    base = Real(r.get("rotary_base")) * (rescale ** (Real(R) / (R - 2)) if R > 2 else 1)
    return np.array([base ** (Real(-2 * i) / R) for i in range(R // 2)], dtype=Real)


def turn(r, rows, where, sign):
    """Rotary: rows [..][D] at positions `where`; sign +1 for queries, -1 for keys (XPOS)."""
    if r.get("rotary") == "none":
        return rows
    R = r.get("rotary_dim")
    angle = where[:, None].astype(Real) / Real(r.get("rotary_interpolation", 1)) * inverse_frequencies(r)[None, :]
    adjacent, halves = (slice(0, R, 2), slice(1, R, 2)), (slice(0, R // 2), slice(R // 2, R))
    first, second = adjacent if r.get("rotary_layout") == "interleaved" else halves
    a, b = rows[:, first], rows[:, second]
    factor = Real(1)
    if r.get("rotary") == "xpos":
        z = r.tensor("xpos_scale")
        if z is None:
            z = np.array([Real(2 * i + 0.4 * R) / Real(1.4 * R) for i in range(R // 2)], dtype=Real)
        exponent = (where.astype(Real) - Real(r.get("xpos_center"))) / Real(r.get("xpos_scale_base"))
        factor = z[None, :] ** (sign * exponent[:, None])
    turned = rows.copy()
    turned[:, first] = (a * np.cos(angle) - b * np.sin(angle)) * factor
    turned[:, second] = (b * np.cos(angle) + a * np.sin(angle)) * factor
    return turned


def visible(r, b, h):
    """[n][P+M+S]; spec: Visibility, rules 1 to 4."""
    allowed = np.ones((r.n, r.K), dtype=bool)
    key_mask, memory_mask, pairs = r.tensor("key_mask", int), r.tensor("mem_mask", int), r.tensor("attn_mask", int)
    if memory_mask is not None:
        allowed[:, r.P:r.P + r.M] &= memory_mask[b][None, :] != 0
    if key_mask is not None:
        allowed[:, r.P + r.M:] &= key_mask[b][None, :] != 0
    if pairs is not None:
        allowed &= pick(pairs, b, h) != 0
    delta = (r.S - r.n + np.arange(r.n))[:, None] - np.arange(-r.M, r.S)[None, :]
    seen = allowed[:, r.P:]
    if r.get("causal"):
        seen &= delta >= 0
    if r.get("window", -1) != -1:
        seen &= delta <= r.get("window")
    if r.get("window_right", -1) != -1:
        seen &= -delta <= r.get("window_right")
    return allowed


def dot(a, b):
    """[rows of a][rows of b], summed entry by entry in order."""
    total = np.zeros((a.shape[0], b.shape[0]), dtype=Real)
    for d in range(a.shape[1]):
        total += a[:, d][:, None] * b[:, d][None, :]
    return total


def attend(record):
    """out [B][H][n][Dv] and lse [B][H][n] of a record, in longdouble."""
    r = Record(record)
    q, k, v = r.tensor("q"), r.tensor("k"), r.tensor("v")
    out, lse = np.zeros((r.B, r.H, r.n, r.Dv), dtype=Real), np.full((r.B, r.H, r.n), -np.inf, dtype=Real)
    for b in range(r.B):
        for h in range(r.H):
            attend_head(r, q[b, h], k[b], v[b], b, h, out[b, h], lse[b, h])
    return out, lse


def attend_head(r, q, k, v, b, h, out, lse):
    g = r.get("gqa_map")[h]
    query_position, key_position = positions(r, b)
    keys, values = turn(r, k[g], key_position, -1), v[g]
    if r.P:
        keys = np.concatenate([r.tensor("mem_k")[g], keys])
        values = np.concatenate([r.tensor("mem_v")[g], values])
    added = np.concatenate([np.zeros((r.n, r.P), dtype=Real), bias(r, b, h)], axis=1)
    seen = visible(r, b, h) & (added != -np.inf)
    added = np.where(added == -np.inf, Real(0), added)
    if r.get("zero_kv"):
        keys = np.concatenate([np.zeros((1, r.D), dtype=Real), keys])
        values = np.concatenate([np.zeros((1, r.Dv), dtype=Real), values])
        added = np.concatenate([np.zeros((r.n, 1), dtype=Real), added], axis=1)
        seen = np.concatenate([np.ones((r.n, 1), dtype=bool), seen], axis=1)
    scale = r.get("scale")
    scale = 1 / np.sqrt(Real(r.D)) if scale is None else Real(scale)
    score = cap(r, scale * dot(turn(r, q, query_position, +1), keys), added)
    sink = r.tensor("sink")[h] if r.get("sink") else Real(-np.inf)
    for i in range(r.n):
        columns = [c for c in range(len(keys)) if seen[i, c]]
        most = max([score[i, c] for c in columns] + [sink])
        if most == -np.inf:
            continue  # an empty row: 0 and -inf
        weights = [np.exp(score[i, c] - most) for c in columns]
        denominator = sum(weights, Real(0)) + np.exp(sink - most)
        for w, c in zip(weights, columns):
            out[i] += w * values[c]
        out[i] /= denominator
        lse[i] = most + np.log(denominator)


def cap(r, product, added):
    softcap = Real(r.get("softclamp", 0))
    if softcap == 0:
        return product + added
    if r.get("softclamp_order", "after_bias") == "before_bias":
        return softcap * np.tanh(product / softcap) + added
    return softcap * np.tanh((product + added) / softcap)


# ------------------------------------------------------------------------------------------- strangers' numbers

def expected_of(record):
    """The output to compare with: an empty row is 0, whatever the ordinary path gave there."""
    field = record.get("output", record.get("expected"))
    output = np.array(field["data"], dtype=np.float64).reshape(field["shape"])
    if "row_status" in record:
        status = np.array(record["row_status"]["data"]).reshape(record["row_status"]["shape"])
        output[status != 0] = 0
    return output


def compare_with_oracle(path):
    """Largest difference over a file. Both sides round like double, so anything near 1e-13 is another formula."""
    worst, worst_id, count, wrong = 0.0, "", 0, 0
    for line in open(path, encoding="utf-8"):
        record = json.loads(line)
        difference = float(np.abs(attend(record)[0] - expected_of(record)).max(initial=0))
        count += 1
        if difference > worst:
            worst, worst_id = difference, record["id"]
        if not difference < 1e-13:  # NaN as well
            wrong += 1
            print(f"{record['id']}: differs by {difference:.3g}")
    print(f"{path}: {count} records, largest difference {worst:.3g} ({worst_id}), {wrong} wrong")
    return 0 if count > 0 and wrong == 0 else 1


# ----------------------------------------------------------------------------------------------- our own vectors

class Draw:
    """Numbers on the grid k/64, |k| <= 255, from Python's own generator (the same on every version)."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def whole(self, least, most):
        return least + self.random.getrandbits(32) * (most - least + 1) // 2**32

    def chance(self, probability):
        return self.random.getrandbits(32) < probability * 2**32

    def grid(self, *shape, least=-255, most=255):
        """About N(0, 1), cut at least and most (in 64ths)."""
        values = [sum(self.whole(-64, 64) for _ in range(3)) for _ in range(math.prod(shape))]
        return tensor(shape, [min(max(x, least), most) / 64 for x in values])

    def mask(self, *shape, share=0.7):
        return tensor(shape, [int(self.chance(share)) for _ in range(math.prod(shape))])


def tensor(shape, data):
    return {"shape": list(shape), "data": list(data)}


def sizes(B=1, H=2, G=None, D=8, Dv=None, n=4, S=None, M=0, P=0, tiled=False, **more):
    G = H if G is None else G
    S = n if S is None else S
    config = {"batch": B, "heads": H, "kv_heads": G, "head_dim": D, "value_head_dim": Dv or min(D, 8), "queries": n,
              "segment": S, "memories": M, "mem_kv": P, "zero_kv": False, "causal": False, "window": -1, "window_right": -1,
              "softclamp": 0, "softclamp_order": "after_bias", "sink": False, "bias": "none", "rotary": "none",
              "gqa_map": [h % G if tiled else h // (H // G) for h in range(H)]}
    config.update(more)
    return config


def rope(dims, layout="interleaved", **more):
    return {"rotary": "rope", "rotary_dim": dims, "rotary_layout": layout, "rotary_base": 10000, **more}


def xpos(dims, layout="interleaved", scale_base=64, center=2, **more):
    return {**rope(dims, layout), "rotary": "xpos", "xpos_scale_base": scale_base, "xpos_center": center, **more}


def t5(buckets=8, max_distance=16, causal_buckets=False, scale=2):
    return {"bias": "t5", "t5_num_buckets": buckets, "t5_max_distance": max_distance, "t5_causal_buckets": causal_buckets,
            "t5_scale": scale}


def draw_inputs(config, draw, extra):
    """q, k, v and whatever the switches need; `extra` names what is optional."""
    r = Record({"config": config, "inputs": {}})
    keys = r.M + r.S
    inputs = {"q": draw.grid(r.B, r.H, r.n, r.D), "k": draw.grid(r.B, r.G, keys, r.D), "v": draw.grid(r.B, r.G, keys, r.Dv)}
    if r.P:
        inputs["mem_k"], inputs["mem_v"] = draw.grid(r.G, r.P, r.D), draw.grid(r.G, r.P, r.Dv)
    if "key_mask" in extra:
        inputs["key_mask"] = draw.mask(r.B, r.S)
    if "mem_mask" in extra:
        inputs["mem_mask"] = draw.mask(r.B, r.M)
    if "attn_mask" in extra:
        lead = {"full": (r.B, r.H), "batch": (r.B, 1), "heads": (1, r.H), "one": (1, 1)}[extra["attn_mask"]]
        inputs["attn_mask"] = draw.mask(*lead, r.n, r.K, share=0.6)
    if config["sink"]:
        inputs["sink"] = draw.grid(r.H)
    draw_bias(r, draw, extra, inputs)
    draw_positions(r, draw, extra, inputs)
    return inputs


def draw_bias(r, draw, extra, inputs):
    kind, keys = r.get("bias"), r.M + r.S
    if kind == "alibi" and extra.get("slopes") == "heads":
        inputs["slopes"] = draw.grid(r.H, least=1, most=64)
    if kind == "alibi" and extra.get("slopes") == "batch":
        inputs["slopes"] = draw.grid(r.B, r.H, least=1, most=64)
    if kind == "t5":
        inputs["t5_table"] = draw.grid(r.get("t5_num_buckets"), r.H)
    if kind == "dynamic":
        inputs["distance_table"] = draw.grid(r.H, keys + r.n - 1)
    if kind == "tensor":
        lead = {"full": (r.B, r.H), "batch": (r.B, 1), "heads": (1, r.H), "one": (1, 1)}[extra.get("dense", "heads")]
        dense = draw.grid(*lead, r.n, keys)
        hidden = extra.get("dense_hidden", 0)
        dense["data"] = [None if draw.chance(hidden) else x for x in dense["data"]]
        inputs["bias"] = dense
    if kind == "forget":
        inputs["forget"] = tensor((r.B, r.H, keys), [x for _ in range(r.B * r.H) for x in running_sum(draw, keys)])


def running_sum(draw, count):
    """Sums of log gates (each <= 0) from the oldest key on."""
    total, sums = 0, []
    for _ in range(count):
        total -= draw.whole(0, 48)
        sums.append(total / 64)
    return sums


def draw_positions(r, draw, extra, inputs):
    if "positions" not in extra:
        return
    batch = r.B if extra["positions"] == "batch" else 1
    span = extra.get("span", 40)
    inputs["query_positions"] = tensor((batch, r.n), [draw.whole(0, span) for _ in range(batch * r.n)])
    inputs["key_positions"] = tensor((batch, r.M + r.S), [draw.whole(0, span) for _ in range(batch * (r.M + r.S))])


# One row a case: group, sizes and switches, optional inputs. The group's name tells what strangers' numbers lack.
CASES = [
    ("forget", sizes(B=2, H=2, n=6, causal=True, bias="forget"), {}),
    ("forget", sizes(H=4, G=2, n=5, M=3, causal=True, bias="forget"), {}),
    ("forget", sizes(B=2, H=3, n=4, S=9, M=2, P=2, causal=True, bias="forget"), {"key_mask": 1, "mem_mask": 1}),
    ("forget", sizes(H=2, n=6, S=7, window_right=0, bias="forget", softclamp=5), {}),
    ("forget", sizes(H=2, n=5, S=8, P=1, causal=True, window=3, bias="forget", sink=True), {}),
    ("forget", sizes(H=2, n=6, S=3, M=4, causal=True, bias="forget", softclamp=3, softclamp_order="before_bias"), {}),

    ("cache", sizes(B=2, H=2, n=3, S=10, causal=True), {}),
    ("cache", sizes(H=4, G=2, n=1, S=17, P=3, causal=True, bias="alibi", alibi_heads=4), {}),
    ("cache", sizes(B=2, H=3, G=1, n=2, S=9, M=4, P=2, causal=True, bias="alibi", alibi_heads=2), {"key_mask": 1, "mem_mask": 1}),
    ("cache", sizes(H=2, n=4, S=11, M=3, causal=True, **t5(causal_buckets=True)), {}),
    ("cache", sizes(H=2, n=4, S=11, M=3, P=1, **t5(buckets=12, max_distance=9)), {}),
    ("cache", sizes(H=2, n=3, S=8, M=2, P=2, bias="dynamic"), {}),
    ("cache", sizes(B=2, H=2, n=3, S=8, P=2, causal=True, bias="tensor"), {"dense": "full"}),
    ("cache", sizes(H=2, n=3, S=9, M=2, P=2, causal=True, **rope(4)), {}),
    ("cache", sizes(H=2, n=3, S=9, causal=True, window=4, bias="alibi"), {"slopes": "heads"}),
    ("cache", sizes(B=3, H=1, n=2, S=6, P=1, causal=True), {"attn_mask": "batch"}),

    ("softcap-before", sizes(H=2, n=5, softclamp=2.5, softclamp_order="before_bias", bias="alibi", alibi_heads=2), {}),
    ("softcap-before", sizes(H=2, n=5, M=2, P=2, causal=True, softclamp=1, softclamp_order="before_bias", **t5()), {}),
    ("softcap-before", sizes(H=2, n=4, P=1, softclamp=0.5, softclamp_order="before_bias", bias="dynamic", sink=True), {}),
    ("softcap-before", sizes(B=2, H=2, n=4, S=7, softclamp=2, softclamp_order="before_bias", bias="tensor", zero_kv=True),
     {"dense": "one", "dense_hidden": 0.3}),
    ("softcap-before", sizes(H=4, G=2, n=4, softclamp=50, softclamp_order="before_bias", causal=True, scale=1, window=2), {}),
    ("softcap-after", sizes(B=2, H=4, G=2, n=4, S=7, M=1, P=2, softclamp=1.5, causal=True, bias="alibi", zero_kv=True, sink=True),
     {"slopes": "batch"}),

    ("halves", sizes(H=2, n=5, causal=True, **rope(8, "halves")), {}),
    ("halves", sizes(H=2, n=5, M=3, P=2, causal=True, **rope(4, "halves")), {}),
    ("halves", sizes(H=2, D=12, n=4, S=9, P=1, **rope(6, "halves", rotary_base_rescale=4, rotary_interpolation=2)), {}),
    ("halves", sizes(H=2, D=6, n=4, S=6, **rope(2, "halves", rotary_base_rescale=4)), {}),
    ("halves", sizes(H=4, G=2, D=16, n=4, S=6, causal=True, bias="alibi", alibi_heads=3, **rope(16, "halves")), {}),
    ("halves", sizes(B=2, H=2, n=4, M=2, P=2, **xpos(8, "halves")), {"mem_mask": 1}),

    ("window-right", sizes(H=2, n=8, window_right=2), {}),
    ("window-right", sizes(H=2, n=8, M=2, P=2, window=3, window_right=1, bias="alibi", alibi_heads=2), {}),
    ("window-right", sizes(H=2, n=6, S=9, P=1, window=0, window_right=0), {}),
    ("window-right", sizes(B=2, H=2, n=6, S=9, window=1, window_right=3, causal=True), {"key_mask": 1}),
    ("window-right", sizes(H=2, n=6, S=4, M=2, window_right=1, **t5()), {}),
    ("window-right", sizes(H=2, n=7, window=2, window_right=0, sink=True), {"key_mask": 1}),

    ("grouped", sizes(H=4, G=2, n=4, bias="alibi", alibi_heads=4, causal=True), {}),
    ("grouped", sizes(B=2, H=8, G=2, D=4, n=3, S=6, P=2, causal=True, bias="alibi", alibi_heads=5), {}),
    ("grouped", sizes(H=6, G=3, D=4, n=4, M=2, **t5()), {}),
    ("grouped", sizes(H=6, G=2, D=4, n=3, P=2, sink=True, bias="dynamic"), {}),
    ("grouped", sizes(B=2, H=4, G=2, n=3, S=5, M=1, P=1, **rope(8, "halves")), {"attn_mask": "heads"}),
    ("tiled", sizes(B=2, H=6, G=3, D=4, n=3, S=5, P=1, tiled=True, bias="alibi"), {"slopes": "batch"}),

    ("wide", sizes(H=2, D=64, n=4, S=7, causal=True), {}),
    ("wide", sizes(H=2, G=1, D=128, n=3, S=6, P=1, causal=True, bias="alibi", alibi_heads=2), {}),
    ("wide", sizes(H=1, D=200, Dv=12, n=3, S=5, M=1), {}),
    ("wide", sizes(H=1, D=128, n=3, S=6, causal=True, **rope(128)), {}),
    ("wide", sizes(H=1, D=200, n=3, S=5, P=1, **rope(64, "halves")), {}),
    ("wide", sizes(H=1, D=64, Dv=72, n=3, S=5, M=1, P=1, **xpos(64, scale_base=512, center=3)), {}),
    ("wide", sizes(H=2, D=5, Dv=131, n=2, S=4, causal=True, **t5(causal_buckets=True)), {}),

    ("more-queries", sizes(H=2, n=6, S=3, causal=True), {}),
    ("more-queries", sizes(H=2, n=6, S=3, M=2, P=1, causal=True, bias="alibi", alibi_heads=2), {}),
    ("more-queries", sizes(B=2, H=2, n=7, S=2, M=2, **t5()), {"key_mask": 1}),
    ("more-queries", sizes(H=2, n=5, S=2, M=1, bias="dynamic", causal=True, sink=True), {}),
    ("more-queries", sizes(H=2, n=5, S=2, M=2, P=1, **rope(4, "halves")), {}),
    ("more-queries", sizes(H=2, n=4, S=0, M=3, causal=True, bias="alibi", alibi_heads=1), {}),
    ("more-queries", sizes(H=2, n=3, S=0, P=2), {}),

    ("positions", sizes(B=3, H=2, n=4, S=6, causal=True, bias="alibi", alibi_heads=2), {"positions": "batch"}),
    ("positions", sizes(B=2, H=2, n=4, M=2, P=1, **t5()), {"positions": "batch"}),
    ("positions", sizes(B=2, H=2, n=4, S=5, M=1, P=2, causal=True, **rope(8)), {"positions": "batch"}),
    ("positions", sizes(B=2, H=2, n=4, S=5, P=1, bias="alibi", **rope(4, "halves")), {"positions": "one", "slopes": "batch"}),
    ("positions", sizes(B=2, H=1, n=4, M=2, P=1, **xpos(4, center=20)), {"positions": "batch"}),
    ("positions", sizes(B=2, H=2, n=3, S=6, M=3, bias="dynamic"), {"positions": "batch", "span": 2}),

    ("dense-hidden", sizes(B=2, H=2, n=4, S=6, P=2, bias="tensor"), {"dense": "full", "dense_hidden": 0.4}),
    ("dense-hidden", sizes(B=2, H=2, n=5, bias="tensor", causal=True), {"dense": "heads", "dense_hidden": 0.5}),
    ("dense-hidden", sizes(B=2, H=2, n=4, M=3, bias="tensor", sink=True, softclamp=2), {"dense": "batch", "dense_hidden": 0.7}),
    ("dense-hidden", sizes(H=2, n=4, bias="tensor"), {"dense": "one", "dense_hidden": 1}),

    ("slopes-batch", sizes(B=3, H=2, n=4, S=5, bias="alibi"), {"slopes": "batch"}),
    ("slopes-batch", sizes(B=2, H=4, G=2, n=4, M=2, P=3, causal=True, bias="alibi"), {"slopes": "batch", "mem_mask": 1}),

    ("zero-kv-sink", sizes(H=2, n=4, zero_kv=True, sink=True, causal=True), {}),
    ("zero-kv-sink", sizes(B=2, H=2, n=4, S=6, M=2, P=2, zero_kv=True, sink=True, bias="alibi", alibi_heads=2),
     {"attn_mask": "full", "key_mask": 1}),
    ("zero-kv-sink", sizes(H=2, n=3, S=0, zero_kv=True, sink=True), {}),
    ("zero-kv-sink", sizes(H=3, n=3, zero_kv=True, softclamp=1, softclamp_order="before_bias", bias="alibi", alibi_heads=3), {}),

    ("xpos-memories", sizes(H=2, n=4, M=5, P=3, causal=True, **xpos(8, center=2)), {}),
    ("xpos-memories", sizes(B=2, H=2, n=3, S=7, M=4, P=2, causal=True, **xpos(4, scale_base=16, center=3.5)), {"mem_mask": 1}),
    ("xpos-memories", sizes(H=4, G=2, n=3, M=2, P=1, window=3, **xpos(6, "halves", scale_base=32, center=-1)), {}),

    ("empty", sizes(B=2, H=2, n=3, S=0), {}),
    ("empty", sizes(B=2, H=2, n=4, S=5, sink=True, causal=True, window=1), {"attn_mask": "full", "key_mask": 1}),
    ("empty", sizes(H=2, n=0, S=3), {}),
]


def number(x):
    """The shortest decimal of the double; integral values without a point; minus infinity as null."""
    x = float(x)
    if x == -math.inf:
        return None
    return int(x) if x == int(x) and abs(x) < 2**53 else x


def records():
    counts = {}
    for index, (group, config, extra) in enumerate(CASES):
        counts[group] = counts.get(group, 0) + 1
        inputs = draw_inputs(config, Draw(1000 + index), extra)
        for field in inputs.values():
            field["data"] = [x if x is None else number(x) for x in field["data"]]
        record = {"id": f"{group}-{counts[group]:03d}", "config": config, "inputs": inputs}
        out, lse = attend(record)
        record["output"] = tensor(out.shape, [number(x) for x in out.ravel()])
        record["lse"] = tensor(lse.shape, [number(x) for x in lse.ravel()])
        yield record


def text_of(record):
    return json.dumps(record, separators=(",", ":")) + "\n"


def write(path):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for record in records():
            file.write(text_of(record))
    print(f"{path}: {len(CASES)} records")
    return 0


def first_difference(wanted, found):
    if wanted["id"] != found.get("id"):
        return f"id is {found.get('id')}, expected {wanted['id']}"
    for name in wanted:
        if wanted[name] != found.get(name):
            return f"{wanted['id']}: {name} differs"
    return f"{wanted['id']}: other bytes, same values"


def check(path):
    lines = open(path, encoding="utf-8", newline="").readlines()
    if len(lines) != len(CASES):
        print(f"{path}: {len(lines)} records, expected {len(CASES)}")
        return 1
    for at, (line, record) in enumerate(zip(lines, records()), start=1):
        if line != text_of(record):
            print(f"{path}:{at}: {first_difference(record, json.loads(line))}")
            return 1
    print(f"{path}: {len(lines)} records, every byte as computed again")
    return 0


def main():
    parser = argparse.ArgumentParser(description="attention once more, in NumPy: compares, writes and checks vectors")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--oracle", metavar="FILE")
    group.add_argument("--write", metavar="FILE")
    group.add_argument("--check", metavar="FILE")
    options = parser.parse_args()
    if options.oracle:
        return compare_with_oracle(options.oracle)
    if np.finfo(Real).nmant != 63:
        print(f"second_source.py: skipped, numpy.longdouble has {np.finfo(Real).nmant + 1} bits here, not the 64 of x86-64")
        return 77
    return write(options.write) if options.write else check(options.check)


if __name__ == "__main__":
    sys.exit(main())
