#!/usr/bin/env python3
"""What the committed corpora cover of the suspects, the vocabulary and the parsers: lines and branches by file, lowest first.

Runs each plain fuzzer of build/coverage once over its folder of fuzz/corpus/, no mutation, so the numbers are the corpus's own. A
line counts once: it is covered if any instantiation of its template, and either instruction set (portable and SSE4), ran it; so
does each side of a branch. Assertions are compiled out (NDEBUG): the side of one that never holds is no branch to be reached.
Exit code 1 where the total, or a file that fuzz/coverage_gaps.txt does not name, is below its least, and where an entry there is
not needed.

Usage: fuzz/coverage.py [BUILD]     (build/coverage; `make coverage` builds it)
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
GAPS = TOP / "fuzz/coverage_gaps.txt"
TOTAL_MIN, FILE_MIN = 95.0, 85.0  # percent of lines
BY_CHANCE = "by chance"  # how the reason of a file begins that is low in some runs, and not in others
ROOMS = ("impl", "problem")
PARSERS = ("properties/json_fields.cc", "properties/vectors.cc", "properties/vector_inputs.cc", "properties/vector_positions.cc",
           "properties/vector_problem.cc")
LLVM = "-19"


class Cover:
    """Of a file: how often each line and each side of a branch ran."""

    def __init__(self):
        self.lines = collections.Counter()
        self.sides = collections.Counter()

    def __iadd__(self, other):
        for mine, theirs in ((self.lines, other.lines), (self.sides, other.sides)):
            for key, count in theirs.items():
                mine[key] += count  # an entry even where it is 0
        return self


def ran(counts):
    return sum(count > 0 for count in counts.values())


def percent(counts):
    return 100.0 * ran(counts) / len(counts) if counts else 100.0


def wanted(path):
    return path.split("/")[0] in ROOMS and not path.endswith("_test.cc") or path in PARSERS


def sources():
    """Every source that should be seen, from the tree, so that what no fuzzer links is not forgotten."""
    found = [str(path.relative_to(TOP)) for room in ROOMS for path in (TOP / room).rglob("*.cc")]
    return [path for path in [*found, *PARSERS] if wanted(path)]


def run_corpora(build, names, folder):
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    for name in names:
        environment = dict(os.environ, LLVM_PROFILE_FILE=str(folder / f"{name}.profraw"))
        ended = subprocess.run([build / name, TOP / "fuzz/corpus" / name], env=environment, check=False)
        if ended.returncode != 0:
            sys.exit(f"coverage.py: {name} ended with {ended.returncode} on its own corpus")
    merged = folder / "merged.profdata"
    subprocess.run([f"llvm-profdata{LLVM}", "merge", *folder.glob("*.profraw"), "-o", merged], check=True)
    return merged


def llvm_cov(action, build, names, profile, *options):
    objects = [build / names[0]] + [word for name in names[1:] for word in ("-object", build / name)]
    return subprocess.run([f"llvm-cov{LLVM}", action, *objects, f"-instr-profile={profile}", *options], text=True, check=True,
                          stdout=subprocess.PIPE).stdout


def tree_path(name):
    """The file in the tree: a header is compiled by the links of a room's root, under several names."""
    path = pathlib.Path(name).resolve()
    return str(path.relative_to(TOP)) if path.is_relative_to(TOP) else name


def line_counts(text):
    """Cover of each file, from the format of lcov."""
    found, cover = collections.defaultdict(Cover), Cover()
    for line in text.splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            cover = found[tree_path(rest)]
        elif kind == "DA":
            number, count = rest.split(",")[:2]
            cover.lines[int(number)] += int(count)
    return found


def branch_counts(text):
    found = collections.defaultdict(Cover)
    for file in json.loads(text)["data"][0]["files"]:
        cover = found[tree_path(file["filename"])]
        for branch in file.get("branches", []):
            place = tuple(branch[:4])
            cover.sides[place, True] += branch[4]
            cover.sides[place, False] += branch[5]
    return found


def covers(build, names, profile):
    found = collections.defaultdict(Cover, {path: Cover() for path in sources()})
    for part in (line_counts(llvm_cov("export", build, names, profile, "-format=lcov")),
                 branch_counts(llvm_cov("export", build, names, profile, "-skip-expansions", "-skip-functions"))):
        for path, cover in part.items():
            if wanted(path):
                found[path] += cover
    return found


def row(cover, title):
    def part(counts, of):
        return f"{percent(counts):6.1f} % of {len(counts):5} {of}" if counts else f"{'-':>6}   {'':8} {of}"
    return f"{part(cover.lines, 'lines')}  {part(cover.sides, 'branches')}  {title}"


def total(found):
    whole = Cover()
    for path, cover in found.items():
        whole.lines.update({(path, line): count for line, count in cover.lines.items()})
        whole.sides.update({(path, side): count for side, count in cover.sides.items()})
    return whole


def print_table(found):
    for path, cover in sorted(found.items(), key=lambda item: (bool(item[1].lines), percent(item[1].lines), item[0])):
        print(row(cover, path) + ("" if cover.lines else ": no code of it is linked"))
    for room in dict.fromkeys(path.split("/")[0] for path in sorted(found)):
        print(row(total({path: cover for path, cover in found.items() if path.split("/")[0] == room}), f"{room}/ (all of it)"))
    print(row(total(found), "TOTAL"))


def gaps():
    rows = [line.split(None, 1) for line in GAPS.read_text().splitlines() if line.strip() and not line.startswith("#")]
    for row_ in rows:
        if len(row_) != 2:
            sys.exit(f"coverage.py: {GAPS.name} gives no reason for {row_[0]}")
    return dict(rows)


def complaints(found, excused):
    """What is wrong with this coverage, in words."""
    low = {path for path, cover in found.items() if not (cover.lines or path.endswith(".h")) or percent(cover.lines) < FILE_MIN}
    for path in sorted(low - set(excused)):
        yield f"{path}: below {FILE_MIN} % of its lines, and {GAPS.name} has no reason"
    for path in sorted(set(excused) - low):
        if path in found and excused[path].startswith(BY_CHANCE):
            continue
        yield f"{path}: {GAPS.name} names it, and it needs no reason" if path in found else f"{path}: {GAPS.name} names no file"
    if not percent(total(found).lines) >= TOTAL_MIN:
        yield f"the total is below {TOTAL_MIN} % of the lines"


def main(build):
    names = (build / "fuzzers.txt").read_text().split()
    profile = run_corpora(build, names, build / "profiles")
    llvm_cov("show", build, names, profile, "-format=html", f"-output-dir={build / 'html'}", "-show-branches=count",
             "-ignore-filename-regex=^/usr/")
    found = covers(build, names, profile)
    print_table(found)
    wrong = list(complaints(found, gaps()))
    print(*(f"FAILED  {complaint}" for complaint in wrong), f"page: {build / 'html/index.html'}", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main((TOP / (sys.argv[1] if len(sys.argv) > 1 else "build/coverage")).resolve()))
