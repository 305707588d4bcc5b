#include "platform/files.hpp"
#include "platform/native.hpp"
#include "platform/tree.hpp"
#include "platform/windows/moved_aside.hpp"
#include "platform/windows/system.hpp"
#include "platform/windows/wide.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

using namespace locum;
using namespace locum::platform;
using testing::error_of;
using testing::Scratch;

namespace {

// As programs open files that are not meant to be replaced meanwhile.
Handle held(const std::string& path, DWORD share) {
    return Handle(::CreateFileW(wide_path(path).c_str(), GENERIC_READ, share, nullptr,
                                OPEN_EXISTING, 0, nullptr));
}

} // namespace

TEST_CASE("paths of Windows: roots, parents and normal form") {
    CHECK(absolute("C:\\a\\.\\b\\..\\c\\") == "C:/a/c");
    CHECK(absolute("C:/") == "C:/");
    CHECK(absolute("C:/../a") == "C:/a");
    CHECK(absolute("//server/share/a/../..") == "//server/share/");
    CHECK(absolute("\\\\?\\C:\\a") == "C:/a");
    CHECK(absolute("/a").substr(1) == ":/a");
    CHECK(parent_of("C:/a/b") == "C:/a");
    CHECK(parent_of("C:/a") == "C:/");
    CHECK(parent_of("C:/") == "C:/");
    CHECK(parent_of("//server/share/a") == "//server/share/");
    CHECK(wide_path("C:/a/b") == L"\\\\?\\C:\\a\\b");
    CHECK(wide_path("//server/share/a") == L"\\\\?\\UNC\\server\\share\\a");
    CHECK(wide_path("NUL") == L"NUL");
    CHECK(utf8_path(L"\\\\?\\UNC\\server\\share") == "//server/share");
}

TEST_CASE("text there and back, and what is no UTF-8 is refused") {
    const std::string text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
    CHECK(utf8(wide(text)) == text);
    CHECK(wide(text).size() == 5);
    CHECK(error_of([] { wide("\xc3"); }).kind() == engine::Kind::usage);
}

TEST_CASE("a path of more than 260 characters, with names beyond ASCII, is a path like others") {
    Scratch scratch;
    std::string folder = scratch.path();
    for (int level = 0; level < 8; ++level)
        folder += "/" + std::string(40, 'x') + "\xc3\xa4";
    make_folders(folder);
    REQUIRE(folder.size() > 300);
    write_file(folder + "/file", "x", 0600);
    copy_file(folder + "/file", folder + "/copy", 0644);
    rename_durably(folder + "/copy", folder + "/moved");
    CHECK(read_file(folder + "/moved") == "x");
    CHECK(list_folder(folder) == std::vector<std::string>{"file", "moved"});
    CHECK(tree(scratch.path()).size() == 10);
    CHECK(canonical(folder + "/file").ends_with("\xc3\xa4/file"));
}

TEST_CASE("names that Windows cannot have are refused before anything is made") {
    Scratch scratch;
    for (const char* name : {"CON", "nul.txt", "a.", "a ", "a:b", "a?"}) {
        const std::string path = scratch / name;
        CHECK(error_of([&] { write_file(path, "x", 0600); }).kind() == engine::Kind::usage);
        CHECK(error_of([&] { write_new_file(path, "x", 0600); }).kind() == engine::Kind::usage);
        CHECK(error_of([&] { make_folders(path + "/b"); }).kind() == engine::Kind::usage);
        CHECK(error_of([&] { append_to(path, "x"); }).kind() == engine::Kind::usage);
        CHECK(error_of([&] { switch_link(path, "x"); }).kind() == engine::Kind::usage);
    }
    CHECK(list_folder(scratch.path()).empty());
}

TEST_CASE("a file that is in use is replaced, and what was moved aside goes when it can") {
    Scratch scratch;
    write_file(scratch / "a", "old", 0644);
    Handle user = held(scratch / "a", FILE_SHARE_READ | FILE_SHARE_DELETE);
    REQUIRE(user);
    write_file(scratch / "a", "new", 0644);
    CHECK(read_file(scratch / "a") == "new");
    char old[4] = {};
    DWORD count = 0;
    CHECK(::ReadFile(user.get(), old, 3, &count, nullptr) != 0);
    CHECK(std::string(old) == "old");
    user.close();
    remove_all(scratch / "a");
    CHECK(list_folder(scratch.path()).empty());
}

