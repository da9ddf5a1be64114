#!/usr/bin/env python3
"""What is installed, used as a stranger would: `cmake --install` into a prefix, which is then moved elsewhere; the command is run
from there, and tests/outside is built against it, by CMake and by pkg-config. Nothing of the tree is within reach of it.

Usage: install_test.py BUILD CXX
"""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD, CXX = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
VERSION = re.search(r"project\(boresight VERSION (\S+)", (TOP / "CMakeLists.txt").read_text())[1]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]
PLACE = tempfile.TemporaryDirectory()
PREFIX = pathlib.Path(PLACE.name) / "moved/prefix"
OUTSIDE = pathlib.Path(PLACE.name) / "outside"
EXAMPLE = PREFIX / "share/doc/boresight/examples/attention.c"


def run(*words, **options):
    """What ran, with its output as one text."""
    return subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=300, cwd=PLACE.name, **options)


def must(*words, **options):
    ended = run(*words, **options)
    if ended.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}\n{ended.stdout}")
    return ended.stdout


def setUpModule():
    first = pathlib.Path(PLACE.name) / "first"
    must("cmake", "--install", BUILD, "--prefix", first)
    PREFIX.parent.mkdir()
    first.rename(PREFIX)
    shutil.copytree(TOP / "tests/outside", OUTSIDE)
    os.environ["PKG_CONFIG_PATH"] = os.pathsep.join(str(path.parent) for path in PREFIX.rglob("*.pc"))


def tearDownModule():
    PLACE.cleanup()


def flags(package, *what):
    return must("pkg-config", *what, package).split()


def configured(source, *words):
    """Where a project outside was configured, and what CMake said."""
    build = tempfile.mkdtemp(dir=PLACE.name)
    return build, run("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={PREFIX}", f"-DCMAKE_CXX_COMPILER={CXX}", *words)


def library():
    """The shared library of our kernels, by the name that a program is linked with."""
    [path] = PREFIX.rglob("libboresight_attention.so." + ".".join(VERSION.split(".")[:2]))
    return path


def headers(include):
    return sorted(str(path.relative_to(include)) for path in include.rglob("*") if path.is_file())


def public():
    """The installed paths of the headers that cmake/public_headers.txt names."""
    lines = (TOP / "cmake/public_headers.txt").read_text().splitlines()
    names = [line.split()[0] for line in lines if not line.startswith("#")]
    return ["boresight/" + re.sub("^(problem|impl)/(boresight|attention).h$", r"\2.h", name) for name in names]


def reached(include, names):
    """The headers under `include` that these include, themselves among them."""
    text = "".join(f"#include <{name}>\n" for name in names)
    rule = must(CXX, "-std=c++20", "-MM", f"-I{include}", "-x", "c++", "-", input=text)
    found = [word for word in re.split(r"[\s\\]+", rule) if word.startswith(str(include))]
    return sorted(str(pathlib.Path(word).relative_to(include)) for word in found)


def complaints(include, names):
    """What the compiler says of each of these headers that doesn't compile alone, by header."""
    said = {}
    for name in names:
        # Included twice, so that a guard is missed too.
        ended = run(CXX, "-std=c++20", *WARNINGS, "-fsyntax-only", f"-I{include}", "-x", "c++", "-", input=f"#include <{name}>\n" * 2)
        if ended.returncode != 0:
            said[name] = ended.stdout
    return said


class Headers(unittest.TestCase):
    def test_each_compiles_alone(self):
        self.assertEqual(complaints(PREFIX / "include", headers(PREFIX / "include")), {})

    def test_one_that_is_missing_is_named(self):
        copy = pathlib.Path(PLACE.name) / "without"
        shutil.copytree(PREFIX / "include", copy)
        (copy / "boresight/problem/arithmetic.h").unlink()
        said = complaints(copy, ["boresight/problem/kernel.h", "boresight/problem/result.h"])
        self.assertEqual(list(said), ["boresight/problem/kernel.h"])
        self.assertIn("boresight/problem/arithmetic.h", said["boresight/problem/kernel.h"])

    def test_they_are_the_public_ones_and_what_these_include(self):
        self.assertGreater(len(public()), 5)
        self.assertEqual(reached(PREFIX / "include", public()), headers(PREFIX / "include"))

    def test_nothing_private_is_among_them(self):
        for name in headers(PREFIX / "include"):
            self.assertNotRegex(name, r"_test|test_|for_tests|-inl|boresight/reference/|boresight/(cli|fuzz|bench|mutants)/")
        self.assertEqual([name for name in headers(PREFIX / "include") if "/impl/" in name], ["boresight/impl/kernels.h"])

    def test_the_c_interface_is_c(self):
        for standard in ["-std=c11", "-std=c17"]:
            for source in [OUTSIDE / "mine.c", EXAMPLE]:
                must("cc", standard, *WARNINGS, "-fsyntax-only", *flags("boresight-kernel", "--cflags"), source)


class Programs(unittest.TestCase):
    def test_the_command_runs_where_it_was_moved(self):
        self.assertTrue(must(PREFIX / "bin/boresight", "--version").startswith(f"boresight {VERSION}\n"))
        said = must(PREFIX / "bin/boresight", "verify", "--cases", "50", "--seed", "1", "--kernel", "scalar")
        self.assertRegex(said, r"PASSED: 50 cases: [1-9]\d* judged")

    def test_what_was_built_beside_it_is_installed_beside_it(self):
        built = [name for name in ["boresight", "boresight-prove", "boresight-field"] if (BUILD / name).is_file()]
        self.assertEqual(sorted(path.name for path in (PREFIX / "bin").iterdir()), sorted(built))
        if "boresight-prove" in built:
            self.assertIn("--claim", must(PREFIX / "bin/boresight", "prove", "--help"))


