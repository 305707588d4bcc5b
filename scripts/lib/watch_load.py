#!/usr/bin/env python3
"""Shows the load's events as they come, one line a second, until its process ends.

usage: watch_load.py EVENTS PID [--until-requests N]
N: ends when so many were answered rightly; exit code 1 where the load ended before.
"""
import argparse
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("events")
parser.add_argument("pid", type=int)
parser.add_argument("--until-requests", type=int, default=0)
arguments = parser.parse_args()


def alive():
    try:
        os.kill(arguments.pid, 0)
        return True
    except ProcessLookupError:
        return False


shown = answered = 0
if not arguments.until_requests and os.path.exists(arguments.events):
    with open(arguments.events) as file:
        shown = len(file.readlines())  # what was there before is known
while alive():
    try:
        with open(arguments.events) as file:
            lines = [line for line in file if line.endswith("\n")]
    except FileNotFoundError:
        lines = []
    for line in lines[shown:]:
        event = json.loads(line)
        answered += event["ok"]
        print("    clients: %(ok)4d right, %(failed)d failed, %(refused)3d writes refused, %(stale)3d stale" % event,
              flush=True)
    shown = max(shown, len(lines))
    if arguments.until_requests and answered >= arguments.until_requests:
        sys.exit(0)
    time.sleep(0.1)
if arguments.until_requests:
    sys.exit("watch_load: the load ended after %d right answers, expected %d"
             % (answered, arguments.until_requests))
