#!/usr/bin/env python3
"""The field against floats: for each row of mutants.json on what the proofs see of impl, the cases until boresight-field catches it
and those until `verify` does, by agreement with the reference on the scalar kernel.

Usage: field.py BUILD/mutants [--cases 2000] [--page FILE.md]   prints the table; --page writes it into the page between its marks
       field.py --killed MUTANT-FIELD                           passes when the field catches this one: exit status 1, and a law told
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FAILED = 1
FILES = {"impl/geometry.h", "impl/online_softmax.h"}
CASES = 2000


def field(program, cases, *options):
    """The laws that a mutant breaks, the soonest first: [(cases, law)]."""
    run = subprocess.run([program, "--cases", str(cases), "--seed", "1", *options], capture_output=True, text=True, check=False)
    broken = re.findall(r"^\| (\w+) \| (\d+) \|.*\| WRONG \|$", run.stdout, re.MULTILINE)
    if run.returncode not in (0, FAILED) or bool(broken) != (run.returncode == FAILED):
        sys.exit(f"{run.stdout}{run.stderr}\n{program}: exit status {run.returncode}")
    return sorted((int(number), law) for law, number in broken)


def killed(program):
    broken = field(program, CASES, "--fail-fast")
    if not broken:
        sys.exit(f"{program}: the mutant lives")
    print(f"{broken[0][1]}, case {broken[0][0]}")


def floats(program, cases, *options):
    """The first case that `verify` fails, with its law; or None."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.json"
        subprocess.run([program, "verify", "--cases", str(cases), "--seed", "1", "--no-shrink", "--fail-fast", "--quiet", "--threads", "1",
                        "--json", path, *options], capture_output=True, check=False)
        if not path.is_file():
            sys.exit(f"{program}: no report")
        findings = json.loads(path.read_text())["findings"]
    return (findings[0]["case_number"], findings[0]["law"]) if findings else None


def line(row, folder, cases):
    broken = field(folder / f"{row['id']}-field", cases)
    agreement = floats(folder / row["id"], cases, "--law", "agrees_with_reference", "--kernel", "scalar")
    by_field = f"{broken[0][0]} | {broken[0][1]} | {len(broken)}" if broken else "never | | 0"
    return f"| {row['id']} | {by_field} | {agreement[0] if agreement else 'never'} | {row['killer']} |"


def table(folder, cases):
    rows = [row for row in json.loads((pathlib.Path(__file__).parent / "mutants.json").read_text()) if row["file"] in FILES and row["killer"] != "prove"]
    lines = [f"| mutant | cases of the field | the law | laws that see it | cases of floats, of {cases} | killer |", "|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(line(row, folder, cases))
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def write(page, text):
    before, _, rest = page.read_text().partition("<!-- table -->\n")
    _, mark, after = rest.partition("<!-- end -->")
    if not mark:
        sys.exit(f"{page}: no <!-- table --> and <!-- end --> to write between")
    page.write_text(f"{before}<!-- table -->\n{text}\n<!-- end -->{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--killed", action="store_true")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--page", type=pathlib.Path)
    options = parser.parse_args()
    if options.killed:
        return killed(options.folder)
    text = table(options.folder, options.cases)
    if options.page:
        write(options.page, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
