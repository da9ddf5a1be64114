#!/usr/bin/env python3
"""Laws against mutants: how many cases of each law it takes until each mutant is caught (median of the seeds), '-' for
never within --cases. Only the cases of that law are counted. Prints a Markdown table.

Usage: matrix.py BUILD/mutants [--cases N] [--seeds N] [ID ..]
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile


def laws(mutant):
    listed = subprocess.run([mutant, "list", "laws"], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in listed.splitlines()]


def caught_after(mutant, law, cases, seed):
    """The number of the first case that fails, or None."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        subprocess.run([mutant, "verify", "--law", law, "--cases", str(cases), "--seed", str(seed), "--no-shrink", "--fail-fast", "--quiet", "--threads", "1", "--json", path],
                       capture_output=True, check=False)
        findings = json.loads(path.read_text())["findings"] if path.is_file() else []
    return findings[0]["case_number"] if findings else None


def cell(mutant, law, cases, seeds):
    counts = [caught_after(mutant, law, cases, seed) for seed in range(1, seeds + 1)]
    if all(count is None for count in counts):
        return "-"
    median = statistics.median(count if count is not None else float("inf") for count in counts)
    return f"{median:.0f}" if median != float("inf") else f">{cases}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("ids", nargs="*")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    table = json.loads((pathlib.Path(__file__).parent / "mutants.json").read_text())
    rows = [row for row in table if not options.ids or row["id"] in options.ids]
    names = laws(options.folder / rows[0]["id"])
    print("| mutant | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for row in rows:
        cells = [cell(options.folder / row["id"], law, options.cases, options.seeds) for law in names]
        marked = [f"**{text}**" if law == row["killer"] else text for law, text in zip(names, cells)]
        print(f"| {row['id']} | " + " | ".join(marked) + " |", flush=True)


if __name__ == "__main__":
    main()
