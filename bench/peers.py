#!/usr/bin/env python3
"""Our CPU kernels beside their peers (PyTorch, FlexAttention, onnxruntime, NumPy), row by row of contest/shapes.py: each is judged on the
row, then timed in turns with the others and with the machine's limit. Prints the tables; with --page writes them, and the plot.

Each number of threads and instruction set is a process of its own, in which all contestants are: what limits them is set before they
are loaded. Ends with 1 where a contestant was refused, since what is wrong is either ours or worth a look."""
import argparse
import datetime
import fnmatch
import gc
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import report
from contest import page
from contest.shapes import MODES, SHAPES, TINY, TYPES

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = TOP / "build/release"
AVX2 = {"OPENBLAS_CORETYPE": "Haswell", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}


def environment(isa, threads):
    """Of the process that measures. OpenBLAS does not know every processor with AVX-512 as one, so it is told."""
    has_avx512 = " avx512f " in pathlib.Path("/proc/cpuinfo").read_text()
    by_isa = AVX2 if isa == "avx2" else {"OPENBLAS_CORETYPE": "SkylakeX"} if has_avx512 else {}
    by_threads = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    return os.environ | by_isa | by_threads | {"TORCHINDUCTOR_COMPILE_THREADS": "1"}


def versions():
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("torch", "onnxruntime", "numpy"))


def about(denormals):
    """What the numbers belong to."""
    commit = report.git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") or "unknown"
    machine = f"{report.processor()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"
    today = datetime.date.today().isoformat()
    return {"date": today, "commit": commit, "machine": machine, "versions": versions(), "denormals": denormals}


def contestants(library, isa, pattern):
    from contest import numpy_peer, onnxruntime_peers, ours, torch_peers

    every = (ours.contestant(library, isa), *torch_peers.CONTESTANTS, *onnxruntime_peers.CONTESTANTS, *numpy_peer.CONTESTANTS)
    chosen = [one for one in every if any(fnmatch.fnmatch(one.name, word) for word in pattern.split(","))]
    if not chosen:
        sys.exit(f"--contestants {pattern}: nobody is called so; there are {', '.join(one.name for one in every)}")
    return chosen


def measure(options, isa, threads):
    """The rows of one setting, in this process."""
    import torch
    from contest import limits, match, shapes

    torch.set_num_threads(threads)
    # Of this thread, and of those that it starts.
    if not torch.set_flush_denormal(options.denormals == "flushed") and options.denormals == "flushed":
        sys.exit("--denormals flushed: torch can't on this processor; give --denormals kept")
    gc.disable()
    chosen, found = contestants(options.library, isa, options.contestants), []
    limit = limits.Limits(options.limits)
    for row in shapes.rows(options.rows, options.types, options.modes):
        print(f"{isa}, {threads} thread{'s' * (threads > 1)}: {row}", file=sys.stderr, flush=True)
        found.append(match.play(row, chosen, lambda inputs: limit.of(inputs, isa, threads), options.seconds, threads))
        gc.collect()
    return {"isa": isa, "threads": threads, "rows": found}


def measured_apart(words, isa, threads):
    """The same by a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        out = pathlib.Path(place) / "run.json"
        command = [sys.executable, __file__, *words, "--measure", isa, str(threads), str(out)]
        ended = subprocess.run(command, env=environment(isa, threads), check=False).returncode
        if ended != 0:
            sys.exit(f"peers.py: the process that measures ended with {ended}")
        return json.loads(out.read_text())


def measured(options, words):
    settings = [(isa, count) for isa in options.isa for count in (options.threads if isa == "best" else options.threads[:1])]
    return [measured_apart(words, *setting) for setting in settings]


def read(paths):
    """Of runs that belong together: of one day, commit and machine."""
    files = [json.loads(path.read_text()) for path in paths]
    runs = [run for file in files for run in file.pop("runs")]
    for path, facts in zip(paths, files):
        for name in facts:
            if facts[name] != files[0][name]:
                sys.exit(f"--raw {path}: its {name} is {facts[name]}, that of {paths[0]} is {files[0][name]}; give runs of one")
    return files[0], runs


def words_of(allowed):
    """Some of these words, with commas between."""

    def parse(text):
        wrong = [word for word in text.split(",") if word not in allowed]
        if wrong:
            raise argparse.ArgumentTypeError(f"{wrong[0]!r}; allowed: {', '.join(allowed)}, with commas between")
        return text.split(",")

    return parse


def threads(text):
    if not all(word.isdecimal() and 1 <= int(word) <= 1024 for word in text.split(",")):
        raise argparse.ArgumentTypeError(f"{text!r}; allowed: numbers from 1 to 1024, with commas between")
    return [int(word) for word in text.split(",")]


def parsed(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)

    def some(flag, allowed, default, more=""):
        parser.add_argument(flag, type=words_of(allowed), default=list(default), help=f"of {', '.join(allowed)}{more}")

    some("--rows", (*SHAPES, TINY.name), SHAPES)
    some("--modes", MODES, MODES)
    some("--types", TYPES, TYPES)
    some("--isa", ("best", "avx2"), ("best",), "; avx2 on the first number of threads alone (best)")
    parser.add_argument("--threads", type=threads, default=[1, 2], help="(1,2)")
    parser.add_argument("--contestants", default="*", help="patterns of names (%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.3, help="for each contestant and row (%(default)s)")
    parser.add_argument("--denormals", choices=("flushed", "kept"), default="flushed", help="by all contestants (%(default)s)")
    parser.add_argument("--library", type=pathlib.Path, default=BUILD / "libboresight_attention.so", help="ours (%(default)s)")
    parser.add_argument("--limits", type=pathlib.Path, default=BUILD / "libboresight_limits.so", help="(%(default)s)")
    parser.add_argument("--results", type=pathlib.Path, help="folder for the raw numbers")
    parser.add_argument("--page", type=pathlib.Path, help="a .md file; .svg and .png are written beside it")
    parser.add_argument("--raw", type=pathlib.Path, nargs="+", help="the tables of these raw numbers, with nothing measured")
    parser.add_argument("--measure", nargs=3, metavar=("ISA", "THREADS", "OUT"), help=argparse.SUPPRESS)
    return parser.parse_args(words)


def main(words):
    options = parsed(words)
    if options.measure:
        isa, count, out = options.measure
        pathlib.Path(out).write_text(json.dumps(measure(options, isa, int(count))))
        return 0
    facts, runs = read(options.raw) if options.raw else (about(options.denormals), measured(options, words))
    print(page.page(facts, runs), end="")
    if options.results:
        options.results.mkdir(parents=True, exist_ok=True)
        raw = options.results / f"{facts['date']}-{facts['commit']}-peers.json"
        raw.write_text(json.dumps(facts | {"runs": runs}, indent=1) + "\n")
    if options.page:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        options.page.write_text(page.page(facts, runs, options.page.with_suffix(".svg").name))
        page.draw(runs, options.page)
    return 1 if any("refused" in entry for run in runs for row in run["rows"] for entry in row["contestants"].values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
