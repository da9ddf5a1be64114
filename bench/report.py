#!/usr/bin/env python3
"""Makes tables of attention_bench's JSON: how much of the machine's limit each kernel reaches by shape, mode, type and threads, what
encodings and masks cost, and how time grows. Prints them, and writes them to FOLDER as DATE-COMMIT.md and .json, with the machine
and its limits. Without FOLDER it only prints.

Usage: report.py ATTENTION.json [FOLDER]
"""
import json
import pathlib
import platform
import re
import statistics
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
GOALS = json.loads((TOP / "bench/goals.json").read_text())
COUNTERS = ("of f32 peak", "of bf16 peak", "of read rate", "error/bound", "FLOP/s", "bytes/s", "scores", "samples", "kept", "spread",
            "verified")
LIMITS = {"of f32 peak": "peak", "of bf16 peak": "bf16 peak", "of read rate": "read"}
OF_LIMIT = """A cell is the share of the limit that the kernel reached, in percent, which limit, the goal where there is one, and the median
time of a call. `peak`: multiply-adds of f32 in registers, of the kernel's instruction set; `bf16 peak`: the same by bf16 products, where the
processor has them; `read`: a loop that only reads the very keys and values. The limit was run beside every sample. What causality or a
window hides is no work; what masks hide is. The last factor is the time over the same without the mode (over `causal` for a causal mode)."""
ENCODINGS = """A cell is the median time of a call, its factor over `none` with the same shape, and the largest error as a fraction of the
certified bound. The reference is the truth itself."""
GROWTH = """A cell is the time for each (row, column) pair, heads counted apart, and its factor over the first row of the table: 1.00 is time
that grows as the pairs do, so that columns cost no more than their share."""
MASKS = "A cell is the median time of a call, and its factor over `plain`."
SAMPLES = """Samples in which another process took the processor away were dropped. `~`: there was no other, so that all count, by the time
that the thread itself had the processor; of several threads such a time is no measurement, and has no share of a limit."""


def git(*words):
    return subprocess.run(["git", "-C", TOP, *words], capture_output=True, text=True, check=False).stdout.strip()


