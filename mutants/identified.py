#!/usr/bin/env python3
"""The card of every reading: `misreadings identify` on each reading as a kernel of its own, on two at once, and by the book.

A card is right where the row of each reading departs and names it, alone or in a set, and no other row departs. Prints how many
are, and what is not; --page writes the page. The status is 1 where a card is wrong.

Readings are what a card knows. Bugs planted in the code of kernels are what it does not: with --planted the cards of those that
are built, and that are a reading's mistake, must name it in its row.

Usage: identified.py build/release/misreadings [--only PATTERN] [--seed N] [--planted BUILD/mutants] [--page FILE.md]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

CONTROL = "misread/by-the-book"
# What a card says of a planted bug where that is not its reading in mutants.json, and why.
OTHERWISE = {
    "simd-view-begins-at-the-tile": (["window-left-ignored"], "the right side is applied"),
    "lse-in-base-two": (["lse-sum-in-base-two"], "the maximum is natural"),
    "empty-parts-merge-to-nan": ([], "it shows where the keys are split, which a card leaves to the kernel"),
}
DEPARTING = ("departs", "neither", "broken")


def cards(program, kernels, seed):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        done = subprocess.run([program, "identify", "--kernel", kernels, "--seed", str(seed), "--json", report], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        if not report.is_file():
            sys.exit(f"{program} identify: status {done.returncode}, no report: {done.stderr.strip()}")
        return json.loads(report.read_text())["cards"], done.stdout


def rows_of_readings(program):
    """The row that each reading belongs to, in the order of the list."""
    listing = subprocess.run([program, "list", "readings", "--json"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return {reading["id"]: reading["row"] for reading in json.loads(listing) if reading["row"]}


def judged(card, rows_of):
    """(how it is named, what else departs) of one card: alone, in a set, or not told. A name counts in its own row alone."""
    wanted = [] if card["kernel"] == CONTROL else card["kernel"].removeprefix("misread/").split("+")
    seen = [(row["row"], departure["readings"]) for row in card["rows"] for departure in row["departures"]]
    named = [reading for reading in wanted if any(row == rows_of[reading] and reading in readings for row, readings in seen)]
    alone = [reading for reading in named if (rows_of[reading], [reading]) in seen]
    strange = [f"{row}: {', '.join(readings) or 'no reading'}" for row, readings in seen if not set(readings) & set(wanted)]
    strange += [f"{row['row']}: {row['answer']}" for row in card["rows"] if row["answer"] in DEPARTING and not row["departures"]]
    how = "not told" if len(named) < len(wanted) else "alone" if len(alone) == len(wanted) else "in a set"
    return how, strange


def planted(folder, rows_of):
    """(mutants that are some readings' mistake, those whose cards name all of them, what is not as it should be, what is told
    otherwise) of what is built there."""
    tried, named, missed, otherwise = 0, 0, [], []
    for mutant in json.loads((pathlib.Path(__file__).parent / "mutants.json").read_text()):
        program = folder / mutant["id"]
        wanted = [reading for reading in mutant.get("reading", "").split(",") if reading]
        if not wanted or not program.is_file():
            continue
        found, _ = cards(str(program), "*", 1)
        seen = {(row["row"], reading) for card in found for row in card["rows"] for departure in row["departures"]
                for reading in departure["readings"]}
        if mutant["id"] in OTHERWISE:
            told, why = OTHERWISE[mutant["id"]]
            wanted = wanted if {reading for _, reading in seen} != set(told) else told
            otherwise.append(f"{mutant['id']} ({', '.join(told) or 'nothing departs'}: {why})")
            tried += 1
            missed += [] if wanted == told else [f"{mutant['id']}: {sorted(seen)}"]
            continue
        unseen = [reading for reading in wanted if (rows_of[reading], reading) not in seen]
        tried, named = tried + 1, named + (not unseen)
        if unseen:
            missed.append(f"{mutant['id']}: {', '.join(unseen)} not told")
    return tried, named, missed, otherwise


def page_of(rows, closing, example):
    return "\n".join([
        "# What a kernel's card tells", "",
        "Written by `make identify`. `boresight identify` asks a kernel which conventions it follows, from its outputs alone. Here it is",
        "asked of kernels that are known: every reading of the specification (`boresight list readings`) as a kernel of its own, two",
        "readings at once, and the specification by the book. A card is right where the row of each reading departs and names it, and no",
        "other row departs.", "", *closing, "", "| row | readings | named alone | in a set | not told |", "|---|---|---|---|---|", *rows, "",
        "## How a row is told", "",
        "* Each row has small cases that isolate its readings (`properties/identify/aspects.cc`), each run twice with other values and widths. A",
        "  kernel that takes less than the whole specification is asked in the types, sizes and features that it takes.",
        "* Where the truth lies within the certified bound, and a reading would have been farther off than both bounds, it is excluded.",
        "* What departs is explained by the fewest readings, together, that give every element of it within their own bound. Readings that",
        "  explain the same are asked again on larger cases; what is left is one set. What nothing explains says `neither`, with what the",
        "  probe (`boresight explain`) reads.",
        "* What a departure hides is `not told`, and what the kernel does not support is `not asked`: no row is guessed.",
        "* `arithmetic seen` is an upper bound on what the stated cases showed, and no proof.", "",
        "## A card that departs", "", "```", *example, "```"]) + "\n"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--only", default="*")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--planted", type=pathlib.Path)
    options.add_argument("--page", type=pathlib.Path)
    options = options.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    start = time.monotonic()
    found, _ = cards(program, f"misread/{options.only}", options.seed)
    seconds = time.monotonic() - start
    rows_of = rows_of_readings(program)
    counts, wrong = {}, 0
    total = {"alone": 0, "in a set": 0, "not told": 0}
    pairs = pairs_right = 0
    control = None  # whether nothing departs by the book
    for card in found:
        how, strange = judged(card, rows_of)
        ids = card["kernel"].removeprefix("misread/")
        if strange or how == "not told":
            wrong += 1
            print(f"{ids}: {how}; beside it: {'; '.join(strange) or 'nothing'}")
        if card["kernel"] == CONTROL:
            control = not strange
        elif "+" in ids:
            pairs += 1
            pairs_right += how != "not told" and not strange
        else:
            total[how] += 1
            counts.setdefault(rows_of[ids], {"alone": 0, "in a set": 0, "not told": 0})[how] += 1
    readings = sum(total.values())
    closing = [f"{total['alone']} of {readings} readings are named alone, {total['in a set']} in a set, {total['not told']} are not told. "
               f"No other row departs in {len(found) - wrong} of {len(found)} cards."]
    if pairs:
        closing.append(f"Two at once: both are named in {pairs_right} of {pairs} cards.")
    if control is not None:
        closing.append(f"By the book: {'nothing departs' if control else 'something departs'}.")
    if options.planted:
        tried, named, missed, otherwise = planted(options.planted.resolve(), rows_of)
        for words in missed:
            print(words)
        closing.append(f"Planted in the code of our kernels (`mutants/mutants.json`): of {tried} bugs that are a reading's mistake, {named} are "
                       f"named in its row. Otherwise: {'; '.join(otherwise) or 'none'}.")
        wrong += len(missed) + (tried == 0)
    print("\n".join(closing) + f"\n{seconds:.0f} s for the readings")
    if options.page:
        example = cards(program, "misread/persistent-kv-turned", options.seed)[1].splitlines()
        rows = [f"| {row} | {sum(c.values())} | {c['alone']} | {c['in a set']} | {c['not told']} |" for row, c in counts.items()]
        options.page.write_text(page_of(rows, closing, example))
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
