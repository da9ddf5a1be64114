#!/usr/bin/env python3
"""The page of the proofs: what is claimed of impl/geometry.h, and the smallest counterexample of each planted bug.

Usage: proofs.py BUILD/boresight BUILD/mutants [--page FILE.md]   prints both tables; --page writes them between its marks
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

PROVED = "impl/geometry.h"


def text_of(status, *command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != status:
        sys.exit(f"{done.stdout}{done.stderr}\n{command}: exit status {done.returncode}, not {status}")
    return done.stdout


def claims(boresight):
    rows = [line.split(None, 1) for line in text_of(0, boresight, "prove", "--list").splitlines() if line.strip()]
    return ["| claim | what it says |", "|---|---|"] + [f"| {name} | {words.strip()} |" for name, words in rows]


def refutation(program, claim):
    """(claim, where, what is wrong there, token, replayed by) of the first claim refuted."""
    told = text_of(1, program, "--claim", claim)
    found = re.search(r"^(\S+) .*  refuted\n((?:  .*\n)+)", told, re.MULTILINE)
    field = {name: words for name, words in re.findall(r"^  (\w+) +(.*)$", found[2], re.MULTILINE)[::-1]}
    by = "replay" if " replay " in field.get("again", "") else "prove"
    return found[1], field["where"], field["wrong"], field["token"], by


def mutants(folder):
    lines = ["| mutant | refuted claim | smallest counterexample | there | token | shown by |", "|---|---|---|---|---|---|"]
    for row in json.loads((pathlib.Path(__file__).parent / "mutants.json").read_text()):
        if row["file"] == PROVED and row["killer"] != "field":
            claim, where, wrong, token, by = refutation(folder / f"{row['id']}-prove", row.get("claim", "*"))
            by = "prove" if row["killer"] == "prove" else by  # no command was made of it
            lines.append(f"| {row['id']} | {claim} | {where} | {wrong} | `{token}` | {by} |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("boresight", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--page", type=pathlib.Path)
    options = parser.parse_args()
    tables = {"claims": claims(options.boresight), "mutants": mutants(options.folder)}
    if not options.page:
        return print("\n".join(sum(tables.values(), [])))
    page = options.page.read_text()
    for name, lines in tables.items():
        page, found = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda mark: mark[1] + "\n".join(lines) + "\n" + mark[2], page, flags=re.DOTALL)
        if found != 1:
            sys.exit(f"{options.page}: no <!-- {name} --> and <!-- end --> to write between")
    options.page.write_text(page)


if __name__ == "__main__":
    main()
