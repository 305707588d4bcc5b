#!/usr/bin/env python3
"""Holds what is asked, what the reader of answers takes, and docs/schemas/answers.json to each other: the template, which is made from
the list of questions, has each key that the reader's code asks for and no other; and template, guide's example and others, with any key
removed, added or of another type, are refused by the reader where the schema refuses them, and only there.

usage: answers.py ROOT LOCUM
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import tomllib

root, locum = sys.argv[1:]
sys.path.insert(0, root + "/tests/support")
import documents  # noqa: E402

wrong = []

SUITE = """
format = 1
locum = "0.1"
[suite]
name = "small"
title = "Small"
version = "1.0"
schema = "1"
licence = "licence.txt"
[compatibility]
upgrades-from = []
old-binary-on-new-schema = "breaks"
new-binary-on-old-schema = "breaks"
[topologies]
alone = { title = "Alone", components = ["server"] }
[components.server]
title = "Server"
role = "server"
payload = "server"
[[ports]]
name = "device"
component = "server"
choices = [{ port = 30001 }]
[[services]]
name = "server"
component = "server"
argv = ["{component.dir}/run"]
[[probes]]
component = "server"
name = "port"
tcp = "{node.address}:{port.device}"
[database]
application-name = "small"
node-local = []
[database.sqlite]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = $1"
migrations = [{ to = "1", file = "1.sql" }]
[database.postgresql]
version-query = "SELECT version FROM schema_version"
version-record = "UPDATE schema_version SET version = $1"
migrations = [{ to = "1", file = "1.sql" }]
"""
SQL = "CREATE TABLE schema_version (version text NOT NULL PRIMARY KEY);\nINSERT INTO schema_version VALUES ('1');\n"

# Which table a variable of the reader's code is, by function.
TABLES = {
    ("secret", "section"): "*.password",
    ("account", "section"): "datasource.*",
    ("datasource_answer", "section"): "datasource",
    ("keystore_answer", "section"): "keystore",
    ("service_choice", "section"): "services.*",
    ("parse_answers", "root"): "",
    ("parse_answers", "node"): "node",
    ("parse_answers", "token"): "token",
    ("read_firewall", "root"): "",
    ("read_firewall", "section"): "firewall",
}


def read_by_code():
    """The keys that the reader asks for; names that an operator or a vendor chooses are '*'."""
    keys = {"ports.*", "firewall.rules.*"}  # read by their table's keys
    tables = {"ports", "services", "firewall.rules"}
    call = re.compile(r'(\w+)\.(text|texts|flag|number|section)\("([a-z-]+)"|\bport\((\w+), "([a-z-]+)"')
    for name in ("answers.cpp", "firewall_answer.cpp"):
        with open(f"{root}/installer/{name}", encoding="utf-8") as code:
            function = ""
            for line in code:
                if begun := re.match(r"[\w:]+ (\w+)\(", line):
                    function = begun[1]
                for found in call.finditer(line):
                    variable, how, key = (found[4], "number", found[5]) if found[4] else found.group(1, 2, 3)
                    if (function, variable) not in TABLES:
                        wrong.append(f"installer/{name}: {function} reads '{key}' of {variable}; which table that is, is not in this test")
                        continue
                    table = TABLES[function, variable]
                    path = f"{table}.{key}" if table else key
                    (tables if how == "section" else keys).add(path)
    # A secret is given whole, by a function of its own.
    return {key for key in keys - tables if not key.startswith("*.password.")} | {"datasource.*.password", "keystore.passphrase"}


def keys_of(answers, path=()):
    for key, value in answers.items():
        names = path + (key,)
        if len(names) > 1 and names[0] in ("ports", "services"):
            names = (names[0], "*") + names[2:]
        if len(names) > 2 and names[:2] == ("firewall", "rules"):
            names = ("firewall", "rules", "*")
        if len(names) > 2 and names[0] == "datasource":
            names = ("datasource", "*") + names[2:]
        if isinstance(value, dict) and names[-1] not in ("password", "passphrase"):
            yield from keys_of(value, path + (key,))
        else:
            yield ".".join(names)


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def says(*arguments):
    return subprocess.run([locum, *arguments], capture_output=True, text=True, check=False)


def objects(value, path=()):
    yield path
    for key, one in value.items():
        if isinstance(one, dict):
            yield from objects(one, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def variants(answers):
    """Each with one key removed, added or of another type."""
    yield "as it is", answers
    for path in objects(answers):
        for key, value in at(answers, path).items():
            name = ".".join(path + (key,))
            one = copy.deepcopy(answers)
            del at(one, path)[key]
            yield f"without {name}", one
            one = copy.deepcopy(answers)
            at(one, path)[key] = 70000 if isinstance(value, (str, bool)) else "another type"
            yield f"{name} of another type", one
        one = copy.deepcopy(answers)
        at(one, path)["surplus"] = {"of": ["another", "kind"]}
        yield f"a key more in [{'.'.join(path)}]", one


with tempfile.TemporaryDirectory() as folder:
    os.makedirs(folder + "/suite/server")
    for name, text in (("suite.toml", SUITE), ("licence.txt", "Do what you like.\n"), ("1.sql", SQL), ("server/run", "#!/bin/sh\n")):
        with open(f"{folder}/suite/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    os.chmod(folder + "/suite/server/run", 0o755)
    for command in (("bundle", "keygen", folder + "/vendor"),
                    ("bundle", "build", folder + "/suite", "--key", folder + "/vendor.key", "-o", folder + "/bundle"),
                    ("answers", "template", folder + "/bundle", "-o", folder + "/template.toml")):
        if (done := says(*command)).returncode:
            sys.exit(f"locum {' '.join(command)}: {done.stderr}")
    with open(folder + "/template.toml", encoding="utf-8") as file:
        template = file.read()
    whole = re.sub(r"^# (\[[\w.-]+\]|[\w-]+ = .*)$", r"\1", template, flags=re.MULTILINE)
    asked = set(keys_of(tomllib.loads(whole))) - {"format", "suite"}
    read = read_by_code() - {"format", "suite"}
    if len(read) < 20:
        wrong.append(f"{len(read)} keys of the reader; expected 20 at least")
    wrong += [f"'{key}' is read from answers, and is no question" for key in sorted(read - asked)]
    wrong += [f"'{key}' is asked, and the reader of answers does not know it" for key in sorted(asked - read)]

    with open(root + "/docs/operator-guide.md", encoding="utf-8") as guide:
        example = re.search(r'^    format = 1\n(?:(?:    .*)?\n)+', guide.read(), re.MULTILINE)
    filled = tomllib.loads(template)
    filled["licence-accepted"] = True
    further = {"format": 1, "suite": "small", "components": ["server"], "node": {"name": "b", "address": "::1", "agent-port": 7},
               "token": {"use": "t"}, "ports": {"device": 7}, "services": {"server": {"account": "shop", "start": "manual"}},
               "firewall": {"manage": True, "rules": {"agent": "peers", "device": ["10.0.0.0/8"]}}}
    embedded = {"format": 1, "suite": "small", "components": ["server"], "node": {"name": "a", "address": "::1"},
                "data-directory": "/d", "run-directory": "/r", "token": {"create": "t"},
                "datasource": {"type": "embedded", "file": "f"}, "firewall": {"manage": False},
                "keystore": {"file": "k", "passphrase": {"environment": "E"}, "warning-accepted": True}}
    with open(root + "/docs/schemas/answers.json", encoding="utf-8") as file:
        schema = json.load(file)
    documents.Draft202012Validator.check_schema(schema)
    validator = documents.Draft202012Validator(schema)
    tried = 0
    for name, answers in (("the template", filled), ("the guide's example", tomllib.loads(textwrap.dedent(example[0]))),
                          ("a further node's", further), ("an embedded one's", embedded)):
        for what, variant in variants(answers):
            with open(folder + "/answers.toml", "w", encoding="utf-8") as file:
                file.writelines(f"{json.dumps(key)} = {toml(value)}\n" for key, value in variant.items())
            reader = says("answers", "check", folder + "/answers.toml")
            taken = validator.is_valid(variant)
            tried += 1
            if reader.returncode not in (0, 2) or taken != (reader.returncode == 0) or (what == "as it is" and not taken):
                wrong.append(f"{name}, {what}: the schema says {taken}, locum answers check {reader.returncode} {reader.stderr.strip()}")
    with open(folder + "/answers.toml", "w", encoding="utf-8") as file:
        file.write(template.replace("licence-accepted = false", "licence-accepted = true"))
    checked = says("answers", "check", folder + "/answers.toml", folder + "/bundle")
    if checked.returncode:
        wrong.append(f"the template with the licence accepted is refused: {checked.stderr}")
    if tried < 100:
        wrong.append(f"{tried} variants; expected 100 at least")

for fault in wrong:
    print(fault)
sys.exit(1 if wrong else 0)
