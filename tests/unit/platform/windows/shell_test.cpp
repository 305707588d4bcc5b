#include "platform/shell.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"
#include "tests/unit/platform/support.hpp"

using namespace locum;
using namespace locum::platform;

namespace {

// As whoever types it has it, but for '%'.
Finished typed(const testing::Scratch& scratch, const std::string& line) {
    write_file(scratch / "typed.bat", "@" + line + "\r\n", 0755);
    Command command;
    command.argv = {scratch / "typed.bat"};
    return run(command);
}

} // namespace

TEST_CASE("shell: cmd.exe takes what is typed apart into the same words") {
    const testing::Scratch scratch;
    const std::vector<std::string> words = {"DROP SCHEMA public; CREATE SCHEMA public",
                                            "a&b",
                                            "a,b;c",
                                            "",
                                            "C:\\a folder\\",
                                            "C:\\x&y\\",
                                            "--file=C:/x/y"};
    std::vector<std::string> argv = testing::child({"arguments"});
    argv.insert(argv.end(), words.begin(), words.end());
    std::string expected;
    for (const std::string& word : words)
        expected += "[" + word + "]";
    // As the runtime has them, and as the system.
    CHECK(typed(scratch, as_typed(argv)).output == expected + expected);
}

TEST_CASE("shell: a typed copy takes the place of a file, and others go that may be missing") {
    const testing::Scratch scratch;
    const std::string file = scratch / "a database";
    for (const char* suffix : {"", "-wal"})
        write_file(file + suffix, "old", 0600);
    write_file(scratch / "backup", "new", 0600);
    const Finished finished =
        typed(scratch, copy_as_typed(scratch / "backup", file, {file + "-wal", file + "-shm"}));
    CHECK(finished.exit_code == 0);
    CHECK(read_file(file) == "new");
    CHECK(!exists(file + "-wal"));
}

TEST_CASE("shell: a typed copy is not made beside what could not be removed") {
    const testing::Scratch scratch;
    const std::string file = scratch / "a database";
    for (const char* suffix : {"", "-wal", "-shm"})
        write_file(file + suffix, "old", 0600);
    write_file(scratch / "backup", "new", 0600);
    const std::string line =
        copy_as_typed(scratch / "backup", file, {file + "-wal", file + "-shm"});
    {
        const Handle held(::CreateFileW(wide_path(file + "-wal").c_str(), GENERIC_READ,
                                        FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr));
        REQUIRE(held);
        typed(scratch, line);
    }
    CHECK(exists(file + "-wal"));
    CHECK(read_file(file) == "old");
    typed(scratch, line);
    CHECK(read_file(file) == "new");
}

// A file of commands has another escape, so this is not run.
TEST_CASE("shell: no name of a variable is between two percent signs") {
    CHECK(as_typed({"100%"}) == "100^%");
    CHECK(as_typed({"%TEMP%"}) == "^%TEMP^%");
    CHECK(as_typed({"C:\\a b\\%x%y"}) == "\"C:\\a b\\\\\"^%x^%y");
    CHECK(copy_as_typed("C:/%a%/b c", "d", {}) == "copy /y C:\\^%a^%\"\\b c\" d");
}

TEST_CASE("shell: the file that keeps nothing can be written to") {
    const testing::Scratch scratch;
    CHECK(typed(scratch, "echo x>" + null_file()).exit_code == 0);
    CHECK(!exists(scratch / null_file()));
}
