#!/usr/bin/env python3
"""Waits until nodes of a trial serve in update mode, and prints their numbers.

usage: update_mode.py LOCUM TRIAL [NUMBER…]
NUMBER: a node that is known already. Exit code 1 when the file TRIAL/sampled.end is there, and no other is.
"""
import json
import os
import subprocess
import sys
import time

locum, trial, known = sys.argv[1], sys.argv[2], {"node-" + number for number in sys.argv[3:]}
while True:
    ended = os.path.exists(trial + "/sampled.end")
    status = subprocess.run([locum, "status", "--json", "--root", trial + "/node-3"], capture_output=True, text=True)
    nodes = json.loads(status.stdout)["nodes"] if status.returncode == 0 else []
    found = [node["name"].removeprefix("node-") for node in nodes
             if node["mode"] == "update" and not node["out"] and node["name"] not in known]
    if found:
        print(*sorted(found))
        sys.exit(0)
    if ended:
        sys.exit(1)
    time.sleep(0.1)