TEST_CASE("a file that is in use is replaced in one moment (not shown by Wine)") {
    Scratch scratch;
    write_file(scratch / "a", "old", 0644);
    write_file(scratch / "b", "new", 0644);
    const Handle user = held(scratch / "a", FILE_SHARE_READ | FILE_SHARE_DELETE);
    REQUIRE(user);
    CHECK(replace_file(wide_path(scratch / "b"), wide_path(scratch / "a")) == ERROR_SUCCESS);
    CHECK(read_file(scratch / "a") == "new");
    char old[4] = {};
    DWORD count = 0;
    CHECK(::ReadFile(user.get(), old, 3, &count, nullptr) != 0);
    CHECK(std::string(old) == "old");
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("what a rename in one moment hands over: how, and the name's length without its end") {
    const std::wstring name = L"\\\\?\\C:\\a\u00e4";
    const std::vector<std::byte> info = rename_info(name);
    const auto number_at = [&](std::size_t at) {
        DWORD number = 0;
        std::memcpy(&number, info.data() + at, sizeof number);
        return number;
    };
    const std::size_t name_at = offsetof(FILE_RENAME_INFO, FileName);
    REQUIRE(info.size() >= name_at + (name.size() + 1) * sizeof(wchar_t));
    CHECK(info.size() >= sizeof(FILE_RENAME_INFO));
    CHECK(number_at(0) == 0x43); // replace, as POSIX has it, read-only ones too
    CHECK(number_at(offsetof(FILE_RENAME_INFO, FileNameLength)) == 2 * name.size());
    CHECK(std::memcmp(info.data() + name_at, name.data(), 2 * name.size()) == 0);
    // No folder that the name is sought in, and the name's end.
    const auto zeros = [&](std::size_t from, std::size_t to) {
        return std::all_of(info.begin() + static_cast<std::ptrdiff_t>(from),
                           info.begin() + static_cast<std::ptrdiff_t>(to),
                           [](std::byte one) { return one == std::byte{0}; });
    };
    CHECK(zeros(offsetof(FILE_RENAME_INFO, RootDirectory),
                offsetof(FILE_RENAME_INFO, FileNameLength)));
    CHECK(zeros(name_at + 2 * name.size(), info.size()));
}

TEST_CASE("a program that runs is replaced, and a folder with it removed") {
    Scratch scratch;
    std::wstring own(32768, L'\0');
    own.resize(::GetModuleFileNameW(nullptr, own.data(), static_cast<DWORD>(own.size())));
    make_folders(scratch / "bin");
    copy_file(utf8_path(own), scratch / "bin/program.exe", 0755);
    // What a running program has of its file: a section that is its image.
    const HMODULE running = ::LoadLibraryExW((wide(scratch / "bin") + L"/program.exe").c_str(),
                                             nullptr, DONT_RESOLVE_DLL_REFERENCES);
    REQUIRE(running != nullptr);
    write_file(scratch / "bin/program.exe", "new", 0755);
    CHECK(read_file(scratch / "bin/program.exe") == "new");
    remove_all(scratch / "bin");
    CHECK(!exists(scratch / "bin"));
    ::FreeLibrary(running);
    remove_all(scratch / "bin"); // sweeps
    CHECK(list_folder(scratch.path()).empty());
}

TEST_CASE("a file that lets nobody rename it stays, and the error says what to do") {
    Scratch scratch;
    write_file(scratch / "a", "old", 0644);
    const Handle user = held(scratch / "a", FILE_SHARE_READ);
    REQUIRE(user);
    const engine::Error error = error_of([&] { write_file(scratch / "a", "new", 0644); });
    CHECK(testing::contains(error.what(), "cannot write " + (scratch / "a")));
    CHECK(testing::contains(error.remedy(), "end"));
    CHECK(read_file(scratch / "a") == "old");
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("where the new file is held, the old one stays in its place") {
    Scratch scratch;
    write_file(scratch / "a", "old", 0644);
    write_file(scratch / "b", "new", 0644);
    const Handle user = held(scratch / "b", FILE_SHARE_READ);
    REQUIRE(user);
    CHECK(error_of([&] { rename_durably(scratch / "b", scratch / "a"); }).kind() ==
          engine::Kind::failed);
    CHECK(read_file(scratch / "a") == "old");
    CHECK(read_file(scratch / "b") == "new");
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a read-only file is replaced and removed") {
    Scratch scratch;
    for (const char* name : {"a", "b"}) {
        write_file(scratch / name, "old", 0644);
        REQUIRE(::SetFileAttributesW(wide_path(scratch / name).c_str(), FILE_ATTRIBUTE_READONLY));
    }
    write_file(scratch / "a", "new", 0644);
    CHECK(read_file(scratch / "a") == "new");
    remove_all(scratch / "b");
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("a link that somebody has open for himself is not taken for none") {
    Scratch scratch;
    switch_link(scratch / "link", "versions/1");
    {
        const Handle user = held(scratch / "link", 0);
        REQUIRE(user);
        CHECK(testing::contains(error_of([&] { read_link(scratch / "link"); }).what(),
                                "cannot read " + (scratch / "link")));
        CHECK_THROWS_AS(look_at(scratch / "link"), engine::Error);
    }
    CHECK(read_link(scratch / "link") == "versions/1");
    CHECK(read_link(scratch / "missing").empty());
    CHECK(read_link(scratch / "link/below").empty());
    make_folders(scratch / "folder");
    CHECK(read_link(scratch / "folder").empty());
}

TEST_CASE("a link is a small file, and a file of its size is none") {
    Scratch scratch;
    switch_link(scratch / "link", "versions/\xc3\xa4");
    CHECK(look_at(scratch / "link").value().type == FileEntry::Type::link);
    CHECK(look_at(scratch / "link").value().target == "versions/\xc3\xa4");
    write_file(scratch / "file", std::string(4099, 'x'), 0644);
    CHECK(look_at(scratch / "file").value().type == FileEntry::Type::regular);
    CHECK(read_link(scratch / "file").empty());
    CHECK(error_of([&] { switch_link(scratch / "file", "x"); }).kind() == engine::Kind::failed);
    CHECK(error_of([&] { switch_link(scratch / "link", std::string(5000, 'x')); }).kind() ==
          engine::Kind::usage);
    CHECK(read_link(scratch / "link") == "versions/\xc3\xa4");
}
