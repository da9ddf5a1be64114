#!/usr/bin/env python3
"""What ptxas made of each CUDA kernel: a table, and a failure where one spills registers or keeps a stack frame, since either is
memory in a loop that was written to have none; where a block takes more shared memory than a processor has; and where a kernel
was not compiled for every architecture. Ends with 77 where nvcc is needed and not here.

Usage: cuda_gate.py BUILD         of a build with BORESIGHT_CUDA: the logs beside its objects
       cuda_gate.py --planted     fails unless a planted kernel that spills is found
"""
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "bench"))

from report import grid  # noqa: E402

LAUNCHER = (TOP / "impl/cuda/gpu/launcher.h").read_text()
# Bytes of a block; of all blocks 1 KB more, and 1 KB of each is taken.
SHARED_MAX = {"sm_80": int(re.search(r"shared_bytes_max = (\d+) \* 1024;", LAUNCHER)[1]) * 1024, "sm_90a": 227 * 1024}
ALLOWED_STACK = {"Prepare": "angles beyond double's fast reduction take a slow path, which keeps an array; it runs once a row"}


class Kernel(NamedTuple):
    name: str
    architecture: str
    threads: int  # and dynamic shared memory in bytes, as they stand in the name of entry<Kernel, threads, shared>; 0: no such name
    shared: int
    registers: int
    stack: int
    spilled: int  # bytes, stored and loaded

    @property
    def blocks(self):
        """How many are on a multiprocessor at once, by registers (in 256s of a warp), threads and shared memory."""
        if self.threads == 0:
            return ""
        warps = self.threads // 32
        by_registers = 65536 // (-(-self.registers * 32 // 256) * 256 * warps)
        return min(32, 2048 // self.threads, by_registers, (SHARED_MAX[self.architecture] + 1024) // (self.shared + 1024))


def kernels(text):
    """Of the output of -Xptxas -v. Functions of CUDA's own that a kernel calls have frames of their own, and are no entries."""
    text = subprocess.run(["c++filt"], input=text, capture_output=True, text=True, check=True).stdout
    found = []
    for part in text.split("Compiling entry function ")[1:]:
        title, architecture = re.match(r"'(.*)' for '(\w+)'", part).groups()
        entry = re.search(r"entry<(.*), (\d+), (\d+)ul>\(", title)
        name, threads, shared = entry.groups() if entry else (re.sub(r"\(.*", "", title.replace("(anonymous namespace)::", "")), 0, 0)
        stack, *spilled = map(int, re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads", part).groups())
        registers = int(re.search(r"Used (\d+) registers", part)[1])
        found.append(Kernel(re.sub(r"(\w+::)+", "", name), architecture, int(threads), int(shared), registers, stack, sum(spilled)))
    return found


def complaints(found):
    if not found:
        return ["no kernel was found"]
    said = []
    for one in found:
        where = f"{one.name} for {one.architecture}"
        if one.spilled:
            said.append(f"{where} spills {one.spilled} bytes at {one.registers} registers")
        if one.stack and not one.spilled and one.name not in ALLOWED_STACK:
            said.append(f"{where} keeps a stack frame of {one.stack} bytes")
        if one.shared > SHARED_MAX[one.architecture]:
            said.append(f"{where} takes {one.shared} bytes of shared memory; there are {SHARED_MAX[one.architecture]}")
    for name in dict.fromkeys(one.name for one in found):
        absent = SHARED_MAX.keys() - {one.architecture for one in found if one.name == name}
        said += [f"{name} was not compiled for {architecture}" for architecture in sorted(absent)]
    for name in ALLOWED_STACK:
        if not any(one.stack for one in found if one.name == name):
            said.append(f"{name} may keep a stack frame, and keeps none: take it out of ALLOWED_STACK")
    return said


def table(found):
    lines = [["kernel", "for", "threads", "registers", "shared, bytes", "stack", "spilled", "blocks at once"]]
    for one in sorted(found, key=lambda one: (one.name, one.architecture)):
        lines.append([one.name, one.architecture, *map(str, (one.threads, one.registers, one.shared)),
                      str(one.stack), str(one.spilled), str(one.blocks)])
    allowed = "\n".join(f"{name}: a stack frame is allowed, since {why}" for name, why in ALLOWED_STACK.items())
    return f"{grid(lines)}\n{allowed}"


def nvcc():
    """Where it is, or ""; cmake/find_nvcc.cmake says so."""
    return subprocess.run(["cmake", "-P", TOP / "cmake/find_nvcc.cmake"], capture_output=True, text=True, check=True).stdout.strip()


def planted(compiler):
    """What is said of a kernel that spills, compiled as ours are."""
    with tempfile.TemporaryDirectory() as place:
        words = ["-std=c++20", "-O3", "-Xptxas", "-v", "-gencode", "arch=compute_80,code=sm_80", "-gencode", "arch=compute_90a,code=sm_90a"]
        ended = subprocess.run([compiler, *words, "-c", TOP / "tests/cuda/spills.cu", "-o", f"{place}/spills.o"], capture_output=True,
                               text=True, check=True)
    said = complaints(kernels(ended.stderr))
    print("\n".join(said))
    return 0 if all(any(re.match(f"Spills for {architecture} spills", line) for line in said) for architecture in SHARED_MAX) else 1


def main(word):
    logs = [] if word == "--planted" else sorted(pathlib.Path(word).glob("cuda/*.ptxas"))
    if not logs:
        compiler = nvcc()
        if not compiler:
            print("nvcc is not here: SKIPPED")
            return 77
        if word == "--planted":
            return planted(compiler)
        print(f"{word}/cuda has no logs of ptxas: cmake --preset cuda && cmake --build --preset cuda")
        return 1
    found = list(dict.fromkeys(one for log in logs for one in kernels(log.read_text())))
    print(table(found))
    said = complaints(found)
    print("\n".join(said))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
