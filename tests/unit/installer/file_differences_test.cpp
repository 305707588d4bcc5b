// Files on disk held against a signed list: every kind of damage is told, once.

#include "installer/file_differences.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace locum;
using namespace locum::testing;
using installer::FileDifference;
using suite::File;

namespace {

struct Folder {
    Scratch scratch;
    std::string path = scratch / "server";
    std::vector<File> files;

    Folder() {
        folder("bin");
        file("bin/run", "#!/bin/sh\n", 0755);
        file("bin/words", "one two\n", 0644);
        folder("lib");
        folder("lib/deep");
        file("lib/deep/a", "a", 0644);
        file("lib/deep/b", "b", 0644);
        platform::switch_link(path + "/start", "bin/run");
        files.push_back({"server", "start", File::Type::symlink, 0777, 0, "", "bin/run"});
    }
    void folder(const std::string& name) {
        platform::make_folders(path + "/" + name, 0755);
        files.push_back({"server", name, File::Type::directory, 0755, 0, "", ""});
    }
    void file(const std::string& name, const std::string& text, unsigned mode) {
        platform::write_file(path + "/" + name, text, mode);
        files.push_back({"server", name, File::Type::regular, mode, text.size(),
                         platform::sha256_hex(text), ""});
    }
    std::string told() const {
        std::string text;
        for (const FileDifference& one : installer::file_differences(path, files, ::geteuid())) {
            const char* names[] = {"missing", "unexpected", "content", "permissions"};
            text += fmt::format("{} {}\n", names[static_cast<int>(one.what)], one.path);
        }
        return text;
    }
};

} // namespace

TEST_CASE("file differences: none where all is as it was unpacked") {
    CHECK(Folder().told() == "");
}

TEST_CASE("file differences: each kind of damage, by path") {
    Folder folder;
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
    SUBCASE("another mode") {
        platform::set_mode(path + "/bin/run", 0777);
        CHECK(folder.told() == "permissions bin/run\n");
    }
    SUBCASE("setuid") {
        platform::set_mode(path + "/bin/run", 04755);
        CHECK(folder.told() == "permissions bin/run\n");
    }
    SUBCASE("another mode of a folder, and of the component's own") {
        platform::set_mode(path, 0700);
        platform::set_mode(path + "/lib", 0777);
        CHECK(folder.told() == "permissions \npermissions lib\n");
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
    SUBCASE("a pipe in place of a file: it is not opened") {
        platform::remove_all(path + "/bin/run");
        REQUIRE(::mkfifo((path + "/bin/run").c_str(), 0755) == 0);
        CHECK(folder.told() == "content bin/run\n");
    }
    if (::geteuid() == 0) {
        SUBCASE("another owner") {
            platform::set_owner(path + "/bin/run", 12345);
            platform::set_owner(path + "/start", 12345);
            CHECK(folder.told() == "permissions bin/run\npermissions start\n");
        }
    }
}

TEST_CASE("file differences: names that sort between a folder and what is in it") {
    // '-' and '.' come before '/': lists are sorted by whole paths.
    Folder folder;
    folder.files.clear();
    platform::remove_all(folder.path);
    folder.folder("a");
    folder.file("a-b", "x", 0644);
    folder.file("a.b", "x", 0644);
    folder.file("a/c", "x", 0644);
    folder.file("ab", "x", 0644);
    CHECK(folder.told() == "");
}
