#!/usr/bin/env python3
"""Runs what README.md shows. In a ```console block a line '$ COMMAND' is run at the top of the tree, and the lines after it
must be its output: word for word, where '...' alone on a line stands for any lines, and the digits of a number with a
fraction are not compared, since the last ones are the C library's. A ```sh block is not run (it sets
machines up), but every make target and every subcommand in it must be there.

Usage: readme.py README.md            check
       readme.py --rewrite README.md  put what the commands print now in the place of what is shown
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


def plain(line):
    return re.sub(r"\d+\.\d+(e[-+]\d+)?", "#.#", line).rstrip()


def matches(got, expected):
    """Whether the lines are the expected ones, '...' standing for any number of lines."""
    if not expected:
        return not got
    if expected[0] == "...":
        return any(matches(got[k:], expected[1:]) for k in range(len(got) + 1))
    return bool(got) and plain(got[0]) == plain(expected[0]) and matches(got[1:], expected[1:])


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


def rewritten(block):
    """The block with what its commands print now."""
    text = ""
    for command, _ in shown_commands(block):
        text += f"$ {command}\n" + subprocess.run(command, shell=True, cwd=TOP, capture_output=True, text=True, check=False).stdout
    return text


def rewrite(path):
    text = path.read_text()
    for block in blocks(text, "console"):
        text = text.replace(block, rewritten(block))
    path.write_text(text)


if __name__ == "__main__":
    if sys.argv[1] == "--rewrite":
        sys.exit(rewrite(pathlib.Path(sys.argv[2])))
    readme = pathlib.Path(sys.argv[1]).read_text()
    check_named(readme)
    check_shown(readme)
