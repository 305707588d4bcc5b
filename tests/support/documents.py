#!/usr/bin/env python3
"""Holds JSON documents to the schemas of docs/schemas, each by its kind.

usage: documents.py FILE [KIND…]     FILE: what a command with --json printed: one document after the other.
                                     Fails where one is not as its schema says, where there is none, and where the
                                     kinds found are not exactly KIND… (if any are given).
"""
import glob
import json
import os
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # Debian 12 has nothing newer than RefResolver
    from jsonschema import Draft202012Validator, RefResolver


def schemas():
    """By kind. That they are schemas is held by tests/unit/docs/schemas.py."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "schemas")
    found = {}
    for file in glob.glob(folder + "/*.json"):
        with open(file, encoding="utf-8") as text:
            schema = json.load(text)
        kind = os.path.basename(file).removesuffix(".json")
        if kind == "answers":  # is read, not printed: tests/unit/docs/answers.py
            continue
        assert schema["$id"] == f"urn:locum:{kind}:{schema['properties']['format']['const']}", file
        assert schema["properties"]["kind"]["const"] == kind, file
        found[kind] = schema
    return found


def faults(document, known):
    """One line each."""
    kind = document.get("kind") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in known:
        return [f"its kind is {kind!r}; expected one of {', '.join(sorted(known))}"]
    resolver = RefResolver("", known[kind], {schema["$id"]: schema for schema in known.values()})
    errors = Draft202012Validator(known[kind], resolver=resolver).iter_errors(document)
    return [f"{kind}: {'/'.join(map(str, error.absolute_path)) or 'the document'}: {error.message}" for error in errors]


def documents(text):
    found, at, decoder = [], 0, json.JSONDecoder()
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        found.append(document)
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def main(file, *kinds):
    known = schemas()
    with open(file, encoding="utf-8") as text:
        found = documents(text.read())
    wrong = [fault for document in found for fault in faults(document, known)]
    seen = {document["kind"] for document in found if isinstance(document, dict) and "kind" in document}
    if not found or (kinds and seen != set(kinds)):
        wrong.append(f"found {', '.join(sorted(seen)) or 'nothing'}; expected {', '.join(kinds) or 'documents'}")
    for fault in wrong:
        print(fault)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
