// `locum bundle lint` on the suite of the examples, as CMake puts its folders together.

#include "platform/process.hpp"
#include "tests/integration/suite/sample.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

using namespace sample;
using nlohmann::json;

namespace {

const std::string suites = LOCUM_BIN_DIR "/../examples/endpoint-manager";

platform::Finished lint(const std::vector<std::string>& arguments) {
    platform::Command command;
    command.argv = {LOCUM_BIN_DIR "/locum", "bundle", "lint"};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    return platform::run(command);
}

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

TEST_CASE("the last line names what was looked at, also a file that is no manifest") {
    const Folder folder;
    write_source(folder.path);
    platform::write_file(folder.path + "/suite.toml", "format = \"one\"\n", 0644);
    const platform::Finished text = lint({folder.path});
    INFO(text.output);
    CHECK(text.exit_code == 2);
    CHECK(
        text.output.ends_with("\n" + folder.path + "/suite.toml: 1 error, 0 warnings, 0 notes\n"));
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
        command.argv = {"/usr/bin/timeout", "20",   LOCUM_BIN_DIR "/locum",
                        "bundle",           "lint", folder.path};
        const platform::Finished told = platform::run(command);
        INFO(told.output);
        INFO(told.errors);
        CHECK(told.exit_code == 0);
        CHECK(told.output.find("note: host-file-unread") != std::string::npos);
    }
}

TEST_CASE("a suite with a mistake: exit code 2, and a warning counts with --strict only") {
    const Folder folder;
    write_source(folder.path);
    const platform::Finished loose = lint({folder.path});
    INFO(loose.output);
    CHECK(loose.exit_code == 2); // the migration leaves no version row
    CHECK(loose.output.find("suite.toml:23: error: migration-fails") != std::string::npos);
    platform::write_file(folder.path + "/1.sql",
                         "CREATE TABLE s (v TEXT); INSERT INTO s VALUES ('1');\n", 0644);
    const platform::Finished warned = lint({folder.path + "/suite.toml"});
    INFO(warned.output);
    CHECK(warned.exit_code == 0);
    CHECK(warned.output.find("warning: no-rolling") != std::string::npos);
    CHECK(lint({"--strict", folder.path}).exit_code == 2);
    const platform::Finished quiet = lint({"-q", folder.path});
    CHECK(warned.output.find(": note: ") != std::string::npos);
    CHECK(quiet.output.find(": note: ") == std::string::npos);
    CHECK(lint({folder.path + "/nothing"}).exit_code == 2);
}
