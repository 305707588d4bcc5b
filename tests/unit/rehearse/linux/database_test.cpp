// Commands for the shell that fill a database, and files that are programs by their mode.

#include "rehearse/database.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using rehearse::Patience;

namespace {

Patience patience(const Scratch& scratch) {
    return {scratch / "log", [] { return false; }};
}

} // namespace

TEST_CASE("rehearse database: a dump is a file that is no program, anything else is a command") {
    const Scratch scratch;
    const std::string file = scratch / "data";
    platform::write_file(file, "x", 0644);
    CHECK(rehearse::is_dump(file));
    platform::write_file(file, "#!/bin/sh\n", 0755);
    CHECK(!rehearse::is_dump(file));
    CHECK(!rehearse::is_dump("make-data --rows 10"));
    CHECK(!rehearse::is_dump("make-data < old.sql"));
    const engine::Error error = error_of([&] { rehearse::is_dump(scratch / "missing.sql"); });
    CHECK(error.kind() == engine::Kind::usage);
    CHECK(contains(error.what(), "there is no dump at"));
}

TEST_CASE("rehearse database: a command that fills it is told what it needs, and its end is said") {
    const Scratch scratch;
    rehearse::run_generator("test \"$WORD\" = here", {{"WORD", "here"}}, patience(scratch));
    const engine::Error error = error_of(
        [&] { rehearse::run_generator("echo no rows >&2; exit 4", {}, patience(scratch)); });
    CHECK(contains(error.what(), "ended with exit code 4; it said: no rows"));
    CHECK(!error.remedy().empty());
    const engine::Error cancelled = error_of([&] {
        rehearse::run_generator("exec sleep 1000", {}, {scratch / "log", [] { return true; }});
    });
    CHECK(cancelled.kind() == engine::Kind::cancelled);
}
