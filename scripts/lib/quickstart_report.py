#!/usr/bin/env python3
"""Prints the table of nodes and, as the last line, the JSON object of a quickstart.

usage: quickstart_report.py STATUS LOAD --mode M --datasource D --upgrade-seconds S [--version V]
           [--least-rate R] [--least-requests N] [--least-writes N]
Exit code 1 where a promise was not kept, or the load was too light to say so; each is named on
standard error. V: the new version, 2.0. R: requests a second, 200.
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
parser.add_argument("--least-rate", type=float, default=200)
parser.add_argument("--version", default="2.0")
parser.add_argument("--least-requests", type=int, default=5000)
parser.add_argument("--least-writes", type=int, default=500)
arguments = parser.parse_args()
status = json.load(open(arguments.status))
try:
    load = json.load(open(arguments.load))
except (OSError, ValueError) as error:
    sys.exit("quickstart: the load left no figures: %s" % error)
operation = status["operation"]
out = operation["report"]["out-of-rotation-ms"]

versions = {node["name"]: ", ".join("%s %s" % item for item in sorted(node["versions"].items())) for node in status["nodes"]}
width = max(map(len, [*versions.values(), "versions"]))
print("\n%-10s %-*s %-8s %s" % ("node", width, "versions", "mode", "time out of rotation"))
for node in status["nodes"]:
    name = node["name"]
    print("%-10s %-*s %-8s %.1f s" % (name, width, versions[name], node["mode"], out.get(name, 0) / 1000))
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
for key in ("requests", "failed", "wrong", "waited", "stale", "staleness_max_ms", "writes_acknowledged", "writes_refused",
            "writes_lost", "longest_gap_ms", "outage_ms", "write_outage_ms", "seconds"):
    if arguments.least_writes or key in load:  # a load of reads has no figures of writes
        result[key] = load[key]

rate = load["requests"] / load["seconds"] if load["seconds"] else 0
promises = [
    (operation["state"] == "done" and status["version"] == arguments.version,
     "the operation is %s, at version %s" % (operation["state"], status["version"])),
    (all(node["mode"] == "normal" for node in status["nodes"]), "a node is not in normal mode"),
    (load["failed"] == 0, "%d failed requests" % load["failed"]),
    (load["wrong"] == 0, "%d wrong answers" % load["wrong"]),
    (load["requests"] >= arguments.least_requests,
     "%d requests, expected %d" % (load["requests"], arguments.least_requests)),
    (rate >= arguments.least_rate,
     "%.0f requests a second, expected %.0f" % (rate, arguments.least_rate)),
]
if arguments.least_writes:
    promises += [(load["writes_lost"] == 0, "%d acknowledged writes are lost" % load["writes_lost"]),
                 (load["writes_acknowledged"] >= arguments.least_writes,
                  "%d acknowledged writes, expected %d" % (load["writes_acknowledged"], arguments.least_writes))]
if arguments.mode == "rolling":
    promises += [(load["outage_ms"] == 0, "an outage of %d ms" % load["outage_ms"]),
                 (load.get("waited", 0) == 0, "%d requests waited for a server" % load.get("waited", 0))]
broken = [what for kept, what in promises if not kept]
for what in broken:
    print("quickstart: %s" % what, file=sys.stderr)
sys.stderr.flush()
print(json.dumps(result))
sys.exit(1 if broken else 0)
