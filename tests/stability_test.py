#!/usr/bin/env python3
"""docs/stability.md says numbers: here they are read off the page, and held against what the program writes and what the header is.
The C interface's rules that a library can break are tried on libraries.

Usage: stability_test.py BORESIGHT MUTANT   (a command with a planted bug, whose report has a token)
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent
BORESIGHT, MUTANT = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
PAGE = (TOP / "docs/stability.md").read_text()
PLACE = tempfile.TemporaryDirectory()
COMPILE = ["cc", "-std=c11", "-I", TOP / "problem", "-o"]
LIBRARY = """#include "boresight.h"
static const char* run(void* c, const boresight_problem* p, const boresight_tensors* t, const boresight_options* o) {
  return (void)c, (void)p, (void)t, (void)o, "not here";
}
static const boresight_kernel mine = {.struct_size = sizeof(boresight_kernel) + KERNEL, .name = "mine", .run = run,
                                      .problem_size = sizeof(boresight_problem) + PROBLEM};
static const boresight_kernel* const kernels[] = {&mine};
const boresight_library* boresight_kernels(void) {
  static const boresight_library library = {VERSION, 1, kernels};
  return &library;
}
"""


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, cwd=PLACE.name, timeout=300,
                          **options)


def row(table, name):
    """The second column of the row that begins with the name, in the table of this heading."""
    text = PAGE.split(f"| {table} |")[1].split("\n\n")[0]
    return re.search(rf"^\| {re.escape(name)} \| ([^|]+) \|", text, re.MULTILINE)[1]


def number(name):
    return row("number", name)


def report(*words, program=BORESIGHT):
    """The JSON report that a command writes."""
    path = pathlib.Path(PLACE.name) / "report.json"
    ended = run(program, *words, "--json", path)
    assert ended.returncode in (0, 1, 3), ended.stderr
    return json.loads(path.read_text())


def of_the_header(expression):
    """What a C program prints for an expression of the header's."""
    program = pathlib.Path(PLACE.name) / "program"
    source = f'#include "boresight.h"\n#include <stdio.h>\nint main(void) {{ printf("%zu", (size_t)({expression})); }}'
    compiled = run(*COMPILE, program, "-x", "c", "-", input=source)
    assert compiled.returncode == 0, compiled.stderr
    return run(program).stdout


def check_of(kernel=0, problem=0, version="BORESIGHT_ABI_VERSION"):
    """What `check` says of a library whose sizes are off by so much, or whose version is this."""
    library = pathlib.Path(PLACE.name) / "libmine.so"
    compiled = run(*COMPILE, library, "-shared", "-fPIC", f"-DKERNEL={kernel}", f"-DPROBLEM={problem}", f"-DVERSION={version}",
                   "-x", "c", "-", input=LIBRARY)
    assert compiled.returncode == 0, compiled.stderr
    return run(BORESIGHT, "check", library, "--cases", "5", "--seed", "1")


class Numbers(unittest.TestCase):
    def test_the_version_is_the_programs_and_the_projects(self):
        self.assertEqual(run(BORESIGHT, "--version").stdout.splitlines()[0], f"boresight {number('version of Boresight')}")
        self.assertIn(f"project(boresight VERSION {number('version of Boresight')} ", (TOP / "CMakeLists.txt").read_text())
        self.assertRegex((TOP / "CHANGELOG.md").read_text(), rf"(?m)^## {re.escape(number('version of Boresight'))}\b")

    def test_a_token_begins_with_it_and_no_other_is_taken(self):
        found = report("verify", "--kernel", "scalar", "--law", "agrees_with_reference", "--cases", "100", "--seed", "1", program=MUTANT)
        self.assertEqual(found["findings"][0]["smallest"].split()[0], number("token"))
        replayed = [run(BORESIGHT, "replay", f"{word} b1 h1 d8 n4 s8 alibi").returncode for word in [number("token"), "bs0", "bs2"]]
        self.assertEqual(replayed, [0, 2, 2])

    def test_the_reports_have_their_schemas(self):
        judged = report("verify", "--kernel", "scalar", "--cases", "5", "--seed", "1")
        exhausted = report("exhaust", "--kernel", "scalar", "--bound", "1")
        linted = report("lint", "--suite", "flash-attention-2", "--reading", "causal-top-left")
        identified = report("identify", "--kernel", "scalar")
        self.assertEqual(str(judged["schema"]), number("report of `verify`, `check` and `merge`"))
        self.assertEqual(str(exhausted["schema"]), number("report of `exhaust`"))
        self.assertEqual(str(linted["schema"]), number("report of `lint`"))
        self.assertEqual(str(identified["schema"]), number("cards of `identify`"))
        pages = (TOP / "properties/report/README.md").read_text()
        self.assertIn(f"JSON, schema {judged['schema']}", pages)
        self.assertIn(f"JSON of an exhaustive run, schema {exhausted['schema']}", pages)

    def test_the_library_of_kernels_bears_the_minor_version(self):
        number_in_name = number("functions of `attention.h`")
        self.assertEqual(number("version of Boresight").split(".")[:2], number_in_name.split("."))
        self.assertIn(f"`libboresight_attention.so.{number_in_name}`", PAGE)
        self.assertIn("SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}", (TOP / "cmake/attention.cmake").read_text())

    def test_the_interface_has_its_version_and_its_structs_the_sizes_that_it_began_with(self):
        self.assertEqual(of_the_header("BORESIGHT_ABI_VERSION"), number("C interface"))
        for struct in re.findall(r"^typedef struct (\w+)", (TOP / "problem/boresight.h").read_text(), re.MULTILINE):
            self.assertEqual(of_the_header(f"sizeof({struct})"), row("struct", f"`{struct}`"), f"{struct} has grown: what docs/"
                             "stability.md says of libraries compiled before that must be done, and the new size stand beside the old")

    def test_the_exit_codes_are_the_commands(self):
        enum = re.search(r"enum Exit : int \{([^}]+)\}", (TOP / "cli/command.h").read_text())[1]
        codes = PAGE.split("| exit code |")[1].split("\n\n")[0]
        self.assertEqual(re.findall(r"^\| (\d+) \|", codes, re.MULTILINE), re.findall(r"= (\d+)", enum))


class Interface(unittest.TestCase):
    def test_a_library_of_this_header_is_judged(self):
        ended = check_of()
        self.assertIn("not here", ended.stdout)
        self.assertEqual(ended.returncode, 1, ended.stderr)

    def test_one_of_another_version_is_refused_with_both_numbers(self):
        ended = check_of(version="BORESIGHT_ABI_VERSION + 1")
        self.assertEqual(ended.returncode, 2)
        self.assertIn(f"version {int(number('C interface')) + 1}", ended.stderr)
        self.assertIn(f"version {number('C interface')}:", ended.stderr)

    def test_one_of_a_newer_header_is_refused(self):
        for ended in [check_of(kernel=8), check_of(problem=8)]:
            self.assertEqual(ended.returncode, 2)
            self.assertIn("newer boresight.h", ended.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
