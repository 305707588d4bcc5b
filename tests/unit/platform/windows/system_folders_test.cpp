#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/system_folders.hpp"
#include "platform/windows/system.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;

TEST_CASE("a suite's folders are where Windows has them, whatever the environment says") {
    ::SetEnvironmentVariableW(L"ProgramFiles", L"C:\\elsewhere");
    ::SetEnvironmentVariableW(L"ProgramData", L"C:\\elsewhere");
    const SuiteFolders host = suite_folders("", "small");
    CHECK(host.product == "C:/Program Files/small");
    CHECK(host.configurations == "C:/ProgramData/small/etc");
    CHECK(host.data == "C:/ProgramData/small/data");
    CHECK(host.run == "C:/ProgramData/small/run");
    CHECK(host.state == "C:/ProgramData/Locum/state/small");
    CHECK(host.logs == "C:/ProgramData/Locum/logs/small");
    CHECK(places_of_tool("") == std::vector<std::string>{"C:/Program Files/Locum/locum.exe"});
    CHECK(suite_folders("D:/r", "small").product == "D:/r/Program Files/small");
    CHECK(suite_folders("D:/", "small").data == "D:/ProgramData/small/data");
    CHECK(guarded_folders("D:/r", "small") ==
          std::vector<std::string>{"D:/r/ProgramData/Locum", "D:/r/ProgramData/Locum/state",
                                   "D:/r/ProgramData/Locum/logs", "D:/r/ProgramData/small"});
}

TEST_CASE("the name for other libraries has no limit of length") {
    CHECK(native_name("C:/a/b") == "\\\\?\\C:\\a\\b");
    const testing::Scratch scratch;
    const std::string deep = scratch / (std::string(200, 'a') + "/" + std::string(200, 'b'));
    make_folders(deep);
    CHECK(absolute(native_name(deep + "/x")) == deep + "/x");
}

TEST_CASE("what an administrator is to type has paths as cmd.exe takes them") {
    CHECK(testing::contains(how_to_take_over("C:/ProgramData/a b"),
                            "icacls \"C:\\ProgramData\\a b\" /setowner *S-1-5-32-544 /T /L"));
    const testing::Scratch scratch;
    const std::string folder = scratch / "folder";
    make_folders(folder);
    std::string shown = scratch / "folder";
    for (char& one : shown)
        one = one == '/' ? '\\' : one;
    CHECK(how_to_remove_link(folder) == "rmdir \"" + shown + "\"");
    CHECK(how_to_remove_link(folder + "/link") == "del \"" + shown + "\\link\"");
}
