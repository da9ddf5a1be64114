#!/usr/bin/env python3
"""Runs what README.md shows. In a ```console block a line '$ COMMAND' is run at the top of the tree, and the lines after it
must be its output: word for word, where '...' alone on a line stands for any lines. A ```sh block is not run (it sets
machines up), but every make target and every subcommand in it must be there.

Usage: readme.py README.md
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def shown_commands(block):
    """(command, expected lines) of each '$ ' line."""
    commands = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif commands:
            commands[-1][1].append(line)
        else:
            sys.exit(f"output before any command: {line}")
    return commands


def matches(got, expected):
    """Whether the lines are the expected ones, '...' standing for any number of lines."""
    if not expected:
        return not got
    if expected[0] == "...":
        return any(matches(got[k:], expected[1:]) for k in range(len(got) + 1))
    return bool(got) and got[0].rstrip() == expected[0].rstrip() and matches(got[1:], expected[1:])


def check_shown(text):
    commands = [shown for block in blocks(text, "console") for shown in shown_commands(block)]
    if not commands:
        sys.exit("README.md shows no command")
    for command, expected in commands:
        run = subprocess.run(command, shell=True, cwd=TOP, capture_output=True, text=True, check=False)
        got = run.stdout.splitlines()
        if not matches(got, expected):
            sys.exit(f"$ {command}\nprinted:\n{run.stdout}{run.stderr}\nREADME.md shows:\n" + "\n".join(expected))
        print(f"as shown: {command}")


def check_named(text):
    makefile = (TOP / "Makefile").read_text()
    subcommands = subprocess.run([TOP / "build/release/boresight", "--help"], capture_output=True, text=True, check=True).stdout
    for block in blocks(text, "sh"):
        for target in re.findall(r"\bmake ([a-z-]+)", block):
            if not re.search(rf"^[a-z -]*\b{target}\b[a-z -]*:", makefile, re.MULTILINE):
                sys.exit(f"README.md names 'make {target}', which the Makefile lacks")
        for subcommand in re.findall(r"boresight ([a-z]+)", block):
            if not re.search(rf"^\s+{subcommand}\b", subcommands, re.MULTILINE):
                sys.exit(f"README.md names 'boresight {subcommand}', which the command lacks")


if __name__ == "__main__":
    readme = pathlib.Path(sys.argv[1]).read_text()
    check_named(readme)
    check_shown(readme)
