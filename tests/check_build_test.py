#!/usr/bin/env python3
"""What fuzz/check_build must complain of, each in a folder that is sound but for one thing; and the sound one passes.

Skipped, aloud, where clang++-19 is missing, which alone has libFuzzer.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

TOP = pathlib.Path(__file__).resolve().parent.parent
CXX = "clang++-19"
FLAGS = ["-O1", "-std=c++20", "-Wno-unused-command-line-argument"]
ADDRESS = ["-fsanitize=address", "-fsanitize=fuzzer-no-link"]
UNDEFINED = ["-fsanitize=signed-integer-overflow,bounds", "-fsanitize=fuzzer-no-link"]

# Enough branches and reads to be taken for a fuzzer; START is a statement of its own.
SOURCE = """
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
volatile int sink, table[1000];
int other_library();
#define STEP(n) if (size > n && data[n] == std::uint8_t(n)) sink = sink + table[(sink + n) % 1000] * data[n / 2];
#define TEN(n) STEP(n) STEP(n + 1) STEP(n + 2) STEP(n + 3) STEP(n + 4) STEP(n + 5) STEP(n + 6) STEP(n + 7) STEP(n + 8) STEP(n + 9)
#define HUNDRED(n) TEN(n) TEN(n + 10) TEN(n + 20) TEN(n + 30) TEN(n + 40) TEN(n + 50) TEN(n + 60) TEN(n + 70) TEN(n + 80) TEN(n + 90)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  START;
  HUNDRED(0) HUNDRED(100) HUNDRED(200) HUNDRED(300) HUNDRED(400) HUNDRED(500) HUNDRED(600) HUNDRED(700)
  return 0;
}
"""
SMALL = """
#include <cstddef>
#include <cstdint>
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return size > 3 && data[0] == 7 ? -1 : 0; }
"""


class Workshop:
    def __init__(self, scratch):
        self.scratch = scratch
        self.count = 0

    def program(self, name, flags, source=SOURCE, start="", engine=("-fsanitize=fuzzer",)):
        """Compiled first, then linked: the flag of the engine would instrument what it compiles."""
        path = self.scratch / name
        subprocess.run([CXX, *FLAGS, *flags, f"-DSTART={start}", "-c", "-x", "c++", "-", "-o", f"{path}.o"], input=source, text=True,
                       check=True)
        subprocess.run([CXX, "-static-libstdc++", *flags, f"{path}.o", *engine, "-o", path], check=True)
        return path

    def sound(self, program, name="fuzz_it"):
        """A folder of one fuzzer with all that belongs to it."""
        self.count += 1
        out = self.scratch / f"out{self.count}"
        out.mkdir()
        shutil.copy2(program, out / name)
        (out / f"{name}.options").write_text(f"[libfuzzer]\nmax_len = 100\ntimeout = 25\ndict = {name}.dict\n")
        (out / f"{name}.dict").write_text('"word"\n')
        with zipfile.ZipFile(out / f"{name}_seed_corpus.zip", "w") as archive:
            archive.writestr("seed", b"\1\2\3")
        return out


def complaints(out, sanitizer="address"):
    """The lines that say what is wrong, by the last word before their colon: the check; and the exit code."""
    ended = subprocess.run([TOP / "fuzz/check_build", "--out", out, sanitizer], capture_output=True, text=True, check=False)
    lines = ended.stdout.splitlines()
    assert lines and (lines[-1] == "PASSED") == (ended.returncode == 0), ended.stdout + ended.stderr
    wrong = [line for line in lines[:-1] if line.startswith("FAILED")]
    assert bool(wrong) == (ended.returncode != 0), ended.stdout + ended.stderr
    return {line.split(":")[0].split()[-1]: line for line in wrong}


def expect(title, found, check, words, alone=True):
    line = found.get(check, "")
    assert words in line and (not alone or set(found) == {check}), f"{title}: wanted '{words}' of {check}, got {found}"
    print(f"{title}: {line}", flush=True)


def broken_folders(work, address):
    """(title, folder, check, words): a sound folder, and what was done to one of its files."""
    out = work.sound(address, "fuzz.it")
    yield "a name that a fleet does not take", out, "name", "letters, digits"
    out = work.sound(address)
    (out / "fuzz_it.dict").unlink()
    yield "a dictionary that is not there", out, "options", "fuzz_it.dict is not there"
    out = work.sound(address)
    (out / "fuzz_it.dict").write_text("no quotes\n")
    yield "a dictionary that is none", out, "dictionary", "does not take fuzz_it.dict"
    out = work.sound(address)
    (out / "fuzz_it.options").write_text("max_len = 100\n")
    yield "options without a section", out, "options", "section [libfuzzer]"
    out = work.sound(address)
    (out / "fuzz_it.options").write_text("[libfuzzer]\nmax_len = 100\ntimeout = 25\ndict = fuzz_it.dict\nmax_lenn = 3\n")
    yield "an option that libFuzzer lacks", out, "options", "does not start with its options"
    out = work.sound(address)
    (out / "fuzz_it_seed_corpus.zip").unlink()
    yield "no seeds", out, "seeds", "fuzz_it_seed_corpus.zip is not there"
    out = work.sound(address)
    (out / "fuzz_it_seed_corpus.zip").write_bytes(b"not a zip file")
    yield "seeds in no archive", out, "seeds", "not a zip file"
    out = work.sound(address)
    program = bytearray((out / "fuzz_it").read_bytes())
    program[18] = 183  # aarch64
    (out / "fuzz_it").write_bytes(program)
    yield "another architecture", out, "architecture", "ELF machine 183"
    out = work.sound(address)
    (out / "fuzz_it").chmod(0o644)
    yield "no program at all", out, "fuzzer", "no program of this name"


def broken_programs(work):
    """(title, folder, check, words): another program in a sound folder."""
    yield "a crash at the start", work.sound(work.program("crash", ADDRESS, start="std::abort()")), "startup", "ends before 4 runs"
    yield "a crash on a seed", work.sound(work.program("seed", ADDRESS, start="if (size == 3 && data[2] == 3) std::abort()")), \
        "seeds", "a seed is a finding"
    yield "a path that is known", work.sound(work.program("path", ADDRESS, start="if (!std::fopen(\"fuzz_it\", \"r\")) std::abort()")), \
        "elsewhere", "another directory"
    yield "a folder that is written to", work.sound(work.program("write", ADDRESS, start="if (!std::fopen(\"new\", \"w\")) std::abort()")), \
        "startup", "ends before 4 runs"
    yield "a home that is needed", work.sound(work.program("home", ADDRESS, start="if (!std::getenv(\"HOME\")) std::abort()")), \
        "startup", "ends before 4 runs"
    yield "no coverage", work.sound(work.program("blind", ADDRESS[:1])), "engine", "not instrumented"
    yield "hardly any coverage", work.sound(work.program("small", ADDRESS, SMALL)), "engine", "only a part is instrumented"
    yield "no AddressSanitizer", work.sound(work.program("bare", ADDRESS[1:])), "sanitizer", "at least 1000"
    both = work.program("both", [*ADDRESS, UNDEFINED[0]])
    yield "two sanitizers", work.sound(both), "sanitizer", "__ubsan"
    library = work.program("libother.so", ["-shared", "-fPIC"], "int other_library() { return 1; }", engine=())
    needs = ["-L", str(library.parent), "-l:libother.so"]
    alone = work.program("alone", [*ADDRESS, f"-Wl,-rpath,{library.parent}"], start="sink = other_library()",
                         engine=["-fsanitize=fuzzer", *needs])
    yield "a library of this machine", work.sound(alone), "libraries", "needs libother.so, which is neither"
    out = work.sound(alone)
    shutil.copy2(library, out / "libother.so")
    yield "a library that is not looked for", out, "libraries", "no $ORIGIN"


def test_all(scratch):
    work = Workshop(scratch)
    address, undefined = work.program("address", ADDRESS), work.program("undefined", UNDEFINED)
    for sanitizer, program in (("address", address), ("undefined", undefined)):
        found = complaints(work.sound(program), sanitizer)
        assert not found, f"a sound folder: {found}"
    cases = [*broken_folders(work, address), *broken_programs(work)]
    for title, out, check, words in cases:
        expect(title, complaints(out), check, words, alone=False)
    expect("ASan for UBSan", complaints(work.sound(address), "undefined"), "sanitizer", "__asan", alone=False)
    expect("UBSan for ASan", complaints(work.sound(undefined)), "sanitizer", "at least 1000", alone=False)
    print(f"{len(cases) + 2} unsound builds, each told")


if __name__ == "__main__":
    if not shutil.which(CXX):
        print(f"{CXX} is not here: nothing was tested")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder).chmod(0o755)
        test_all(pathlib.Path(folder))
