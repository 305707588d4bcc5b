#!/usr/bin/env bash
# Holds docs/vendor-guide.md to the files that it explains. It fails where a block of code that names a file
# (```toml examples/…) is not in that file word for word, but for indentation and lines that are just "…"; where a
# block of TOML names neither a file nor "snippet"; and where a key that suite/manifest*.cpp reads is in no `code`
# of the text. Last, it shows that an altered excerpt is noticed.
# usage: vendor_guide.sh ROOT
set -euo pipefail

root=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

check() { # GUIDE
    python3 - "$root" "$1" <<'END'
import glob, re, sys, textwrap

root, guide = sys.argv[1:]
faults = []
prose, checked = [], 0

def dedented(lines):
    return textwrap.dedent("\n".join(line.rstrip() for line in lines)).split("\n")

def find(run, lines, start):  # the line after it
    for at in range(start, len(lines) - len(run) + 1):
        if dedented(lines[at:at + len(run)]) == run:
            return at + len(run)

def check_block(number, path, block):
    with open(f"{root}/{path}", encoding="utf-8") as source:
        lines = source.read().split("\n")
    at, run = 0, []
    for line in block + ["…"]:
        if line.strip() != "…":
            run.append(line)
            continue
        if run and (found := find(dedented(run), lines, at)) is None:
            faults.append(f"{number}: the lines from '{run[0].strip()}' on are not in {path}, or not in this order")
        elif run:
            at = found
        run = []

with open(guide, encoding="utf-8") as text:
    block = None
    for number, line in enumerate(text.read().split("\n"), 1):
        if line.startswith("```") and block is None:
            block, begun, info = [], number, line[3:].split()
        elif line.startswith("```"):
            if len(info) > 1 and info[1] != "snippet":
                check_block(begun, info[1], block)
                checked += 1
            elif info == ["toml"]:
                faults.append(f"{begun}: a block of TOML that names neither a file nor 'snippet'")
            block = None
        else:
            (prose if block is None else block).append(line)

# A key is the first text of a call that reads one: section.text("name"), read_path(section, "payload").
call = re.compile(r'''(?:(?:\.(?:texts?|one_line|number|flag|section|list|has)|table|read_\w+|with_variables|refer_one)\([^"();]*
                      |(?:pair|tuple)\{[^"{}]*)"([a-z0-9-]+)"''', re.VERBOSE)
keys = set()
for source in glob.glob(f"{root}/suite/manifest*.cpp"):
    with open(source, encoding="utf-8") as code:
        keys |= set(call.findall(code.read()))
keys -= {"size", "target", "type"}  # of what `bundle build` adds: docs/bundle-format.md
words = {word for code in re.findall("`[^`]+`", "\n".join(prose)) for word in re.findall("[a-z0-9-]+", code)}
faults += [f"1: the key '{key}' is not mentioned" for key in sorted(keys - words)]

# Fewer would mean that this test does not see them any more.
if checked < 20 or len(keys) < 70:
    faults.append(f"1: {checked} excerpts and {len(keys)} keys; expected 20 and 70 at least")
for fault in faults:
    print(f"{guide}:{fault}")
sys.exit(1 if faults else 0)
END
}

check "$root/docs/vendor-guide.md"
sed '0,/^settle-ms = /s//settle-ms =  /' "$root/docs/vendor-guide.md" >"$scratch/altered.md"
if check "$scratch/altered.md" >"$scratch/said"; then
    echo "an excerpt was altered, and nothing was found; expected a fault"
    exit 1
fi
grep -q "not in examples/powerdns/suite-4.7.toml" "$scratch/said"
