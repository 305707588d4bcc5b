#!/usr/bin/env python3
"""Holds docs/schemas to the code and to itself: each kind that is printed or kept has a schema and the other way round, the samples
beside this file are valid, and each of them with any key removed, added or of another type is refused.

usage: schemas.py ROOT
"""
import copy
import glob
import json
import os
import re
import sys

root = sys.argv[1]
sys.path.insert(0, root + "/tests/support")
import documents  # noqa: E402

# What may be missing, and nothing else in the samples.
OPTIONAL = {"point-of-no-return", "findings", "needs", "file-systems", "notes", "consequences", "left", "proof", "message", "log", "restart-for"}
known = documents.schemas()
for schema in known.values():
    documents.Draft202012Validator.check_schema(schema)
wrong = []

printed = {"event", "findings"}
for source in glob.glob(root + "/cli/*.cpp"):
    with open(source, encoding="utf-8") as code:
        printed |= set(re.findall(r'\b(?:print_)?document\("([a-z-]+)"', code.read()))
# What is kept, and printed as a part of another document.
for source in glob.glob(root + "/upgrade/*.cpp"):
    with open(source, encoding="utf-8") as code:
        printed |= set(re.findall(r'\{"kind", "([a-z-]+)"\}', code.read()))
if printed != set(known):
    wrong.append(f"the code has {sorted(printed)}; docs/schemas has {sorted(known)}")
results = set()
for source in glob.glob(root + "/cli/*.cpp"):
    with open(source, encoding="utf-8") as code:
        results |= set(re.findall(r'\{"result",(?:[^{}]*\?)? ?"([a-z-]+)"', code.read()))
allowed = set(known["event"]["$defs"]["result"]["properties"]["result"]["enum"])
if not results <= allowed:
    wrong.append(f"results that docs/schemas/event.json does not know: {sorted(results - allowed)}")


def objects(value, path=()):
    """The paths of all objects in it."""
    if isinstance(value, dict):
        yield path
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects(one, path + (key,))


def is_table(path):
    """Of names that are chosen elsewhere, or written by another program."""
    return bool(path) and path[-1] in ("ports", "versions", "services", "inputs", "out-of-rotation-ms")


def at(value, path):
    for key in path:
        value = value[key]
    return value


def must_fail(name, document, what):
    if not documents.faults(document, known):
        wrong.append(f"{name}: {what}, and nothing was found")


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema_samples.json"), encoding="utf-8") as text:
    samples = json.load(text)
for number, sample in enumerate(samples):
    name = f"sample {number} ({sample['kind']})"
    wrong += [f"{name}: {fault}" for fault in documents.faults(sample, known)]
    for path in objects(sample):
        for key, value in at(sample, path).items():
            # An error always says what it is.
            if (key not in OPTIONAL or (key, sample.get("event")) == ("message", "error")) and not is_table(path):
                broken = copy.deepcopy(sample)
                del at(broken, path)[key]
                must_fail(name, broken, f"{'/'.join(map(str, path + (key,)))} was removed")
            if "inputs" not in path:
                broken = copy.deepcopy(sample)
                at(broken, path)[key] = ["of", {"another": "type"}] if not isinstance(value, list) else "another type"
                must_fail(name, broken, f"{'/'.join(map(str, path + (key,)))} has another type")
    must_fail(name, {**sample, "format": 2}, "the format is another")
    must_fail(name, {**sample, "kind": "something"}, "the kind is another")
    for path in objects(sample):
        if is_table(path):
            continue
        broken = copy.deepcopy(sample)
        at(broken, path)["surplus"] = 1
        must_fail(name, broken, f"a key was added at {'/'.join(map(str, path)) or 'the top'}")
if {sample["kind"] for sample in samples} != set(known):
    wrong.append(f"no sample of {sorted(set(known) - {sample['kind'] for sample in samples})}")

for fault in wrong:
    print(fault)
sys.exit(1 if wrong else 0)
