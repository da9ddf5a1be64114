#!/usr/bin/env python3
"""Takes what BUILD/corpus/TARGET holds, of earlier runs, into the committed corpus: only what covers more than the committed files
do (lines and branches, not how often), the smallest of those that were kept, named found-HASH of its bytes. Files with other names are nobody's to remove.

Usage: merge.py BUILD TARGET..
"""
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

FUZZ = pathlib.Path(__file__).resolve().parent


def merge(build, target):
    committed, kept = FUZZ / "corpus" / target, build / "corpus" / target
    if not kept.is_dir():
        return f"{target}: no run has left anything in {kept}"
    with tempfile.TemporaryDirectory() as folder:
        into = pathlib.Path(folder)
        for seed in committed.iterdir():
            shutil.copy(seed, into / seed.name)
        before = {path.name for path in into.iterdir()}
        ended = subprocess.run([build / target, "-merge=1", "-use_counters=0", into, kept], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", check=False)
        if ended.returncode != 0:
            sys.exit(f"{ended.stdout[-4000:]}\n{target}: the merge failed")
        new = [path for path in into.iterdir() if path.name not in before]
        for path in new:
            shutil.copy(path, committed / f"found-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}")
    return f"{target}: {len(new)} inputs more, {sum(path.stat().st_size for path in committed.iterdir())} bytes in all"


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for name in sys.argv[2:]:
        print(merge(pathlib.Path(sys.argv[1]), name), flush=True)
