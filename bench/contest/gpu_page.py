"""The page and the plot of what was measured on a GPU."""
import math

import report
from contest import rotation
from contest.page import OURS, best_peer, entry_of, errors, lead, names, percent, timed

HEAD = """# Attention on a GPU, ours beside its peers

{facts}

A cell is TFLOP/s of the two products, causality counted as the work that it leaves, and in brackets the fraction of what a product of square
matrices of bf16 reached beside the row; for rows that decode, GB/s of keys and values read once for each kv head, and the fraction of what
a copy moved, bytes read and written both counted. `ours / best` is the best peer's time over ours: above 1 we are ahead. `bias costs` is our
time over that of our own row without ALiBi.

Random data. Contestants take turns; a sample is a graph of calls between two events, and what is told is the median. Calls of a row that
decodes go in turns over copies of its keys and values, which together are {caches} times the L2 cache or more, so that all come out of memory.
Before it is timed, what a contestant computes is held to the certified bound of its arithmetic around the truth in double, on 4 rows of
every head of 2 sequences: who is outside is refused, and has no time. ALiBi is a mask in bf16 for cuDNN and `efficient` (PyTorch's
memory-efficient kernels), whose rounding of far distances is theirs. FA2 as PyTorch has it takes no mask, and so no ALiBi, nor causality
beside persistent columns; FlashAttention's own package takes slopes, and is `flash-attn` where it is installed.
"""


def rate(row, entry):
    """(number, unit) of a time."""
    seconds = entry["time_ms"] * 1e-3
    return (row["bytes"] / seconds / 1e9, "GB/s") if row["limit"]["name"] == "copy" else (row["flops"] / seconds / 1e12, "TFLOP/s")


def cell(row, name, notes):
    entry, untimed = entry_of(row, name, notes)
    return untimed or f"{rate(row, entry)[0]:.0f} ({percent(entry['of_limit'])})"


def bias_costs(row, rows):
    """Our time over ours without ALiBi, in words; "" where there is none to compare with."""
    plain = {"alibi": "plain", "alibi+causal": "causal"}.get(row["mode"])
    others = [timed(one)[OURS]["time_ms"] for one in rows if (one["shape"], one["mode"]) == (row["shape"], plain) and OURS in timed(one)]
    return f"x{timed(row)[OURS]['time_ms'] / others[0]:.2f}" if others and OURS in timed(row) else ""


def table(rows):
    notes, contestants = {}, names(rows)
    lines = [["row", "kernel", *contestants, "limit", "best peer", "ours / best", "bias costs"]]
    for row in rows:
        kernel, ahead, limit = row["contestants"].get(OURS, {}).get("kernel", ""), lead(row), row["limit"]
        of_bytes = limit["name"] == "copy"
        told = f"{limit['name']} {limit['rate'] / (1e9 if of_bytes else 1e12):.0f} {'GB/s' if of_bytes else 'TFLOP/s'}"
        cells = (cell(row, name, notes) for name in contestants)
        compared = (best_peer(row) or "", f"{ahead:.2f}" if ahead else "", bias_costs(row, rows))
        lines.append([f"{row['shape']} {row['mode']}", kernel, *cells, told, *compared])
    footnotes = "\n".join(f"[{number}] {name}: {why}  " for (name, why), number in notes.items())
    return report.grid(lines) + (f"\n\n{footnotes}\n" if footnotes else "\n")


def page(about, rows, plot=None):
    """The text of docs/gpu.md."""
    facts = "\n".join(f"* {key.replace('_', ' ')}: {value}" for key, value in about.items())
    text = HEAD.format(facts=facts, caches=rotation.CACHES)
    if plot:
        text += f"\n![Roofline: TFLOP/s by FLOP for each byte that must be moved]({plot})\n"
    for title, decodes in (("Many queries", False), ("Decoding", True)):
        some = [row for row in rows if (row["limit"]["name"] == "copy") == decodes]
        if some:
            text += f"\n## {title}\n\n{table(some)}\n{errors(some)}"
    return text


def draw(rows, path):
    """PATH.svg and PATH.png: the roof that copy and matmul make, and every timed row under it."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "boresight", "font.size": 8}
    from matplotlib import pyplot

    figure, panel = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    rates = {name: max((row["limit"]["rate"] for row in rows if row["limit"]["name"] == name), default=None) for name in ("copy", "matmul")}
    intensities = [row["flops"] / row["moved"] for row in rows]
    ends = min(intensities) / 2, max(intensities) * 2
    roof = lambda x: min(rates["matmul"] or math.inf, x * rates["copy"] if rates["copy"] else math.inf) / 1e12  # noqa: E731
    corner = rates["matmul"] / rates["copy"] if all(rates.values()) else ends[1]
    bends = sorted({*ends, max(ends[0], min(ends[1], corner))})
    panel.plot(bends, [roof(x) for x in bends], color="gray", linewidth=0.8, label=" and ".join(name for name in rates if rates[name]))
    every = names(rows)
    for at, name in enumerate(every):
        points = [(row["flops"] / row["moved"], row["flops"] / timed(row)[name]["time_ms"] / 1e9) for row in rows if name in timed(row)]
        style = {"color": "black", "marker": "D", "s": 22, "zorder": 3} if name == OURS else {"color": f"C{at}", "marker": "o", "s": 12}
        panel.scatter(*zip(*points) if points else ([], []), label=name, **style)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlim(*ends)
    panel.set_xlabel("FLOP for each byte of q, k, v and out")
    panel.set_ylabel("TFLOP/s")
    panel.grid(linewidth=0.3)
    panel.legend(frameon=False, loc="lower right")
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), dpi=110)