class Projects(unittest.TestCase):
    def check_programs(self, directory):
        said = must(directory / "call")
        self.assertIn("out is absent", said)
        self.assertRegex(said, r"scalar: -?\d+\.\d+ -?\d+\.\d+")
        judged = run(directory / "judge")
        self.assertEqual(judged.returncode, 1, judged.stdout)
        self.assertIn("FAILED mine", judged.stdout)
        self.assertIn("reading softcap-ignored", judged.stdout)

        planned = must(directory / "planned")
        self.assertRegex(planned, r"simd/decode@\w+: -?\d+\.\d+ -?\d+\.\d+\nq is f32\[1 by 2\]")

    def check_library(self, path):
        said = must(PREFIX / "bin/boresight", "replay", "--library", path, "bs1 b2 h2 d4 n1 s1 law=called_twice")
        self.assertTrue(said.startswith("PASSED mine"), said)

    def test_are_built_by_cmake(self):
        build, ended = configured(OUTSIDE)
        self.assertEqual(ended.returncode, 0, ended.stdout)
        must("cmake", "--build", build, "--parallel", "2")
        self.check_programs(pathlib.Path(build))
        self.check_library(pathlib.Path(build) / "libmine.so")

    def test_are_built_by_pkg_config(self):
        place = pathlib.Path(tempfile.mkdtemp(dir=PLACE.name))
        for name in ["call", "planned", "judge"]:
            must(CXX, "-std=c++20", *WARNINGS, OUTSIDE / f"{name}.cc", *flags("boresight", "--cflags", "--libs"), "-o", place / name)
        self.check_programs(place)
        must("cc", "-std=c11", "-shared", "-fPIC", OUTSIDE / "mine.c", *flags("boresight-kernel", "--cflags", "--libs"),
             "-o", place / "libmine.so")
        self.check_library(place / "libmine.so")
        self.assertEqual(flags("boresight", "--modversion") + flags("boresight-kernel", "--modversion"), [VERSION, VERSION])

    def test_a_kernel_needs_nothing_of_what_judges(self):
        build, ended = configured(OUTSIDE / "kernel")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        must("cmake", "--build", build)
        self.check_library(pathlib.Path(build) / "libmine.so")

    def test_kernels_are_used_from_c_without_the_judge(self):
        by_cmake, ended = configured(OUTSIDE / "attention", f"-DEXAMPLE={EXAMPLE}")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        must("cmake", "--build", by_cmake)
        place = pathlib.Path(tempfile.mkdtemp(dir=PLACE.name))
        must("cc", "-std=c11", *WARNINGS, EXAMPLE, *flags("boresight-attention", "--cflags", "--libs"), f"-Wl,-rpath,{library().parent}",
             "-o", place / "attention")
        for program in [pathlib.Path(by_cmake) / "attention", place / "attention"]:
            self.assertRegex(must(program), r"^simd/flash: the last element is \d+\.\d+\n$")

    def test_kernels_are_used_from_python_without_the_judge(self):
        attention = ctypes.CDLL(library())
        attention.boresight_attention_plan.restype = ctypes.c_char_p
        self.assertEqual(attention.boresight_attention_plan(None, None, None, None, ctypes.byref(ctypes.c_void_p())),
                         b"problem is NULL; it may not be")

    def test_the_library_exports_what_its_header_declares(self):
        header = (PREFIX / "include/boresight/attention.h").read_text()
        declared = set(re.findall(r"BORESIGHT_PUBLIC [^;(]*?(boresight_attention_\w+)\(", header))
        listed = must("nm", "-D", "--defined-only", library()).splitlines()
        self.assertGreater(len(declared), 4)
        self.assertEqual({line.split()[-1] for line in listed}, declared)

    def test_who_asks_for_another_minor_version_is_refused(self):
        for version in ["0.0", "0.2", "1.0"]:
            _, ended = configured(OUTSIDE, f"-DWANTED={version}")
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn(f'compatible with requested version "{version}"', ended.stdout)
            self.assertIn(f"boresight-config.cmake, version: {VERSION}", ended.stdout)


class Installation(unittest.TestCase):
    def test_is_staged_where_destdir_says(self):
        stage = pathlib.Path(PLACE.name) / "stage"
        must("cmake", "--install", BUILD, "--prefix", "/usr", env=os.environ | {"DESTDIR": str(stage)})
        files = [sorted(path.relative_to(root) for path in root.rglob("*")) for root in [stage / "usr", PREFIX]]
        self.assertEqual(*files)
        self.assertEqual(list(stage.iterdir()), [stage / "usr"])

    def test_names_no_directory_of_the_build(self):
        for path in [*PREFIX.rglob("*.cmake"), *PREFIX.rglob("*.pc"), *PREFIX.rglob("*.h")]:
            self.assertNotRegex(path.read_text(), f"{re.escape(str(TOP))}|{re.escape(str(BUILD))}")

    def test_has_the_licence_and_what_the_readme_refers_to(self):
        docs = PREFIX / "share/doc/boresight"
        self.assertIn("Apache License", (docs / "LICENSE").read_text())
        links = re.findall(r"\]\(([^)#:]+)\)", (docs / "README.md").read_text())
        self.assertGreater(len(links), 5)
        self.assertEqual([link for link in links if not (docs / link).exists()], [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