def processor():
    """The model's name, and what tells it from others that have the same name."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = dict(re.findall(r"^(model name|cpu family|model|stepping)\s*: (.*)$", text, re.MULTILINE))
    if "model name" not in found:
        return platform.processor() or platform.machine()
    return f"{found['model name']}, family {found.get('cpu family')} model {found.get('model')} stepping {found.get('stepping')}"


def limits(context):
    """{(name, threads): FLOP/s or bytes/s, or why there is none}"""
    found = {}
    for key, told in context.items():
        if key.startswith("limit/"):
            _, name, threads = key.split("/")
            found[name, int(threads[1:])] = float(told) if re.match(r"[0-9.e+]+$", told) else told
    return found


def head(context):
    """What the numbers belong to."""
    return {"date": context["date"][:10], "commit": git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") or "unknown",
            "machine": processor(), "processors": context["num_cpus"], "system": platform.system() + " " + platform.machine(),
            "instruction set": context["set"] + " (forced)" if "set" in context else context["best set"]}


def rows(benchmarks):
    """One for each (kernel, series, shape, mode, type, threads): medians over repetitions. A refused kernel has its reason instead."""
    groups = {}
    for run in sorted(benchmarks, key=lambda run: run["family_index"]):  # as registered, whatever the order of running
        if run.get("run_type") != "aggregate":
            groups.setdefault(run["name"], []).append(run)
    for name, runs in groups.items():
        _, kernel, series, shape, mode, kind, threads, *_ = name.split("/")
        row = {"kernel": kernel, "series": series, "shape": shape, "mode": mode, "type": kind, "threads": int(threads[1:])}
        refused = [run["error_message"] for run in runs if run.get("error_occurred")]
        if refused:
            yield row | {"refused": refused[0]}
            continue
        row |= {"kernel": runs[0]["label"], "repetitions": len(runs), "time_ms": statistics.median(run["real_time"] for run in runs)}
        for counter in COUNTERS:
            told = [run[counter] for run in runs if counter in run]
            if told:
                row[counter] = statistics.median(told)
        yield row


def grid(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = ["| " + " | ".join(word.ljust(width) for word, width in zip(line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]])


def table(measured, down, across, cell):
    """A grid of cell(row): one line for each value of the fields `down`, one column for each of the fields `across`."""
    def of(fields, row):
        return tuple(row[field] for field in fields)

    lines, columns = (list(dict.fromkeys(of(fields, row) for row in measured)) for fields in (down, across))
    found = {(of(down, row), of(across, row)): row for row in measured}
    words = [[*map(str, line), *(told(found.get((line, column)), cell) for column in columns)] for line in lines]
    titles = (" ".join(f"t{word}" if field == "threads" else str(word) for field, word in zip(across, column)) for column in columns)
    return grid([[*down, *titles], *words])


def told(row, cell):
    if row is None:
        return ""
    return "REFUSED" if "refused" in row else cell(row)


def milliseconds(row):
    return f"{'' if row['kept'] else '~'}{row['time_ms']:.3g} ms"


def beside(measured, row, **changed):
    """The row that differs in these fields alone, if it was timed."""
    fields = ("kernel", "series", "shape", "mode", "type", "threads")
    wanted = [changed.get(field, row[field]) for field in fields]
    return next((other for other in measured if [other[field] for field in fields] == wanted and "time_ms" in other), None)


def factor(row, base):
    return f"x{row['time_ms'] / base['time_ms']:.2f}" if base and base is not row else ""


def share(measured):
    def cell(row):
        name = max((counter for counter in LIMITS if counter in row), key=row.get, default=None)
        reached = f"{100 * row[name]:.0f}% {LIMITS[name]}" if name else "no share"
        goal = GOALS.get(row["type"], {}).get(row["mode"], {}).get(row["shape"]) if row["threads"] == 1 else None
        base = beside(measured, row, mode="causal" if row["mode"].endswith("_causal") else "plain")
        if row["mode"] == "causal":
            base = None
        return " · ".join(filter(None, (reached, goal and f"goal {goal}", milliseconds(row), factor(row, base))))

    return cell


def cost(measured, base, with_error):
    def cell(row):
        error = f"{row['error/bound']:.3f}" if with_error and "error/bound" in row else ""
        return " · ".join(filter(None, (f"{milliseconds(row)} {factor(row, beside(measured, row, mode=base))}".strip(), error)))

    return cell


def growth(measured):
    def each(row):
        return row["time_ms"] / row["scores"]

    def cell(row):
        first = beside(measured, row, shape=next(other["shape"] for other in measured if other["series"] == row["series"]))
        ratio = f" x{each(row) / each(first):.2f}" if first else ""
        return f"{'' if row['kept'] else '~'}{1e9 * each(row):.1f} ps{ratio}"

    return cell


# Series by the names in attention_cases.cc: what it answers, its legend, lines, columns, and the cells.
TABLES = {
    "prefill": ("Many queries: shares of the limit", OF_LIMIT, ("shape", "mode", "kernel"), ("type", "threads"), share),
    "decode": ("Few queries: shares of the limit", OF_LIMIT, ("shape", "mode", "kernel"), ("type", "threads"), share),
    "encodings": ("What encodings cost, and their errors", ENCODINGS, ("shape", "mode"), ("kernel", "threads"),
                  lambda measured: cost(measured, "none", True)),
    "masks": ("What masks cost", MASKS, ("shape", "mode"), ("kernel", "threads"), lambda measured: cost(measured, "plain", False)),
    "growth_n": ("Growth with n queries and keys", GROWTH, ("shape", "kernel"), ("mode", "threads"), growth),
    "growth_P": ("Growth with P persistent columns", GROWTH, ("shape", "kernel"), ("mode", "threads"), growth),
    "growth_M": ("Growth with M memories", GROWTH, ("shape", "kernel"), ("mode", "threads"), growth),
}


def limits_table(context):
    found = limits(context)
    names, threads = (list(dict.fromkeys(key[k] for key in found)) for k in (0, 1))

    def number(name, many):
        rate = found.get((name, many), "")
        return rate if isinstance(rate, str) else f"{rate / 1e9:.1f} {'GB/s' if 'read' in name else 'GFLOP/s'}"

    return grid([["limit", *(f"t{many}" for many in threads)], *([name, *(number(name, many) for many in threads)] for name in names)])


def page(about, context, measured):
    parts = ["# Attention beside the machine's limits", "\n".join(f"* {key}: {value}" for key, value in about.items()),
             "Every kernel was held to its certified bound on the very call before it was timed. " + SAMPLES,
             "## The machine's limits", limits_table(context)]
    for series, (title, legend, down, across, cell) in TABLES.items():
        some = [row for row in measured if row["series"] == series]
        if some:
            parts += [f"## {title}", *([] if legend in parts else [legend]), table(some, down, across, cell(some))]
    return "\n\n".join(parts) + "\n"


def main(path, folder=None):
    report = json.loads(pathlib.Path(path).read_text())
    context = report["context"]
    about, measured = head(context), list(rows(report["benchmarks"]))
    if not measured:
        sys.exit(f"{path}: nothing was timed")
    text = page(about, context, measured)
    print(text, end="")
    if folder:
        name = "-".join(filter(None, (about["date"], about["commit"], context.get("set"))))
        target = pathlib.Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_suffix(".md").write_text(text)
        numbers = [{"limit": name, "threads": threads, "rate": rate} for (name, threads), rate in limits(context).items()]
        target.with_suffix(".json").write_text(json.dumps(about | {"limits": numbers, "rows": measured}, indent=1) + "\n")
        print(f"\nwritten: {target}.md and .json")
    return 1 if any("refused" in row for row in measured) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
