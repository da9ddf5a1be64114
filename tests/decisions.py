#!/usr/bin/env python3
"""Index decisions that a kernel takes outside impl/geometry.h, where nothing proves them: sizes and visibility read from a Problem
(those of a Geometry are private), and division with remainder, by which items become places. The threads of a GPU, and the models of
its instructions (impl/cuda/host, impl/cuda/machine), know no problem: they are left out.

Usage: decisions.py TOP        lists every such line of impl/, and fails
       decisions.py --planted  fails unless a planted line of each rule is found
"""
import pathlib
import re
import sys

# (what no line may hold, why, a line that must be found)
RULES = [
    (r"\bproblem_?\.(queries|segment|memories|mem_kv|columns)\b", "reads a size of the layout: ask the Geometry",
     "const std::int64_t first = problem_.mem_kv;"),
    (r"\bproblem_?\.(causal|window)\b", "decides who sees whom: ask the Geometry", "if (problem.causal && column > row) continue;"),
    (r"\bproblem_?\.head_map\b|\bproblem_?\.heads / ", "decides which head reads which: ask the Heads", "head / (problem.heads / problem.kv_heads)"),
    (r"[\w)\]] % [\w(]", "splits a number: place_of", "const int row = r % count;"),
    (r"- 1\) / |/ (\w+) \* \1\b", "rounds to whole groups: padded, tile_count", "(count + lanes - 1) / lanes * lanes"),
]

# In kernels of blocks of threads: where a lane stands in its warp and in a fragment, which of two buffers, whether it is a multiple.
OF_LANES = r"(lane|thread)\(\)( / \w+)? % \w+|[\w)\]] % 2\b|% [\w()<>:* ]+ == 0"


def broken(line, of_lanes=False):
    code = line.split("//")[0]
    if of_lanes:
        code = re.sub(OF_LANES, "", code)
    return [why for text, why, _ in RULES if re.search(text, code)]


def search(top):
    found, searched = [], 0
    for path in sorted(path for path in (top / "impl").rglob("*") if path.suffix in (".h", ".cc", ".cu", ".cuh")):
        machine = {top / "impl/cuda/host", top / "impl/cuda/machine"} & set(path.parents) and path.name not in ("rows.cc", "rows.h")
        if path.name.endswith("_test.cc") or path == top / "impl/geometry.h" or machine:
            continue
        searched += 1
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found += [f"{path.relative_to(top)}:{number}: {line.strip()}\n  {why}" for why in broken(line, top / "impl/cuda" in path.parents)]
    return found if searched else ["no source was found to search"]


if __name__ == "__main__":
    missed = [f"not found: {line}: {why}" for _, why, line in RULES for of_lanes in (False, True) if why not in broken(line, of_lanes)]
    sys.exit("\n".join(missed if sys.argv[1] == "--planted" else search(pathlib.Path(sys.argv[1]))) or 0)
