// `locum bundle lint` on suites with mistakes.

#include "tests/integration/suite/linting.hpp"

using namespace sample;

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
