"""The page and the plot of what was measured: a table for each instruction set, type and number of threads."""
import math

import report

OURS = "ours"
GOALS = {"causal": 1.5, "alibi": 1.25, "alibi+causal": 1.5}  # times the best peer

HEAD = """# Attention on the CPU, ours beside its peers

{facts}

A cell is the median time of a call, and in brackets what fraction of the machine's limit that is, measured beside the row: of the FMA peak
(of bf16 products where the processor has them), causality counted as the work that it leaves, or, for rows that decode, of the rate at
which the row's keys and values are read once. `ours / best` is the best peer's time over ours: above 1 we are ahead.

Contestants take turns in one process, on the same inputs, and a sample in which the system took the processor away is dropped. Where
fewer than three were left (~), all count on one thread, which is timed by its process's own clock; on several nothing is compared.
Before it is timed, what a contestant computes is held to the certified bound of its arithmetic around the truth in double, on 32 rows of
every head: who is outside is refused.
Peers get their inputs as their users have them, outside of the time: keys joined to one tensor, ALiBi as a dense bias in f32
(FlexAttention: a score_mod, compiled for the row), layouts as the operator asks for them. How each is called is in bench/README.md.
{denormals}"""
FLUSHED = """Subnormal numbers are flushed to zero, for all: with ALiBi the weights of far columns are subnormal, and processors that
compute with these in microcode are much slower there.
"""
KEPT = "Subnormal numbers are kept, as they are by default.\n"


def names(rows):
    """Of the contestants, ours first."""
    found = list(dict.fromkeys(name for row in rows for name in row["contestants"]))
    return sorted(found, key=lambda name: name != OURS)


def timed(row):
    """Those whose times can be compared."""
    return {name: entry for name, entry in row["contestants"].items() if "time_ms" in entry and not entry["untold"]}


def best_peer(row):
    peers = {name: entry["time_ms"] for name, entry in timed(row).items() if name != OURS}
    return min(peers, key=peers.get) if peers else None


def lead(row):
    """The best peer's time over ours, or None."""
    found, peer = timed(row), best_peer(row)
    return found[peer]["time_ms"] / found[OURS]["time_ms"] if peer and OURS in found else None


def percent(fraction):
    return f"{100 * fraction:.0f} %"


def entry_of(row, name, notes):
    """The contestant's entry of the row, and the cell that says why it was not timed, with the number of a note; None: it was."""
    entry = row["contestants"].get(name, {"not_taken": "not asked"})
    for word in ("not_taken", "refused"):
        if word in entry:
            note = notes.setdefault((name, entry[word]), len(notes) + 1)
            return entry, f"{'-' if word == 'not_taken' else 'REFUSED'} [{note}]"
    return entry, None


def cell(row, name, notes):
    entry, untimed = entry_of(row, name, notes)
    if untimed:
        return untimed
    share = f" ({percent(entry['of_limit'])})" if "of_limit" in entry else ""
    return f"{'~' * entry['disturbed']}{entry['time_ms']:.3g}{share}"


def table(rows):
    notes, contestants = {}, names(rows)
    lines = [["row", "kernel", *(f"{name}, ms" for name in contestants), "best peer", "ours / best"]]
    for row in rows:
        kernel = row["contestants"].get(OURS, {}).get("kernel", "")
        ahead = lead(row)
        lines.append(
            [f"{row['shape']} {row['mode']}", kernel, *(cell(row, name, notes) for name in contestants)]
            + [best_peer(row) or "", "" if ahead is None else f"{ahead:.2f}"]
        )
    footnotes = "\n".join(f"[{number}] {name}: {why}  " for (name, why), number in notes.items())
    return f"{report.grid(lines)}\n\n{footnotes}\n" if footnotes else report.grid(lines) + "\n"


def behind(rows):
    """In words: where we are not ahead, and where not as far as we want to be."""
    leads = {f"{row['shape']} {row['mode']}": (row["mode"], lead(row)) for row in rows}
    known = {name: (mode, ahead) for name, (mode, ahead) in leads.items() if ahead is not None}
    if not known:
        return "On no row can ours be compared with a peer.\n"
    written = lambda found: ", ".join(f"{name} ({known[name][1]:.2f})" for name in found)  # noqa: E731
    losing = [name for name, (_, ahead) in known.items() if ahead <= 1]
    short = [name for name, (mode, ahead) in known.items() if 1 < ahead < GOALS.get(mode, 1)]
    told = f"Not ahead of every peer on {written(losing)}." if losing else f"Ahead of every peer on all {len(known)} rows."
    wanted = ", ".join(f"{mode} {goal}" for mode, goal in GOALS.items())
    untold = len(leads) - len(known)
    told += f" {untold} more could not be told." if untold else ""
    return told + (f" Ahead, but by less than is wanted ({wanted}), on {written(short)}." if short else "") + "\n"


