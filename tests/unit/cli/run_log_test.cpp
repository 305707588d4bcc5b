// The log of a run: when it begins, what is in it, and what becomes of a run that cannot write it.

#include "tests/unit/cli/logging_host.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::cli;
using namespace locum::testing;

TEST_CASE("run log: lines are kept until there is a folder, which is not the log's to make") {
    LoggingHost host;
    host.log.add("one");
    CHECK(host.log.file().empty());
    CHECK(!platform::exists(host.root / "var"));
    host.make_folder();
    host.log.add("two");
    const std::string file = host.log.file();
    CHECK(file.starts_with(host.layout.logs() + "/2"));
    CHECK(contains(file, "Z-upgrade-run-"));
    CHECK(platform::has_mode(permissions(file), 0600));
    const std::string text = platform::read_file(file);
    CHECK(contains(text, ": upgrade run, suite small, on "));
    CHECK(contains(text, "Z one\n"));
    CHECK(text.ends_with("Z two\n"));
    CHECK(host.warnings.empty());
}

TEST_CASE("run log: a run that did nothing has none") {
    LoggingHost host;
    host.make_folder();
    host.log.end("done");
    CHECK(host.log.file().empty());
    CHECK(platform::list_folder(host.layout.logs()).empty());
    host.log.add("one");
    host.log.end("done");
    CHECK(platform::read_file(host.log.file()).ends_with("Z done\n"));
}

TEST_CASE("run log: one that was removed with its suite is not written again, nor named") {
    LoggingHost host;
    host.make_folder();
    host.log.add("one");
    platform::remove_all(host.layout.logs());
    host.log.add("two");
    host.make_folder();
    host.log.add("three");
    CHECK(host.log.file().empty());
    CHECK(platform::list_folder(host.layout.logs()).empty());
    CHECK(host.warnings.empty());
}

TEST_CASE("run log: what cannot be written any more is told once") {
    LoggingHost host;
    host.make_folder();
    host.log.add("one");
    const std::string file = host.log.file();
    platform::remove_all(file);
    platform::make_folders(file);
    host.log.add("two");
    host.log.add("three");
    REQUIRE(host.warnings.size() == 1);
    CHECK(host.warnings[0].starts_with("the log " + file + " is not written any more: cannot "));
}

TEST_CASE("run log: a link that somebody put there is not followed") {
    LoggingHost host;
    platform::make_folders(platform::parent_of(host.layout.logs()));
    host.make_folder();
    host.log.add("one");
    const std::string file = host.log.file();
    platform::remove_all(file);
    platform::write_file(host.root / "elsewhere", "", 0644);
    platform::switch_link(file, host.root / "elsewhere");
    host.log.add("two");
    CHECK(platform::read_file(host.root / "elsewhere").empty());
    CHECK(host.warnings.size() == 1);
}

TEST_CASE("run log: an error is thrown with its log, where there is one") {
    LoggingHost host;
    const auto fails = [](engine::Reporter& reporter) -> int {
        reporter.step("a/b", "do it", engine::Progress::failed, "it broke");
        reporter.note("so it is");
        throw engine::Error("all is lost", engine::Kind::paused).remedy("try again");
    };
    CHECK_THROWS_AS(logged(host.common, host.layout, "repair", fails), engine::Error);
    host.make_folder();
    try {
        logged(host.common, host.layout, "repair", fails);
        FAIL("it did not throw");
    } catch (const Logged& error) {
        CHECK(error.error.kind() == engine::Kind::paused);
        CHECK(error.error.remedy() == "try again");
        const std::string text = platform::read_file(error.file);
        CHECK(contains(text, "Z failed a/b: do it (it broke)\n"));
        CHECK(contains(text, "Z note so it is\n"));
        CHECK(contains(text, "Z ended, exit code 11: all is lost\n"));
        CHECK(text.ends_with("Z try: try again\n"));
    }
    CHECK(logged(host.common, host.layout, "repair", [](engine::Reporter&) { return 5; }) == 5);
    const auto breaks = [](engine::Reporter& reporter) -> int {
        reporter.note("begun");
        throw std::runtime_error("no");
    };
    CHECK_THROWS_AS(logged(host.common, host.layout, "repair", breaks), Logged);
}

TEST_CASE("run log: what waits for a restart of the host is named") {
    CHECK(cli::restart_text({"C:/x.locum-gone-1"}) ==
          "note: C:/x.locum-gone-1 was in use, and is removed when the host starts next: restart "
          "it\n");
    CHECK(cli::restart_text({"C:/x", "C:/y", "C:/z"}) ==
          "note: C:/x and 2 more files were in use, and are removed when the host starts next: "
          "restart it\n");
}
