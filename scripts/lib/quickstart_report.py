#!/usr/bin/env python3
"""Prints the table of nodes and, as the last line, the JSON object of a quickstart.

usage: quickstart_report.py STATUS LOAD --mode M --datasource D --upgrade-seconds S
Exit code 1 where a promise was not kept.
"""
import argparse
import json
import sys

parser = argparse.ArgumentParser()
parser.add_argument("status")
parser.add_argument("load")
parser.add_argument("--mode")
parser.add_argument("--datasource")
parser.add_argument("--upgrade-seconds", type=float)
arguments = parser.parse_args()
status = json.load(open(arguments.status))
load = json.load(open(arguments.load))
operation = status["operation"]
out = operation["report"]["out-of-rotation-ms"]

print("\n%-10s %-24s %-8s %s" % ("node", "versions", "mode", "time out of rotation"))
for node in status["nodes"]:
    versions = ", ".join("%s %s" % item for item in sorted(node["versions"].items()))
    print("%-10s %-24s %-8s %.1f s" % (node["name"], versions, node["mode"], out.get(node["name"], 0) / 1000))
print("\nupgrade: %.1f s, of an operation that is %s" % (arguments.upgrade_seconds, operation["state"]))
if operation["report"]["outage-ms"] is not None:
    print("measured outage: %.1f s by the coordinator" % (operation["report"]["outage-ms"] / 1000))

result = {
    "suite": status["suite"],
    "from": operation["inputs"]["from"],
    "to": status["version"],
    "mode": arguments.mode,
    "datasource": arguments.datasource,
    "nodes": len(status["nodes"]),
}
for key in ("requests", "failed", "wrong", "stale", "staleness_max_ms", "writes_acknowledged", "writes_refused",
            "writes_lost", "longest_gap_ms", "outage_ms", "write_outage_ms", "seconds"):
    result[key] = load[key]

kept = operation["state"] == "done" and status["version"] == "2.0"
kept = kept and all(node["mode"] == "normal" for node in status["nodes"])
kept = kept and load["wrong"] == 0 and load["writes_lost"] == 0
if arguments.mode == "rolling":
    kept = kept and load["failed"] == 0 and load["outage_ms"] == 0
kept = kept and load["requests"] >= 5000 and load["writes_acknowledged"] >= 500
print(json.dumps(result))
sys.exit(0 if kept else 1)