def errors(rows):
    largest = {}
    for row in rows:
        for name, entry in row["contestants"].items():
            if "time_ms" in entry:
                largest[name] = max(largest.get(name, 0), entry["error/bound"])
    return "Largest error as a fraction of the bound: " + ", ".join(f"{name} {value:.2g}" for name, value in largest.items()) + ".\n"


def title(group):
    isa, type_, threads = group
    return f"{type_}, {threads} thread{'s' * (threads > 1)}" + ("" if isa == "best" else f", {isa} alone")


def groups(runs):
    """{(isa, type, threads): rows}, of a list of runs, each {"isa", "threads", "rows"}."""
    found = {}
    for run in runs:
        for row in run["rows"]:
            found.setdefault((run["isa"], row["type"], run["threads"]), []).append(row)
    return found


def limits(rows):
    """The medians of the limits over the rows, in words."""
    rates = {}
    for row in rows:
        rates.setdefault(row["limit"]["name"], []).append(row["limit"]["rate"])
    unit = {"peak": "GFLOP/s", "read rate": "GB/s"}
    return "; ".join(
        f"{name} {sorted(found)[len(found) // 2] / 1e9:.3g} {unit[name]} ({min(found) / 1e9:.3g} to {max(found) / 1e9:.3g})"
        for name, found in rates.items()
    )


def page(about, runs, plot=None):
    """The text of docs/speed.md."""
    facts = "\n".join(f"* {key.replace('_', ' ')}: {value}" for key, value in about.items())
    denormals = KEPT if about.get("denormals") == "kept" else FLUSHED
    text = HEAD.format(facts=facts, denormals=denormals)
    if plot:
        text += f"\n![Fractions of the machine's limit by row and contestant]({plot})\n"
    for group, rows in groups(runs).items():
        text += f"\n## {title(group)}\n\n{limits(rows)}\n\n{table(rows)}\n{behind(rows)}\n{errors(rows)}"
        if group[0] == "avx2":
            text += "\nonnxruntime can't be limited to AVX2: its times are those of its widest instructions.\n"
    return text


def draw(runs, path):
    """PATH.svg and PATH.png: a panel for each group, a line for each row, a mark for each contestant."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "boresight", "font.size": 8}
    from matplotlib import pyplot

    found = groups(runs)
    columns = min(2, len(found))
    lines = math.ceil(len(found) / columns)
    height = max(len(rows) for rows in found.values()) * 0.2 + 1
    figure, panels = pyplot.subplots(lines, columns, figsize=(6 * columns, height * lines), squeeze=False, layout="constrained")
    every = names([row for rows in found.values() for row in rows])
    colors = {name: "black" if name == OURS else f"C{at}" for at, name in enumerate(every)}
    for panel, (group, rows) in zip(panels.flat, found.items()):
        for name in every:
            points = [(entry["of_limit"], -at) for at, row in enumerate(rows) if "of_limit" in (entry := row["contestants"].get(name, {}))]
            style = {"marker": "D", "s": 26, "zorder": 3} if name == OURS else {"marker": "o", "s": 14}
            panel.scatter(*zip(*points) if points else ([], []), color=colors[name], label=name, **style)
        panel.set_yticks([-at for at in range(len(rows))], [f"{row['shape']} {row['mode']}" for row in rows])
        panel.set_title(title(group))
        panel.grid(axis="y", linewidth=0.3)
        panel.set_xlim(0, 1)
        panel.xaxis.set_major_formatter(lambda x, _: percent(x))
    for panel in list(panels.flat)[len(found) :]:
        panel.set_axis_off()
    figure.supxlabel("of the machine's limit: FMA peak, or for dec* the rate of reads")
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(every) // 2 + 1, frameon=False)
    figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    figure.savefig(path.with_suffix(".png"), dpi=110)
