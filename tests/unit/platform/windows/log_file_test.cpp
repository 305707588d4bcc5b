#include "platform/windows/log_file.hpp"

#include "platform/files.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

TEST_CASE("a log can only be appended to, and stays the file that was opened") {
    const Scratch scratch;
    const std::string path = scratch / "log";
    write_file(path, "before\n", 0600);
    const Handle log = open_log(path);
    DWORD count = 0;
    char byte = 0;
    CHECK(::ReadFile(log.get(), &byte, 1, &count, nullptr) == 0);
    ::SetFilePointer(log.get(), 0, nullptr, FILE_BEGIN);
    CHECK(::WriteFile(log.get(), "one\n", 4, &count, nullptr) != 0);
    CHECK(read_file(path) == "before\none\n");
    rename_durably(path, scratch / "moved");
    write_file(path, "another", 0600);
    CHECK(::WriteFile(log.get(), "two\n", 4, &count, nullptr) != 0);
    CHECK(read_file(scratch / "moved") == "before\none\ntwo\n");
    CHECK(read_file(path) == "another");
}

TEST_CASE("a log is no link") {
    const Scratch scratch;
    switch_link(scratch / "log", "elsewhere");
    CHECK_THROWS_AS(open_log(scratch / "log"), engine::Error);
}
