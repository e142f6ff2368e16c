# SPDX-License-Identifier: Apache-2.0
# What the checks share: the tracked files of a tree, reading them, and reporting findings.
import argparse
import pathlib
import subprocess
import sys

SKIPPED = {".git", "node_modules", "dist", "var", ".cache", "__pycache__"}


def root_argument(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    return parser


def files(root):
    """All files git knows or would add, as paths relative to root; without git, all files below it."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        found = [pathlib.PurePosixPath(name) for name in listed if name and (root / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        found = [
            pathlib.PurePosixPath(path.relative_to(root).as_posix())
            for path in root.rglob("*")
            if path.is_file()
            and not any(p in SKIPPED or p.startswith("build") for p in path.relative_to(root).parts[:-1])
        ]
    return sorted(set(found))


def text(root, path):
    """The file's text, or None when it is binary."""
    data = (root / path).read_bytes()
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def report(findings, what):
    for finding in findings:
        print(finding)
    if findings:
        print(f"{what}: {len(findings)} to mend")
        sys.exit(1)
    print(f"{what}: in order")
