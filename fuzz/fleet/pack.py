#!/usr/bin/env python3
"""Copies the fuzzers that a build has made into a folder, as a fleet takes them: NAME, NAME_seed_corpus.zip, NAME.options, NAME.dict.

The same tree gives the same bytes. A fuzzer without seeds is an error, for a fleet would start it from nothing.

Usage: pack.py BUILD OUT
"""
import pathlib
import shutil
import sys
import zipfile

FUZZ = pathlib.Path(__file__).resolve().parent.parent
TIMEOUT_S = 25  # what ClusterFuzz gives an input
LENGTH_MAX = 4096  # libFuzzer's own, where no seed is longer


def write_corpus(seeds, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for seed in seeds:
            archive.writestr(zipfile.ZipInfo(seed.name), seed.read_bytes(), zipfile.ZIP_DEFLATED)  # of a fixed date


def options(name, seeds, has_dictionary):
    longest = max(len(seed.read_bytes()) for seed in seeds)
    lines = ["[libfuzzer]", f"max_len = {max(LENGTH_MAX, 2 * longest)}", f"timeout = {TIMEOUT_S}"]
    return lines + ([f"dict = {name}.dict"] if has_dictionary else [])


def pack(name, build, out):
    seeds = sorted(path for path in (FUZZ / "corpus" / name).glob("*") if path.is_file())
    if not seeds:
        sys.exit(f"pack.py: fuzz/corpus/{name} has no seeds")
    dictionary = FUZZ / f"{name}.dict"
    shutil.copy2(build / name, out / name)
    write_corpus(seeds, out / f"{name}_seed_corpus.zip")
    (out / f"{name}.options").write_text("\n".join(options(name, seeds, dictionary.is_file())) + "\n")
    if dictionary.is_file():
        shutil.copyfile(dictionary, out / dictionary.name)


def main(build, out):
    names = (build / "fuzzers.txt").read_text().split()
    dictionaries = sorted(path.stem for path in FUZZ.glob("*.dict"))
    if not names:
        sys.exit(f"pack.py: {build} has no fuzzers")
    if "fuzz_token" not in dictionaries:
        sys.exit("pack.py: fuzz/fuzz_token.dict is not there; fuzz_seeds writes it")
    if astray := set(dictionaries) - set(names):
        sys.exit(f"pack.py: dictionaries of no fuzzer: {' '.join(sorted(astray))}")
    for name in names:
        pack(name, build, out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
