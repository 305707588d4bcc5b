#include "platform/file_names.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("file names: those that Windows can have") {
    for (const char* name : {"a", ".hidden", "a.b", "console", "com", "com0", "com10", "lpt",
                             "nul-1", "CONFIG", "a b", "auxiliary.txt", "\xc3\xa4\xc3\xb6"})
        CHECK_MESSAGE(windows_name_fault(name) == "", name);
    CHECK(windows_name_fault(std::string(255, 'x')) == "");
    CHECK(windows_path_fault("bin/../lib/./a.so//b/") == "");
}

TEST_CASE("file names: those that Windows cannot have, and why") {
    for (const char* name : {"CON", "con", "nul.txt", "Aux.tar.zst", "PRN", "COM1", "lpt9.log",
                             "com\xc2\xb2", "CONIN$", "nul ."})
        CHECK_MESSAGE(windows_name_fault(name) != "", name);
    CHECK(windows_name_fault("nul.txt") == "'nul.txt' is the name of a device");
    CHECK(windows_name_fault("a.") == "'a.' ends with a full stop");
    CHECK(windows_name_fault("a ") == "'a ' ends with a space");
    CHECK(windows_name_fault("a:b") == "'a:b' holds :");
    CHECK(windows_name_fault("a\\b") == "'a\\b' holds \\");
    CHECK(windows_name_fault("a\nb") == "a name holds the control character 0x0a");
    CHECK(windows_name_fault("") == "a name is empty");
    CHECK(windows_name_fault(std::string(256, 'x')) != "");
    CHECK(windows_name_fault(std::string(256 * 2, '\xc3')) != "");
    for (const char letter : std::string("<>:\"/\\|?*"))
        CHECK_MESSAGE(windows_name_fault(std::string("a") + letter) != "", letter);
    CHECK(windows_path_fault("share/aux/x") == "'aux' is the name of a device");
}

TEST_CASE("file names: programs of Windows, and lengths as it counts them") {
    for (const char* path : {"bin/run.exe", "RUN.EXE", ".exe"})
        CHECK_MESSAGE(is_windows_program(path), path);
    for (const char* path : {"run", "run.exe.txt", "exe", ""})
        CHECK_MESSAGE(!is_windows_program(path), path);
    CHECK(windows_length("") == 0);
    CHECK(windows_length("C:/a") == 4);
    CHECK(windows_length("\xc3\xa4\xe2\x82\xac") == 2);
    CHECK(windows_length("\xf0\x9f\x98\x80") == 2); // a pair of surrogates
}

TEST_CASE("file names: those that differ by case only, folders on the way, too, each pair once") {
    CHECK(names_that_differ_by_case_only({"a", "b", "a/b", "c/A"}) == Pairs{});
    CHECK(names_that_differ_by_case_only({"Readme", "README", "x"}) == Pairs{{"README", "Readme"}});
    CHECK(names_that_differ_by_case_only({"Lib/a", "lib/b", "lib/c", "lib/a"}) ==
          Pairs{{"Lib", "lib"}});
    CHECK(names_that_differ_by_case_only({"a/B", "a/b", "a/B"}) == Pairs{{"a/B", "a/b"}});
}

TEST_CASE("file names: case is that of every script that has it") {
    CHECK(names_that_differ_by_case_only({"\u00c4.txt", "\u00e4.txt"}) ==
          Pairs{{"\u00c4.txt", "\u00e4.txt"}});
    CHECK(names_that_differ_by_case_only({"\u03a9mega", "\u03c9MEGA"}).size() == 1);     // Greek
    CHECK(names_that_differ_by_case_only({"\u0414\u0410", "\u0434\u0430"}).size() == 1); // Cyrillic
    CHECK(names_that_differ_by_case_only({"\u0178", "\u00ff"}).size() == 1); // of different blocks
    CHECK(names_that_differ_by_case_only({"\uff21", "\uff41"}).size() == 1); // of three bytes
}

TEST_CASE("file names: letters that only resemble each other are different names") {
    for (const Pairs::value_type& pair : Pairs{{"stra\u00dfe", "STRASSE"},
                                               {"stra\u00dfe", "stra\u1e9ee"},
                                               {"\u0131", "I"},       // dotless i
                                               {"\u0130", "i"},       // and with a dot
                                               {"\u017f", "S"},       // long s
                                               {"\u03c2", "\u03a3"},  // final sigma
                                               {"\u212a", "k"},       // Kelvin
                                               {"\u00b5", "\u039c"},  // micro
                                               {"a\u0308", "\u00c4"}, // in two parts
                                               {"\U00010428", "\U00010400"}})
        CHECK_MESSAGE(names_that_differ_by_case_only({pair.first, pair.second}).empty(), pair.first,
                      " ", pair.second);
}

TEST_CASE("file names: what is no UTF-8 is only the same as itself") {
    CHECK(names_that_differ_by_case_only({"\xe4", "\xc4"}).empty()); // Latin-1
    CHECK(names_that_differ_by_case_only({"\xc3", "\xc3\xa4", "\xe2\x82", "\xf5"}).empty());
    CHECK(names_that_differ_by_case_only({"\xff.TXT", "\xff.txt"}) ==
          Pairs{{"\xff.TXT", "\xff.txt"}});
    CHECK(names_that_differ_by_case_only({"a\xc3", "A\xc3"}).size() == 1); // cut at the end
    CHECK(names_that_differ_by_case_only({"\xc3z", "\xc3Z"}).size() == 1); // or by a letter
}
