#!/usr/bin/env python3
"""Our kernels on a GPU: judged first (the machine's functions against their models, laws, recorded vectors, compute-sanitizer), then timed
beside PyTorch's scaled_dot_product_attention (cuDNN, FlashAttention 2), FlexAttention, a matrix product and a copy. Prints the
tables; with --results keeps the numbers, with --page writes the page and the plot.

Ends with 77 where something that it needs is not here, and says what; with 1 where a kernel was found wrong. --pack FOLDER copies what
a run needs of the build, so that it can be taken to a machine that has a GPU and no build: there it is --build FOLDER."""
import argparse
import ctypes
import datetime
import fnmatch
import gc
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import report
from contest.gpu_rows import SHAPES, rows
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


def check_gpu(build):
    """Says why the rows @gpu can't run; they themselves do."""
    said = subprocess.run([build / "boresight", "list", "kernels"], capture_output=True, text=True, check=True).stdout
    reasons = re.findall(r"^(cuda/\w+@gpu)\s+gpu\s+(?:available|unavailable: (.*))$", said, re.MULTILINE)
    if not reasons or all(why for _, why in reasons):
        raise Missing(reasons[0][1] if reasons else f"{build}/boresight has no kernels on GPUs")


def torch_here():
    try:
        import torch
    except ImportError:
        raise Missing("no torch in this Python: its memory is what kernels are timed on") from None
    if not torch.cuda.is_available():
        raise Missing(f"torch {torch.__version__} sees no GPU")
    return torch


def judge(build, cases):
    """The first step that finds something wrong, in words, or None."""
    kernels = ("--kernel", "cuda/*@gpu")
    small = (build / "boresight", "verify", *kernels, "--cases", "20", "--seed", "2", "--threads", "1", "--no-shrink")
    steps = [
        (build / "machine_check",),
        (build / "boresight", "verify", *kernels, "--cases", str(cases), "--seed", "1"),
        (build / "boresight", "vectors", VECTORS, *kernels),
    ]
    sanitizer = shutil.which("compute-sanitizer")
    if sanitizer:
        steps += [(sanitizer, "--tool", tool, "--error-exitcode", "1", *small) for tool in ("memcheck", "racecheck")]
    else:
        print("compute-sanitizer is not here: its steps are SKIPPED", file=sys.stderr)
    for step in steps:
        words = " ".join(str(word) for word in step)
        print(words, file=sys.stderr, flush=True)
        if (ended := subprocess.run(step, check=False, stdout=sys.stderr).returncode) != 0:
            return f"{words} ended with {ended}"
    return None


def about(torch, build):
    """What the numbers belong to."""
    gpu = torch.cuda.get_device_properties(0)
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    driver = subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip() if shutil.which(query[0]) else ""
    return {
        "date": datetime.date.today().isoformat(),
        "commit": commit(build),
        "device": f"{gpu.name}, compute capability {gpu.major}.{gpu.minor}, {gpu.multi_processor_count} multiprocessors",
        "versions": f"driver {driver or 'unknown'}, torch {torch.__version__}, CUDA {torch.version.cuda}, "
        f"cuDNN {torch.backends.cudnn.version()}",
        "machine": f"{report.processor()}, {platform.system()} {platform.machine()}",
    }


def measured(options, keep):
    """Every row; keep(rows so far) after each."""
    import torch
    from contest import gpu_clock, gpu_contestants, gpu_judge, match

    judge_library = ctypes.CDLL(str(options.build / "libboresight_judge.so"))
    library = ctypes.CDLL(str(options.build / "libboresight_attention.so"))
    every = gpu_contestants.contestants(library)
    chosen = [one for one in every if any(fnmatch.fnmatch(one.name, word) for word in options.contestants.split(","))]
    if not chosen:
        sys.exit(f"--contestants {options.contestants}: nobody is called so; there are {', '.join(one.name for one in every)}")
    limits, found = gpu_contestants.Limits(), []
    for row in rows(options.rows, options.modes):
        print(row, file=sys.stderr, flush=True)
        played = match.play(row, chosen, limits.of, options.seconds, 1, lambda inputs: gpu_judge.Judge(judge_library, inputs), "cuda",
                            gpu_clock.interleaved)
        queries = 2 * 2 * row.shape.batch * row.shape.heads * row.shape.queries * row.shape.head_dim  # bytes of q and out
        found.append(played | {"flops": row.flops, "bytes": row.bytes_read, "moved": row.bytes_read + queries})
        keep(found)
        gc.collect()
        torch.cuda.empty_cache()
    return found


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
        options.page.write_text(gpu_page.page(facts, found, options.page.with_suffix(".svg").name))
        gpu_page.draw(found, options.page)


def run(options):
    check_build(options.build)
    check_gpu(options.build)
    if options.cases and (wrong := judge(options.build, options.cases)):
        print(wrong)
        return 1
    facts = about(torch_here(), options.build)

    def keep(found):
        if options.results:
            options.results.mkdir(parents=True, exist_ok=True)
            raw = options.results / f"{facts['date']}-{facts['commit']}-gpu.json"
            raw.write_text(json.dumps(facts | {"rows": found}, indent=1) + "\n")

    found = measured(options, keep)
    write_page(options, facts, found)
    return 1 if any("refused" in row["contestants"].get("ours", {}) for row in found) else 0


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
