#!/usr/bin/env python3
"""What fuzz/coverage.py counts, and what it complains of, on reports written by hand."""
import json
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "fuzz"))
import coverage  # noqa: E402


def report(*files):
    return "\n".join(f"SF:{path}\n" + "\n".join(f"DA:{line},{count}" for line, count in lines.items()) + "\nend_of_record"
                     for path, lines in files)


def covers(**counts):
    """A cover by file of impl/: so many lines that ran, of so many."""
    found = {}
    for name, (hit, lines) in counts.items():
        found[f"impl/{name}.cc"] = coverage.Cover()
        found[f"impl/{name}.cc"].lines.update({line: int(line < hit) for line in range(lines)})
    return found


def complaints(found, excused=(), why="why"):
    return list(coverage.complaints(found, dict.fromkeys(excused, why)))


def a_line_that_one_instantiation_ran_is_covered():
    found = coverage.line_counts(report((TOP / "impl/a.h", {1: 0, 2: 5}), (TOP / "impl/a.h", {1: 3, 2: 0, 3: 0})))
    assert coverage.ran(found["impl/a.h"].lines) == 2 and len(found["impl/a.h"].lines) == 3, found["impl/a.h"].lines


def each_side_of_a_branch_counts_once():
    sides = [[1, 2, 3, 4, 0, 7, 0, 0, 4], [1, 2, 3, 4, 0, 1, 0, 0, 4], [5, 1, 5, 2, 1, 1, 0, 0, 4]]
    text = json.dumps({"data": [{"files": [{"filename": str(TOP / "impl/a.cc"), "branches": sides}]}]})
    found = coverage.branch_counts(text)["impl/a.cc"].sides
    assert (coverage.ran(found), len(found)) == (3, 4), found


def tests_and_other_rooms_are_not_counted():
    assert coverage.wanted("impl/scalar.cc") and coverage.wanted("problem/token.h") and coverage.wanted("properties/vectors.cc")
    assert not any(map(coverage.wanted, ("impl/scalar_test.cc", "cli/main.cc", "properties/campaign.cc", "/usr/include/fmt/core.h")))


def a_file_that_nothing_links_is_told():
    assert "impl/scalar.cc" in coverage.sources()
    assert any("impl/none.cc" in line for line in complaints(covers(good=(100, 100), none=(0, 0))))


def a_low_file_needs_a_reason():
    found = covers(good=(1000, 1000), low=(8, 10))
    assert [line.split(":")[0] for line in complaints(found)] == ["impl/low.cc"]
    assert complaints(found, ["impl/low.cc"]) == []


def a_reason_that_is_not_needed_is_told():
    assert ["needs no reason" in line for line in complaints(covers(good=(10, 10)), ["impl/good.cc"])] == [True]
    assert ["names no file" in line for line in complaints(covers(good=(10, 10)), ["impl/gone.cc"])] == [True]
    assert complaints(covers(good=(10, 10)), ["impl/good.cc"], "by chance: threads") == []


def a_low_total_is_told():
    assert complaints(covers(one=(95, 100))) == []
    assert ["total" in line for line in complaints(covers(one=(94, 100)))] == [True]


TESTS = [a_line_that_one_instantiation_ran_is_covered, each_side_of_a_branch_counts_once, tests_and_other_rooms_are_not_counted,
         a_file_that_nothing_links_is_told, a_low_file_needs_a_reason, a_reason_that_is_not_needed_is_told, a_low_total_is_told]

if __name__ == "__main__":
    for test in TESTS:
        test()
        print("passed", test.__name__)
