#!/usr/bin/env python3
"""What each failed test of ctest's last run said at its end, so that a log that is cut in the middle still tells why.

usage: why_failed.py BUILD-FOLDER
"""
import re
import sys

LINES = 45

log = open(f"{sys.argv[1]}/Testing/Temporary/LastTest.log", encoding="utf-8", errors="replace").read()
for test in re.split(r"^\d+/\d+ Testing: ", log, flags=re.MULTILINE)[1:]:
    name, _, rest = test.partition("\n")
    output, _, verdict = rest.partition("\n<end of output>\n")
    if "\nTest Passed.\n" in verdict:
        continue
    said = output.partition(f"Output:\n{'-' * 58}\n")[2].splitlines()
    from_verdict = [i for i, line in enumerate(said) if line.startswith("FAILED: ")][-1:]
    shown = said[from_verdict[0]:][:LINES] if from_verdict else said[-LINES:]
    print(f"\nfailed: {name}", *shown, sep="\n    ")
