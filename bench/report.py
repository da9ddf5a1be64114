#!/usr/bin/env python3
"""Makes a table of attention_bench's JSON: which positional encoding costs what, and how precise is it? A row each shape,
encoding and number of persistent columns P, a column each kernel. Prints it, and writes it to FOLDER as DATE-COMMIT.md and
.json, with the machine. Without FOLDER it only prints.

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
LEGEND = """A cell is the median time of a call, its factor over `none` with the same shape and P, and the largest error as a fraction of the
certified bound. Every kernel was held to that bound on the very case before it was timed; the reference is the truth itself."""


def git(*words):
    return subprocess.run(["git", "-C", TOP, *words], capture_output=True, text=True, check=False).stdout.strip()


def processor():
    found = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.processor() or platform.machine()


def head(context):
    """What the numbers belong to."""
    return {"date": context["date"][:10], "commit": git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") or "unknown",
            "machine": processor(), "processors": context["num_cpus"], "system": platform.system() + " " + platform.machine(),
            "kernel_threads": int(context["kernel_threads"])}


def rows(benchmarks):
    """One for each (kernel, shape, encoding, P): the median of its repetitions. A refused kernel has its reason instead."""
    groups = {}
    for run in sorted(benchmarks, key=lambda run: run["family_index"]):  # as registered, whatever the order of running
        if run.get("run_type") != "aggregate":
            groups.setdefault(run["name"], []).append(run)
    for name, runs in groups.items():
        _, kernel, shape, encoding, persistent, *clock = name.split("/")
        time = "real_time" if clock else "cpu_time"  # as attention_bench chose: of one thread its own
        row = {"kernel": kernel, "shape": shape, "encoding": encoding, "P": int(persistent[1:])}
        refused = [run["error_message"] for run in runs if run.get("error_occurred")]
        if refused:
            yield row | {"refused": refused[0]}
            continue
        scale = {"ns": 1e-6, "us": 1e-3, "ms": 1, "s": 1e3}[runs[0]["time_unit"]]
        row |= {"kernel": runs[0]["label"], "repetitions": len(runs), "time_ms": statistics.median(run[time] for run in runs) * scale}
        for counter in ("error/bound", "FLOP/s", "bytes/s", "tokens/s"):
            if counter in runs[0]:
                row[counter] = statistics.median(run[counter] for run in runs)
        yield row


def cell(row, plain):
    if row is None:
        return ""
    if "refused" in row:
        return "REFUSED"
    cost = f" x{row['time_ms'] / plain['time_ms']:.2f}" if plain and "time_ms" in plain else ""
    error = f" · {row['error/bound']:.3f}" if "error/bound" in row else ""
    return f"{row['time_ms']:.3g} ms{cost}{error}"


def table(measured):
    kernels = list(dict.fromkeys(row["kernel"] for row in measured))
    found = {(row["kernel"], row["shape"], row["encoding"], row["P"]): row for row in measured}
    lines = [["shape", "encoding", "P", *kernels]]
    for shape, encoding, persistent in dict.fromkeys((row["shape"], row["encoding"], row["P"]) for row in measured):
        cells = [cell(found.get((kernel, shape, encoding, persistent)), found.get((kernel, shape, "none", persistent))) for kernel in kernels]
        lines.append([shape, encoding, str(persistent), *cells])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = ["| " + " | ".join(word.ljust(width) for word, width in zip(line, widths)) + " |" for line in lines]
    return "\n".join([text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]])


def main(path, folder=None):
    report = json.loads(pathlib.Path(path).read_text())
    about, measured = head(report["context"]), list(rows(report["benchmarks"]))
    if not measured:
        sys.exit(f"{path}: nothing was timed")
    written = "\n".join(f"* {key.replace('_', ' ')}: {value}" for key, value in about.items())
    text = f"# Attention by shape, encoding and kernel\n\n{written}\n\n{LEGEND}\n\n{table(measured)}\n"
    print(text, end="")
    if folder:
        target = pathlib.Path(folder) / f"{about['date']}-{about['commit']}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_suffix(".md").write_text(text)
        target.with_suffix(".json").write_text(json.dumps(about | {"rows": measured}, indent=1) + "\n")
        print(f"\nwritten: {target}.md and .json")
    return 1 if any("refused" in row for row in measured) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
