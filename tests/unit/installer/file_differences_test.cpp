// Files on disk held against a signed list: every kind of damage is told, once.

#include "tests/unit/installer/unpacked.hpp"

using namespace locum;
using namespace locum::testing;

TEST_CASE("file differences: none where all is as it was unpacked") {
    CHECK(Unpacked().told() == "");
}

TEST_CASE("file differences: each kind of damage, by path") {
    Unpacked folder;
    const std::string& path = folder.path;
    SUBCASE("a file is gone") {
        platform::remove_all(path + "/bin/run");
        CHECK(folder.told() == "missing bin/run\n");
    }
    SUBCASE("a folder is gone: not each file in it") {
        platform::remove_all(path + "/lib");
        CHECK(folder.told() == "missing lib\n");
    }
    SUBCASE("all is gone") {
        platform::remove_all(path);
        CHECK(folder.told() == "missing \n");
    }
    SUBCASE("another size") {
        platform::write_file(path + "/bin/words", "one\n", 0644);
        CHECK(folder.told() == "content bin/words\n");
    }
    SUBCASE("the same size, another content") {
        platform::write_file(path + "/bin/words", "one owt\n", 0644);
        CHECK(folder.told() == "content bin/words\n");
    }
    SUBCASE("something more: not each file in it") {
        platform::make_folders(path + "/more/deep");
        platform::write_file(path + "/more/deep/x", "", 0644);
        platform::write_file(path + "/lib/deep/aa", "", 0644);
        CHECK(folder.told() == "unexpected lib/deep/aa\nunexpected more\n");
    }
    SUBCASE("a link leads elsewhere") {
        platform::switch_link(path + "/start", "/bin/sh");
        CHECK(folder.told() == "content start\n");
    }
    SUBCASE("a link in place of a file with the same content") {
        platform::rename_durably(path + "/bin/words", folder.scratch / "words");
        platform::switch_link(path + "/bin/words", folder.scratch / "words");
        CHECK(folder.told() == "content bin/words\n");
    }
    SUBCASE("a link in place of a folder with the same content") {
        platform::rename_durably(path + "/lib", folder.scratch / "lib");
        platform::switch_link(path + "/lib", folder.scratch / "lib");
        CHECK(folder.told() == "content lib\n");
    }
    SUBCASE("a folder in place of a file") {
        platform::remove_all(path + "/bin/run");
        platform::make_folders(path + "/bin/run/x");
        CHECK(folder.told() == "content bin/run\n");
    }
}

TEST_CASE("file differences: names that sort between a folder and what is in it") {
    // '-' and '.' come before '/': lists are sorted by whole paths.
    Unpacked folder;
    folder.files.clear();
    platform::remove_all(folder.path);
    folder.folder("a");
    folder.file("a-b", "x", 0644);
    folder.file("a.b", "x", 0644);
    folder.file("a/c", "x", 0644);
    folder.file("ab", "x", 0644);
    CHECK(folder.told() == "");
}
