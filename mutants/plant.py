#!/usr/bin/env python3
"""Plants the bugs of mutants.json: for each row a copy of the one file it changes, under OUTPUT/ID/.

Prints a line per mutant, 'ID ROOM KILLER READING TIER CLAIM FOUND_BY source..', with what it must be called ('-': anything; 'none':
nothing), the claims of which a proof must refute one ('-': it is not in what is proved), the fuzzer and the preset of its build that
must find it ('-': none must), the kernels that the killer is tried on ('-': all) and the sources of the room that must be
compiled anew: the changed file, or those that include it, however indirectly. A row whose old text is not found exactly once is an
error: a mutant that no longer fits its source must be looked at, not skipped. Python, since C++ text does not survive CMake's lists.

Usage: plant.py TOP OUTPUT
"""
import json
import pathlib
import re
import sys

FIELDS = {"id", "file", "old", "new", "killer", "why"}
OPTIONAL = {"zoo", "reading"}
# The file that proofs are about. A row of it may name the claim that is refuted; `prove` is the killer of what no law can see.
PROVED = "impl/geometry.h"
# Who must find it from the committed seeds: FUZZER@PRESET; `fuzz` is the killer of what only a sanitizer sees.
FOUND_BY = re.compile(r"fuzz_[a-z_]+@fuzz(-thread|-memory)?")
# The files that run over a finite field too; `field` is the killer of what no law sees on drawn cases.
OVER_A_FIELD = ("impl/geometry.h", "impl/online_softmax.h")
CLAIM = re.compile(r"[a-z0-9_*?]+")
# Where a bug may be planted. What a header of the reference says the judge's other rooms have compiled in: sources alone.
ROOMS = {"impl": (".h", ".cc"), "reference": (".cc",)}
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def room_of(file):
    return file.split("/")[0]


def mistakes(row, seen, top):
    """What is wrong with a row, in words."""
    optional = OPTIONAL | {"claim", "found_by", "kernels"}
    if not FIELDS <= set(row) <= FIELDS | optional:
        return [f"needs the fields {sorted(FIELDS)} and may have {sorted(optional)}, has {sorted(row)}"]
    found = [f"{field} is empty" for field in row if field != "new" and not row[field]]
    found += [f"{field} is no id: {part}" for field in OPTIONAL for part in row.get(field, "no").split(",") if not ID.fullmatch(part)]
    if row["file"] != PROVED and ("claim" in row or row["killer"] == "prove"):
        found.append(f"only {PROVED} is proved")
    if row["killer"] == "field" and row["file"] not in OVER_A_FIELD:
        found.append(f"killer field is for {' and '.join(OVER_A_FIELD)}")
    if not FOUND_BY.fullmatch(row.get("found_by", "fuzz_any@fuzz")):
        found.append(f"found_by '{row['found_by']}' is not FUZZER@PRESET")
    if row["killer"] == "fuzz" and "found_by" not in row:
        found.append("killer fuzz needs found_by")
    if not CLAIM.fullmatch(row.get("claim", "*")):
        found.append(f"claim '{row['claim']}' is no claim's name")
    if "zoo" in row and row["zoo"] not in (top / "tests/data/zoo_ids.txt").read_text().split():
        found.append(f"zoo {row['zoo']} is not in tests/data/zoo_ids.txt")
    if not ID.fullmatch(row["id"]):
        found.append("an id is small letters, digits and hyphens")
    if row["id"] in seen:
        found.append("an id is given once")
    if re.search(r"\s|;", row["killer"]):
        found.append(f"killer '{row['killer']}' is not one word")
    source = top / row["file"]
    if source.suffix not in ROOMS.get(room_of(row["file"]), ()) or not source.is_file():
        return found + [f"file {row['file']} is no header or source under impl/, and no source under reference/"]
    count = source.read_text().count(row["old"])
    if count != 1:
        found.append(f"old text occurs {count} times in {row['file']}, not once:\n{row['old']}")
    if row["old"] == row["new"]:
        found.append("old and new text are the same")
    return found


def affected_sources(row, top):
    """The .cc files of the room that see the row's file, tests and the registry apart: they are no part of its library. The kernels
    for GPUs, which take long to compile, see only the bugs that are tried on them: the others are seen in all the rest."""
    file, of_gpus = row["file"], kernels(row) != "-"
    includes = {str(path.relative_to(top)): set(INCLUDE.findall(path.read_text()))
                for path in sorted((top / room_of(file)).rglob("*")) if path.suffix in (".h", ".cc")}
    reached = {file}
    while grown := {path for path, names in includes.items() if names & reached} - reached:
        reached |= grown
    return sorted(path for path in reached
                  if path.endswith(".cc") and not path.endswith("_test.cc") and path != "impl/registry.cc"
                  and (of_gpus or not path.startswith("impl/cuda/")))


def write_if_changed(path, text):
    """Leaves the time stamp alone where nothing changed, so that nothing is compiled again."""
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def plant(row, top, output):
    """Writes the mutated copy, and leaves no other, of a file that the row changed before; returns the sources to compile anew."""
    copy = output / row["id"] / row["file"]
    for other in [path for path in (output / row["id"]).rglob("*") if path.is_file() and path != copy]:
        other.unlink()
    write_if_changed(copy, (top / row["file"]).read_text().replace(row["old"], row["new"]))
    return [copy if source == row["file"] else top / source for source in affected_sources(row, top)]


def expected_reading(row):
    """A mistake of the truth is no reading's: what a right kernel computes is explained by the book."""
    return row.get("reading", "none" if room_of(row["file"]) == "reference" else "-")


def refuted_claim(row):
    return row.get("claim", "*") if row["file"] == PROVED else "-"


def kernels(row):
    """What the killer is tried on: where it is in what only those kernels see, these alone, which take long."""
    return row.get("kernels", "cuda/*@host" if row["file"].startswith("impl/cuda/") else "-")


def tier(row, rows):
    """test, a sample: rows that name a reading, and the first row of each law; full: the others."""
    first_of_its_law = next(other for other in rows if other["killer"] == row["killer"])
    return "test" if "reading" in row or row is first_of_its_law else "full"


def main(top, output):
    rows, seen, wrong = json.loads((top / "mutants/mutants.json").read_text()), set(), []
    if not rows:
        sys.exit("mutants.json: the table is empty")
    for row in rows:
        found = mistakes(row, seen, top)
        seen.add(row.get("id"))
        sources = [] if found else plant(row, top, output)
        if not found and not sources:
            found = [f"no source of its room includes {row['file']}"]
        wrong += [f"mutants.json: {row.get('id', row)}: {mistake}" for mistake in found]
        if not found:
            print(row["id"], room_of(row["file"]), row["killer"], expected_reading(row), tier(row, rows), refuted_claim(row),
                  row.get("found_by", "-"), kernels(row), *sources)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
