#!/usr/bin/env python3
"""Looks for secrets in the arguments and the environment of every process, again and again.

usage: watch_processes.py SECRETS STOP_FILE PROGRAM      runs until the file is there
SECRETS: a file, a secret on each line. PROGRAM: the name of one that is to be seen meanwhile.
Says how often it was seen. Exit code 1 where a secret was, or the program was not.
"""
import glob
import os
import sys
import time

secrets_file, stop, program = sys.argv[1:]
with open(secrets_file, "rb") as lines:
    secrets = [line for line in lines.read().split(b"\n") if line]
seen = 0
found = set()
while not os.path.exists(stop):
    for place in glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(place, "rb") as file:
                text = file.read()
        except OSError:
            continue  # it ended while we looked, or is another user's
        seen += place.endswith("cmdline") and os.path.basename(text.split(b"\0")[0]) == program.encode()
        if any(secret in text for secret in secrets):
            found.add(f"{os.path.basename(place)} of {text.split(bytes(1))[0].decode(errors='replace')}")
    time.sleep(0.01)
for place in sorted(found):
    print(f"a secret was in the {place}")
print(f"{program} was seen {seen} times")
sys.exit(1 if found or not secrets or seen == 0 else 0)
