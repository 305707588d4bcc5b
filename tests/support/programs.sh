# Suites whose bundles bring Locum's own program.
# To be sourced; the caller has $bin, $suites and the folder $trial.

# strip_programs: the two versions of Locum, without what a debugger wants: $trial/locum-0.1 and locum-0.2.
strip_programs() {
    strip -o "$trial/locum-0.1" "$bin/locum"
    strip -o "$trial/locum-0.2" "$bin/locum-next"
}

# with_program SOURCE NAME PROGRAM VERSION [LOCUM]: the suite SOURCE with the program, as $trial/NAME.
# LOCUM: the oldest that may read it.
with_program() {
    cp -r "$1" "$trial/$2"
    mkdir "$trial/$2/bin"
    cp "$3" "$trial/$2/bin/locum"
    printf '\n[program]\nversion = "%s"\nlinux-%s = "bin/locum"\n' "$4" "$(uname -m)" >>"$trial/$2/suite.toml"
    [[ -z ${5:-} ]] || sed -i "s/^locum = .*/locum = \"$5\"/" "$trial/$2/suite.toml"
}

# broken_program COMMANDS: a program that says that it is Locum 0.2.0, does COMMANDS when it is tried, and never runs as an agent.
broken_program() {
    cat <<SH
#!/bin/sh
[ "\$1" != --version ] || { echo "locum 0.2.0"; exit 0; }
[ "\$2" != try ] || { $1; }
echo "no, I do not run" >&2
exit 1
SH
}
