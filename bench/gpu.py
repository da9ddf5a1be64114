#!/usr/bin/env python3
"""Our kernels on a GPU: judged first (the machine's functions against their models, laws, recorded vectors, compute-sanitizer), then timed
beside PyTorch's scaled_dot_product_attention (cuDNN, FlashAttention 2, memory-efficient), FlexAttention, a matrix product and a copy.
Prints the tables; with --results keeps the numbers, with --page writes the page and the plot.

Ends with 77 where something that it needs is not here, and says what; with 1 where a kernel was found wrong, or has no time on a row.
--pack FOLDER copies what a run needs of the build, so that it can be taken to a machine that has a GPU and no build: there it is
--build FOLDER."""
import argparse
import ctypes
import datetime
import fnmatch
import functools
import gc
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

import report
from contest import rotation
from contest.contestant import Broken
from contest.gpu_rows import SHAPES, rows
from contest.page import OURS
from contest.shapes import MODES

TOP = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ("boresight", "machine_check", "libboresight_attention.so", "libboresight_judge.so")
VECTORS = TOP / "tests/data/oracle/x-transformers/vectors.jsonl"
OF_THE_SYSTEM = ("linux-vdso", "ld-linux", "libc.so", "libm.so", "libpthread", "libdl.so", "librt.so", "libstdc++", "libgcc_s")


class Missing(Exception):
    """What a run needs and is not here, in words."""


def commit(build):
    """Which one was built: as it was packed, or the tree's."""
    packed = build / "commit"
    if packed.exists():
        return packed.read_text()
    return report.git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") or "unknown"


def pack(build, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "commit").write_text(commit(build))
    for name in PROGRAMS:
        shutil.copy2(build / name, folder / name)
        said = subprocess.run(["ldd", build / name], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r"=> (/\S+)", said):
            if not pathlib.Path(library).name.startswith(OF_THE_SYSTEM):
                shutil.copy2(library, folder)


def check_build(build):
    absent = [name for name in PROGRAMS if not (build / name).exists()]
    if absent:
        raise Missing(f"{build} has no {', '.join(absent)}: make bench-gpu builds them where nvcc is")


