#include "platform/shortcut.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

TEST_CASE("shortcuts of Windows: in the start menu's folder of the suite, and on the desktop") {
    const Scratch scratch;
    Shortcut shortcut{"small", "Small Suite", "tool", "Tool", scratch / "run.exe"};
    const std::string menu = scratch / "Start Menu/Programs/Small Suite/Tool.lnk";
    CHECK(shortcut_files(shortcut, scratch.path()) == std::vector<std::string>{menu});
    shortcut.desktop = true;
    CHECK(shortcut_files(shortcut, scratch.path()) ==
          std::vector<std::string>{menu, scratch / "Desktop/Tool.lnk"});
    for (const std::string& file : shortcut_files(shortcut, scratch.path()))
        write_shortcut(file, shortcut);
    // A .lnk begins with its length and the class of shell links (MS-SHLLINK 2.1).
    CHECK(read_file(menu).substr(0, 8) == std::string("\x4c\0\0\0\x01\x14\x02\0", 8));
}

TEST_CASE("shortcuts of Windows: the host's own folders are those of all users") {
    const Shortcut shortcut{"small", "Small", "tool", "Tool", "C:/run.exe", "", {}, "", true};
    const std::vector<std::string> files = shortcut_files(shortcut, "");
    REQUIRE(files.size() == 2);
    CHECK(files[0].ends_with("/Start Menu/Programs/Small/Tool.lnk"));
    CHECK(testing::contains(files[0], "/ProgramData/"));
    CHECK(testing::contains(files[1], "/Public/"));
}
