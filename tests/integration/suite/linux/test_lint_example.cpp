// `locum bundle lint` on the suite of the examples, as CMake puts its folders together, and on
// pipes.

#include "tests/integration/suite/linting.hpp"
#include "tests/support/programs.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

using namespace sample;
using nlohmann::json;

namespace {

const std::string suites = locum::testing::built("../examples/endpoint-manager");

} // namespace

TEST_CASE("the Endpoint Manager is free of errors and warnings, from version to version") {
    const platform::Finished text = lint({"--strict", "--quiet", suites + "/1.0", suites + "/2.0"});
    INFO(text.output);
    INFO(text.errors);
    CHECK(text.exit_code == 0);
    CHECK(text.output.starts_with(
        "endpoint-manager 1.0, endpoint-manager 2.0: 0 errors, 0 warnings, "));

    const platform::Finished machine = lint({"--json", suites + "/2.0", suites + "/1.0"});
    CHECK(machine.exit_code == 0);
    const json told = json::parse(machine.output);
    CHECK(told["kind"] == "lint");
    CHECK(told["format"] == 1);
    CHECK(told["suites"] == json{"endpoint-manager 1.0", "endpoint-manager 2.0"});
    for (const json& finding : told["findings"]) {
        CHECK(finding["severity"] == "note");
        CHECK(platform::exists(platform::absolute(finding["file"])));
        CHECK(finding["line"] > 0);
    }
}

TEST_CASE("a host file that is a pipe or a folder is not read, and nobody waits for it") {
    const Folder folder;
    write_source(folder.path);
    const std::string file = folder.path + "/host.sql";
    std::string text = manifest;
    text.replace(text.find("file = \"1.sql\""), 14, "run = [{ host-file = \"first\" }]");
    text += "[[host-files]]\nname = \"first\"\ncomponent = \"server\"\npath = \"" + file +
            "\"\nsha256 = \"" + std::string(64, 'a') + "\"\n";
    platform::write_file(folder.path + "/suite.toml", text, 0644);
    for (const bool pipe : {true, false}) {
        platform::remove_all(file);
        if (pipe)
            REQUIRE(mkfifo(file.c_str(), 0600) == 0);
        else
            platform::make_folders(file);
        platform::Command command;
        command.argv = {"/usr/bin/timeout", "20",   locum::testing::built("locum"),
                        "bundle",           "lint", folder.path};
        const platform::Finished told = platform::run(command);
        INFO(told.output);
        INFO(told.errors);
        CHECK(told.exit_code == 0);
        CHECK(told.output.find("note: host-file-unread") != std::string::npos);
    }
}
