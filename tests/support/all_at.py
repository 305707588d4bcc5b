"""Fails unless all nodes of a cluster are in normal mode with one version, every service runs, and no operation is open.

usage: all_at.py STATUS VERSION [NODES]     STATUS: a file with what `locum status --json` printed
"""
import json
import sys

status = json.load(open(sys.argv[1]))
version = sys.argv[2]
assert status["version"] == version, status["version"]
assert len(sys.argv) < 4 or len(status["nodes"]) == int(sys.argv[3]), status["nodes"]
for node in status["nodes"]:
    assert node["mode"] == "normal" and not node["out"], node
    assert all(each == version for each in node["versions"].values()), node
    assert all(service["status"] == "running" for service in node["services"].values()), node
assert status["operation"] is None or not status["operation"]["open"], status["operation"]
