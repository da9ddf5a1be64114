#!/usr/bin/env python3
"""A gate on speed that holds on noisy machines: no time is compared, but the share of the machine's own limit that a kernel reaches,
measured beside it in the same run. Each row is repeated, with inputs made anew, and all rows in random order. A median of repetitions is
known within an interval of their order statistics that holds it 95 times in 100; a row fails where its median is below the stored one by
more than both intervals (of this run, of the stored one) are wide, twice in a row. What is stored belongs to a processor and an
instruction set; on another nothing is checked, and the exit status is 77.

Usage: check.py ATTENTION_BENCH [--ratios FILE] [--store] [--repetitions N] [--seconds S]
  --ratios FILE     what is stored (bench/results/ratios.json)
  --store           store this run's, in place of what is there for this machine
  --repetitions N   of each row (9), at least 2
  --seconds S       of samples for each repetition (0.1)

Exit status: 0 no row is slower, 1 a row is slower or refused, 2 wrong usage, 77 nothing is stored for this machine
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import report  # noqa: E402  (the machine's name, and the limits' names)

SLOWER, USAGE, NOTHING_STORED = 1, 2, 77
ROWS = ("simd_flash/prefill/pre512/plain/f32/t1", "simd_flash/prefill/pre512/causal/f32/t1", "simd_flash/prefill/pre512/alibi/f32/t1",
        "simd_flash/prefill/xl512/alibi/f32/t1", "simd_flash/prefill/pre512/plain/bf16/t1", "simd_decode/decode/dec4096/plain/f32/t1",
        "simd_decode/decode/dec4096/alibi/f32/t1", "simd_decode/decode/dec4096/plain/bf16/t1")


def measure(options, rows):
    """The machine, and {row: {limit: shares, one for each repetition}} or {row: why it was refused}."""
    command = [options.bench, f"--benchmark_filter=^attention/({'|'.join(rows)})/", f"--benchmark_repetitions={options.repetitions}",
               "--benchmark_enable_random_interleaving=true", f"--seconds={options.seconds}", "--benchmark_format=json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{options.bench}: exit status {done.returncode}\n{done.stderr}")
    told = json.loads(done.stdout)
    found = {}
    for run in told["benchmarks"]:
        row = next(row for row in rows if row in run["name"])
        if run.get("error_occurred"):
            found[row] = run["error_message"]
        elif run.get("run_type") != "aggregate":
            for limit in report.LIMITS:
                if limit in run:
                    found.setdefault(row, {}).setdefault(limit, []).append(run[limit])
    return f"{report.processor()}, {told['context']['best set']}", found


def width(shares):
    """Of the shortest interval, k-th smallest to k-th largest, that holds the median 95 times in 100; of all, if there is none."""
    count, k = len(shares), 1
    while 2 * sum(math.comb(count, below) for below in range(k + 1)) <= 0.05 * 2 ** count:
        k += 1
    return sorted(shares)[-k] - sorted(shares)[k - 1]


def judge(row, now, stored):
    """(whether it is slower, a line that says so)"""
    if isinstance(now, str):
        return True, f"{row}: {now}"
    (limit, then), = stored.items()
    if limit not in now:
        return True, f"{row}: stored as a share {limit}, and not measured as one; store anew"
    here, there = statistics.median(now[limit]), statistics.median(then)
    margin = width(now[limit]) + width(then)
    word = "SLOWER" if here < there - margin else "faster" if here > there + margin else "as stored"
    seen = f"known within {margin:.3f}: a loss of {100 * margin / there:.0f}% is seen"
    return word == "SLOWER", f"{row}: {here:.3f} {limit}, stored {there:.3f}: {word} ({seen})"


def check(found, stored):
    """The lines, and the rows that are slower."""
    lines, slower = [], []
    for row, now in found.items():
        bad, line = judge(row, now, stored[row]) if row in stored else (isinstance(now, str), f"{row}: not stored")
        lines.append(line)
        slower += [row] * bad
    return lines, slower


def store(path, machine, found):
    refused = [f"{row}: {why}" for row, why in found.items() if isinstance(why, str)]
    if refused:
        sys.exit("nothing is stored:\n" + "\n".join(refused))
    ratios = json.loads(path.read_text()) if path.exists() else {}
    # Of two limits the one that binds.
    rows = {row: dict([max(shares.items(), key=lambda item: statistics.median(item[1]))]) for row, shares in found.items()}
    ratios[machine] = {"commit": report.git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*") or "unknown", "rows": rows}
    path.write_text(json.dumps(ratios, indent=1, sort_keys=True) + "\n")
    print(f"stored in {path} for {machine}: {len(rows)} rows")


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1])
    parser.add_argument("bench")
    parser.add_argument("--ratios", type=pathlib.Path, default=report.TOP / "bench/results/ratios.json")
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--repetitions", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.1)
    options = parser.parse_args()
    if options.repetitions < 2:
        parser.error(f"--repetitions: {options.repetitions} can't tell how far to trust them; at least 2")
    return options


def main():
    options = arguments()
    machine, found = measure(options, ROWS)
    if options.store:
        return store(options.ratios, machine, found)
    stored = json.loads(options.ratios.read_text()) if options.ratios.exists() else {}
    if machine not in stored:
        print(f"nothing is stored for {machine}, so nothing was checked. To store this machine's: make bench-store")
        return NOTHING_STORED
    rows = stored[machine]["rows"]
    lines, slower = check(found, rows)
    print("\n".join(lines))
    if not slower:
        return 0
    print("again:")
    lines, slower = check(measure(options, slower)[1], rows)
    print("\n".join(lines))
    return SLOWER if slower else 0


if __name__ == "__main__":
    sys.exit(main())
