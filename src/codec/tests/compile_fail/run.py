#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Compiles each case of cases.txt and holds the compiler to its words: run.py COMPILER.
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
SOURCE = FOLDER.parents[2]
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", f"-I{SOURCE}", "-x", "c++", "-"]


def cases():
    """(line, words, code) of each case."""
    found = []
    for number, line in enumerate((FOLDER / "cases.txt").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("-- "):
            found.append([number, line[3:], ""])
        elif found:
            found[-1][2] += line + "\n"
    return found


def failures(compiler):
    for number, words, code in cases():
        header = "json" if "codec::" in code else "describe"
        unit = f'#include "codec/{header}.hpp"\nnamespace wangdi::sample {{\n{code}}}\n'
        done = subprocess.run([compiler, *FLAGS], input=unit, capture_output=True, text=True)
        if words == "compiles":
            if done.returncode != 0 or done.stderr:
                yield f"case {number} must compile without a warning:\n{done.stderr}"
        elif done.returncode == 0:
            yield f"case {number} compiles, but must not ({words})"
        elif not re.search(words, done.stderr):
            yield f"case {number} says nothing of '{words}':\n{done.stderr}"


if __name__ == "__main__":
    found = list(failures(sys.argv[1]))
    print("\n".join(found) if found else f"{len(cases())} cases as expected")
    sys.exit(1 if found else 0)
