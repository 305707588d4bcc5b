#!/usr/bin/env bash
# Holds the list of preflight's checks (installer/checks.cpp) to the code and to docs/operator-guide.md: each finding that the
# code makes is in the list, each of the list is made somewhere, and the guide has the list as `locum debug checks` prints it.
# usage: checks.sh ROOT LOCUM
set -euo pipefail

python3 - "$1" "$("$2" debug checks)" <<'END'
import glob, re, sys

root, printed = sys.argv[1:]
faults = []
listed = set(re.findall(r"^\| `([a-z-]+)` \|", printed, re.MULTILINE))

# A finding begins with its name and severity; some functions take the name first, and some lists of severities are elsewhere.
made = re.compile(r'''"([a-z]+(?:-[a-z]+)*)"(?:,\s*(?:engine::)?Severity::|,\s*(?:connect_back|outgoing\.optional|known_silent|risk\.severity)\b)
                      |(?:\b(?:error|wrong|obstacle|remark)\(|finding\.name\ =|lost\ \?|database\ \?|^\s*)\s*"([a-z]+-[a-z-]+)"(?:,|;|\s*:)
                      |:\s*"(clock|copy-value-cut)"''', re.VERBOSE | re.MULTILINE)
found = set()
for folder in ("platform", "datasource", "cluster", "installer", "upgrade"):
    for source in glob.glob(f"{root}/{folder}/*.cpp"):
        if source.endswith("/installer/checks.cpp"):
            continue
        with open(source, encoding="utf-8") as code:
            found |= {name for groups in made.findall(code.read()) for name in groups if name}
# Words that stand in the same way and are no findings.
found -= {"token-id", "net-bind-service"}
faults += [f"installer/checks.cpp: '{name}' is not made by any code" for name in sorted(listed - found)]
certain = re.compile(r'\{"([a-z]+(?:-[a-z]+)*)",\s*(?:engine::)?Severity::(?:error|warning)')
for folder in ("platform", "datasource", "cluster", "installer", "upgrade"):
    for source in glob.glob(f"{root}/{folder}/*.cpp"):
        with open(source, encoding="utf-8") as code:
            faults += [f"{source}: the finding '{name}' is not in installer/checks.cpp"
                       for name in certain.findall(code.read()) if name not in listed]

with open(f"{root}/docs/operator-guide.md", encoding="utf-8") as guide:
    if printed.strip() not in guide.read():
        faults.append("docs/operator-guide.md: its table of checks is not what `locum debug checks` prints")
if len(listed) < 50:
    faults.append(f"{len(listed)} checks; expected 50 at least")
for fault in faults:
    print(fault)
sys.exit(1 if faults else 0)
END
