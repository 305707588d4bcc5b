#!/usr/bin/env python3
"""Waits until nodes of a trial are in update mode, and prints their numbers.

usage: update_mode.py TRIAL [NUMBER…]
NUMBER: a node that is known already. Exit code 1 when the file TRIAL/sampled.end is there, and no other is.
"""
import glob
import json
import os
import re
import sys
import time

trial, known = sys.argv[1], set(sys.argv[2:])
while True:
    ended = os.path.exists(trial + "/sampled.end")
    found = []
    for file in glob.glob(trial + "/node-*/var/lib/locum/*/node.json"):
        number = re.search(r"/node-(\d+)/", file).group(1)
        if number not in known and json.load(open(file))["mode"] == "update":
            found.append(number)
    if found:
        print(*sorted(found))
        sys.exit(0)
    if ended:
        sys.exit(1)
    time.sleep(0.05)