def kernels_on_gpus(command):
    """{name: why it can't run here, or ""} of the rows @gpu."""
    said = subprocess.run([command, "list", "kernels"], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^(cuda/\w+@gpu)\s+gpu\s+(?:available|unavailable: (.*))$", said, re.MULTILINE))


def check_gpu(build):
    """Says why the rows @gpu can't run; they themselves do."""
    found = kernels_on_gpus(build / "boresight")
    if not found:
        raise Missing(f"{build}/boresight has no kernels on GPUs")
    for why in filter(None, found.values()):
        raise Missing(why)


def torch_here():
    try:
        import torch
    except ImportError:
        raise Missing("no torch in this Python: its memory is what kernels are timed on") from None
    if not torch.cuda.is_available():
        raise Missing(f"torch {torch.__version__} sees no GPU")
    return torch


class Wrong(Exception):
    """The step of the judge that found something, in words."""


class Step(NamedTuple):
    looks_at: str
    command: tuple  # ends with 0 where nothing is wrong; empty: it can't be run here


def steps(build, cases, sanitizer):
    """`sanitizer`: where compute-sanitizer is, or None."""
    kernels = ("--kernel", "cuda/*@gpu")
    small = (build / "boresight", "verify", *kernels, "--cases", "20", "--seed", "2", "--threads", "1", "--no-shrink")
    sanitized = lambda tool: (sanitizer, "--tool", tool, "--error-exitcode", "1", *small) if sanitizer else ()  # noqa: E731
    return [
        Step("the machine's functions against their models", (build / "machine_check",)),
        Step(f"every law on {cases} cases", (build / "boresight", "verify", *kernels, "--cases", str(cases), "--seed", "1")),
        Step("the recorded vectors", (build / "boresight", "vectors", VECTORS, *kernels)),
        Step("memcheck on 20 cases", sanitized("memcheck")),
        Step("racecheck on 20 cases", sanitized("racecheck")),
    ]


def judge(build, cases):
    """What was looked at, and what was not, in words. Raises Wrong. Without cases nothing is."""
    if cases == 0:
        return "NOT JUDGED: --cases 0"
    found, skipped = [], []
    for step in steps(build, cases, shutil.which("compute-sanitizer")):
        if not step.command:
            skipped.append(step.looks_at)
            continue
        words = " ".join(str(word) for word in step.command)
        print(words, file=sys.stderr, flush=True)
        if (ended := subprocess.run(step.command, check=False, stdout=sys.stderr).returncode) != 0:
            raise Wrong(f"{words} ended with {ended}")
        found.append(step.looks_at)
    not_here = f"; SKIPPED, as compute-sanitizer is not here: {', '.join(skipped)}" if skipped else ""
    return f"nothing was found wrong by {', '.join(found)}{not_here}"


def about(torch, build):
    """What the numbers belong to."""
    gpu = torch.cuda.get_device_properties(0)
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    driver = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip() if shutil.which(query[0]) else ""
    return {
        "date": datetime.date.today().isoformat(),
        "commit": commit(build),
        "device": f"{gpu.name}, compute capability {gpu.major}.{gpu.minor}, {gpu.multi_processor_count} multiprocessors, "
        f"{gpu.L2_cache_size / 2**20:.0f} MiB of L2 cache",
        "versions": f"driver {driver or 'unknown'}, torch {torch.__version__}, CUDA {torch.version.cuda}, "
        f"cuDNN {torch.backends.cudnn.version()}",
        "machine": f"{report.processor()}, {platform.system()} {platform.machine()}",
    }


def measured(options, keep):
    """Every row, and why there are no more, or ""; keep(rows so far) after each."""
    import torch
    from contest import gpu_clock, gpu_contestants, gpu_judge, match

    judge_library = ctypes.CDLL(str(options.build / "libboresight_judge.so"))
    library = ctypes.CDLL(str(options.build / "libboresight_attention.so"))
    every = gpu_contestants.contestants(library)
    chosen = [one for one in every if any(fnmatch.fnmatch(one.name, word) for word in options.contestants.split(","))]
    if not chosen:
        sys.exit(f"--contestants {options.contestants}: nobody is called so; there are {', '.join(one.name for one in every)}")
    limits, found, cache = gpu_contestants.Limits(), [], torch.cuda.get_device_properties(0).L2_cache_size
    for row in rows(options.rows, options.modes):
        print(row, file=sys.stderr, flush=True)
        copies = rotation.copies(row.bytes_read, cache) if row.decodes else 1
        timed_in_turns = functools.partial(gpu_clock.interleaved, copies=copies)
        try:
            played = match.play(row, chosen, limits.of, options.seconds, 1, lambda inputs: gpu_judge.Judge(judge_library, inputs), "cuda",
                                timed_in_turns, copies)
        except Broken as what:
            return found, f"{row.name}: {what}"
        queries = 2 * 2 * row.shape.batch * row.shape.heads * row.shape.queries * row.shape.head_dim  # bytes of q and out
        found.append(played | {"flops": row.flops, "bytes": row.bytes_read, "moved": row.bytes_read + queries, "copies": copies})
        keep(found)
        gc.collect()
        torch.cuda.empty_cache()
    return found, ""


def status(found, stopped):
    """1 where measuring was stopped, there is no row, or ours was asked and has no time on one: ours takes every row."""
    ours = [row["contestants"][OURS] for row in found if OURS in row["contestants"]]
    return 1 if stopped or not found or any("time_ms" not in entry for entry in ours) else 0


def patterns_of(allowed):
    """Those of the words that a list of patterns, with commas between, takes; each must take one."""

    def parse(text):
        chosen = [word for pattern in text.split(",") for word in allowed if fnmatch.fnmatch(word, pattern)]
        wrong = [pattern for pattern in text.split(",") if not fnmatch.filter(allowed, pattern)]
        if wrong:
            raise argparse.ArgumentTypeError(f"{wrong[0]!r} is none of {', '.join(allowed)}")
        return list(dict.fromkeys(chosen))

    return parse


def parsed(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=TOP / "build/cuda", help="preset cuda's, or as packed (%(default)s)")
    parser.add_argument("--pack", type=pathlib.Path, metavar="FOLDER", help="copies into it, and does nothing else")
    parser.add_argument("--rows", type=patterns_of(SHAPES), default=list(SHAPES), help=f"patterns of {', '.join(SHAPES)}")
    parser.add_argument("--modes", type=patterns_of(MODES), default=list(MODES), help=f"patterns of {', '.join(MODES)}")
    parser.add_argument("--contestants", default="*", help="patterns of names (%(default)s)")
    parser.add_argument("--seconds", type=float, default=0.15, help="for each contestant and row (%(default)s)")
    parser.add_argument("--cases", type=int, default=1000, help="that rows are judged on; 0: they are not judged (%(default)s)")
    parser.add_argument("--results", type=pathlib.Path, help="folder for the raw numbers, written after every row")
    parser.add_argument("--page", type=pathlib.Path, help="a .md file; .svg and .png are written beside it")
    parser.add_argument("--raw", type=pathlib.Path, help="the tables of these raw numbers, with nothing measured")
    return parser.parse_args(words)


def write_page(options, facts, found):
    from contest import gpu_page

    print(gpu_page.page(facts, found), end="")
    if options.page:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        plot = options.page.with_suffix(".svg").name if found else None
        options.page.write_text(gpu_page.page(facts, found, plot))
        if found:
            gpu_page.draw(found, options.page)


def run(options):
    check_build(options.build)
    check_gpu(options.build)
    torch = torch_here()
    try:
        judged = judge(options.build, options.cases)
    except Wrong as what:
        print(what)
        return 1
    facts = about(torch, options.build) | {"judged": judged}

    def keep(found):
        if options.results:
            options.results.mkdir(parents=True, exist_ok=True)
            raw = options.results / f"{facts['date']}-{facts['commit']}-gpu.json"
            raw.write_text(json.dumps(facts | {"rows": found}, indent=1) + "\n")

    found, stopped = measured(options, keep)
    if stopped:
        facts["stopped"] = stopped
        keep(found)
    write_page(options, facts, found)
    return status(found, stopped)


def main(words):
    options = parsed(words)
    if options.raw:
        facts = json.loads(options.raw.read_text())
        write_page(options, facts, facts.pop("rows"))
        return 0
    try:
        if options.pack:
            check_build(options.build)
            pack(options.build, options.pack)
            return 0
        beside = str(options.build.resolve())
        if beside not in os.environ.get("LD_LIBRARY_PATH", "").split(":"):  # read at a process's start: libraries packed there
            os.environ["LD_LIBRARY_PATH"] = f"{beside}:{os.environ.get('LD_LIBRARY_PATH', '')}"
            os.execv(sys.executable, [sys.executable, __file__, *words])
        return run(options)
    except Missing as what:
        print(f"nothing was measured: {what}")
        return 77


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
