#!/usr/bin/env python3
"""What no include may say, whatever the include roots allow: a way up and around them, a test library in a source that is
shipped, Eigen or a judge's library in the kernels by the system's own paths.

Usage: includes.py TOP      lists every line that breaks a rule, and fails
       includes.py --planted  fails unless a planted line of each rule is found
"""
import pathlib
import re
import sys

ROOMS = ("problem", "impl", "reference", "properties", "strangers", "cli", "bench", "fuzz", "python")
SOURCES = (".h", ".cc", ".cu", ".cuh")
# (which files, which includes, why, a line that must be found)
RULES = [
    (r".*", r'["<](.*/)?\.\./', "goes up and around the include roots", ("problem/a.cc", '#include "../impl/geometry.h"')),
    (r".*", r'"[^/"]*"', "is not written from the top", ("problem/a.cc", '#include "tensors.h"')),
    (r".*", r"[\"<]/", "is an absolute path", ("cli/a.cc", "#include </usr/include/stdio.h>")),
    (r"(?!.*_test\.cc$).*", r"<(gtest|gmock)/", "brings a test library into what is shipped", ("reference/a.h", "#include <gtest/gtest.h>")),
    (r"impl/(?!.*_test\.cc$)", r"<.*(Eigen|eigen3|rapidcheck|mpfr|boost(?!/context/)|nlohmann|CLI)[/.]",
     "brings a judge's library into the kernels", ("impl/simd/a.cc", "#  include <eigen3/Eigen/Core>")),
    (r"(problem|impl)/(?!.*_test\.cc$)", r"<.*(Eigen|eigen3)/", "brings Eigen where only the truth has it", ("problem/a.h", "#include <eigen3/Eigen/Core>")),
]


def broken(path, line):
    """Why a line breaks a rule; nothing where it breaks none."""
    include = re.match(r"\s*#\s*include\s*(.*)", line)
    if not include:
        return []
    return [why for files, text, why, _ in RULES if re.match(files, path) and re.match(text, include.group(1))]


def search(top):
    """Every broken rule of the tree, as text."""
    found, searched = [], 0
    for path in sorted(path for room in ROOMS for path in (top / room).rglob("*") if path.suffix in SOURCES):
        searched += 1
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found += [f"{path.relative_to(top)}:{number}: {line.strip()} {why}" for why in broken(str(path.relative_to(top)), line)]
    return found if searched else ["no source was found to search"]


def missed():
    """The rules that do not find their own planted line."""
    return [f"not found: {line} in {path}: {why}" for _, _, why, (path, line) in RULES if why not in broken(path, line)]


if __name__ == "__main__":
    sys.exit("\n".join(missed() if sys.argv[1] == "--planted" else search(pathlib.Path(sys.argv[1]))) or 0)
