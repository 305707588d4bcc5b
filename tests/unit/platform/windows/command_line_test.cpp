#include "platform/command_line.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"
#include "tests/unit/platform/awkward_words.hpp"
#include "tests/unit/platform/support.hpp"

#include <memory>
#include <shellapi.h>

using namespace locum;
using namespace locum::platform;

TEST_CASE("command line: CommandLineToArgvW takes it apart into the same words") {
    const std::vector<std::string> argv = testing::awkward_words();
    int count = 0;
    const std::unique_ptr<wchar_t*, LocalFreed> words(
        ::CommandLineToArgvW(wide(windows_command_line(argv)).c_str(), &count));
    REQUIRE(words);
    REQUIRE(static_cast<std::size_t>(count) == argv.size());
    int right = 0;
    for (int i = 0; i < count; ++i)
        right += utf8(words.get()[i]) == argv[static_cast<std::size_t>(i)] ? 1 : 0;
    CHECK(right == count);
}

TEST_CASE("command line: a batch file gets its arguments, and nothing else is executed") {
    const testing::Scratch scratch;
    write_file(scratch / "a file.bat", "@echo off\r\necho [%1][%2][%3]\r\nexit /b 9\r\n", 0755);
    Command command;
    command.argv = {scratch / "a file.bat", "a b", "", "x & echo injected"};
    const Finished finished = run(command);
    CHECK(testing::plain_lines(finished.output) == "[\"a b\"][\"\"][\"x & echo injected\"]\n");
    CHECK(finished.exit_code == 9);
    command.argv = {scratch / "a file.bat", "\" & echo injected & \""};
    CHECK_THROWS_AS(run(command), engine::Error);
}
