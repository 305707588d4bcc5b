#!/usr/bin/env python3
"""A fault on purpose: changes one row in the first copy that a node of the trial serves from.

usage: alter_copy.py TRIAL
"""
import glob
import json
import os
import sqlite3
import sys
import time

trial = sys.argv[1]
copy = None
while copy is None:
    if not os.path.isdir(trial):
        sys.exit(0)
    for file in glob.glob(trial + "/node-*/var/lib/locum/*/node.json"):
        state = json.load(open(file))
        if state["mode"] == "update":
            copy = state["copy"]["file"]
    time.sleep(0.05)  # until a node is in update mode
connection = sqlite3.connect(copy, timeout=10, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
for name, _ in guards:
    connection.execute('DROP TRIGGER "%s"' % name)
connection.execute("UPDATE profile_revision SET value = 'altered behind the back' WHERE profile = 1")
for _, sql in guards:
    connection.execute(sql)
connection.execute("COMMIT")
