#include "platform/files.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::error_of;
using testing::Scratch;

namespace {

unsigned mode_of(const std::string& path) {
    return look_at(path).value().mode;
}

} // namespace

TEST_CASE("a new file is new: what is there already stays, a link, too") {
    Scratch scratch;
    write_new_file(scratch / "a", "one", 0640);
    CHECK(read_file(scratch / "a") == "one");
    CHECK(has_mode(mode_of(scratch / "a"), 0640));
    switch_link(scratch / "link", scratch / "nowhere");
    for (const char* there : {"a", "link"}) {
        const engine::Error error = error_of([&] { write_new_file(scratch / there, "two", 0600); });
        CHECK(error.kind() == engine::Kind::usage);
        CHECK(testing::contains(error.what(), (scratch / there) + " is there already"));
    }
    CHECK(read_file(scratch / "a") == "one");
    CHECK(!exists(scratch / "nowhere"));
    CHECK_THROWS_AS(write_new_file(scratch / "missing/a", "x", 0600), engine::Error);
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a", "link"});
}

TEST_CASE("what is written is read, with its mode, and nothing is left beside") {
    Scratch scratch;
    const std::string file = scratch / "a";
    write_file(file, std::string("one\0two", 7), 0644);
    CHECK(read_file(file) == std::string("one\0two", 7));
    CHECK(has_mode(mode_of(file), 0644));
    write_file(file, "", 0600);
    CHECK(read_file(file).empty());
    CHECK(has_mode(mode_of(file), 0600));
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("a file over the limit is refused, one at the limit is read") {
    Scratch scratch;
    write_file(scratch / "a", "12345", 0600);
    CHECK(read_file(scratch / "a", 5) == "12345");
    const engine::Error error = error_of([&] { read_file(scratch / "a", 4); });
    CHECK(testing::contains(error.what(), "4 bytes"));
}

TEST_CASE("errors of files name the path, the reason and what to do") {
    Scratch scratch;
    const std::string missing = scratch / "no/such";
    const engine::Error read = error_of([&] { read_file(missing); });
    CHECK(std::string(read.what()).starts_with("cannot read " + missing + ": "));
    CHECK(!read.remedy().empty());
    CHECK(testing::contains(error_of([&] { write_file(missing, "x", 0600); }).what(), missing));
    CHECK(testing::contains(error_of([&] { rename_durably(missing, scratch / "b"); }).what(),
                            missing));
    CHECK(testing::contains(error_of([&] { sync_file(missing); }).what(), missing));
    CHECK(testing::contains(error_of([&] { sync_folder(missing); }).what(), missing));
    write_file(scratch / "file", "x", 0600);
    CHECK(testing::contains(error_of([&] { list_folder(scratch / "file"); }).what(),
                            scratch / "file"));
    CHECK(
        testing::contains(error_of([&] { make_temporary_folder(missing, "x"); }).what(), missing));
}

TEST_CASE("a failed write leaves the old content and nothing beside it") {
    Scratch scratch;
    make_folders(scratch / "a");
    CHECK_THROWS_AS(write_file(scratch / "a", "x", 0600), engine::Error); // a folder is in the way
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"a"});
}

TEST_CASE("folders are made with their parents and the mode, again is fine, a file is in the way") {
    Scratch scratch;
    make_folders(scratch / "a/b/c", 0755);
    make_folders(scratch / "a/b/c/", 0700);
    CHECK(has_mode(mode_of(scratch / "a"), 0755));
    CHECK(has_mode(mode_of(scratch / "a/b/c"), 0755));
    write_file(scratch / "file", "", 0600);
    CHECK_THROWS_AS(make_folders(scratch / "file"), engine::Error);
    CHECK_THROWS_AS(make_folders(scratch / "file/below"), engine::Error);
}

TEST_CASE("removing takes folders whole, takes links and not what they point to") {
    Scratch scratch;
    make_folders(scratch / "kept");
    write_file(scratch / "kept/file", "x", 0600);
    make_folders(scratch / "gone/deep");
    switch_link(scratch / "gone/deep/link", scratch / "kept");
    switch_link(scratch / "link", scratch / "kept");
    remove_all(scratch / "gone");
    remove_all(scratch / "link/");
    remove_all(scratch / "never-there");
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"kept"});
    CHECK(read_file(scratch / "kept/file") == "x");
}

TEST_CASE("renaming replaces the target") {
    Scratch scratch;
    write_file(scratch / "a", "new", 0600);
    write_file(scratch / "b", "old", 0600);
    rename_durably(scratch / "a", scratch / "b");
    CHECK(read_file(scratch / "b") == "new");
    CHECK(!exists(scratch / "a"));
}

TEST_CASE("a link is made, switched, read and removed, a folder in its place is not replaced") {
    Scratch scratch;
    const std::string link = scratch / "current";
    CHECK(read_link(link).empty());
    switch_link(link, "versions/1.0");
    CHECK(read_link(link) == "versions/1.0");
    CHECK(exists(link)); // although it points nowhere
    switch_link(link, "versions/2.0");
    CHECK(read_link(link) == "versions/2.0");
    switch_link(link, "");
    switch_link(link, "");
    CHECK(!exists(link));
    make_folders(link);
    CHECK_THROWS_AS(switch_link(link, "versions/1.0"), engine::Error);
    CHECK_THROWS_AS(switch_link(link, ""), engine::Error);
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{"current"});
}

TEST_CASE("a listing is sorted and complete, a missing folder has no names") {
    Scratch scratch;
    for (const char* name : {"b", "a", ".hidden"})
        write_file(scratch / name, "", 0600);
    CHECK(list_folder(scratch.path()) == std::vector<std::string>{".hidden", "a", "b"});
    CHECK(list_folder(scratch / "missing").empty());
}

TEST_CASE("free space and writeability are asked of the nearest folder that exists") {
    Scratch scratch;
    CHECK(free_bytes(scratch / "not/yet/there") > 0);
    CHECK(writeable(scratch / "not/yet/there"));
    CHECK(list_folder(scratch.path()).empty());
}

TEST_CASE("paths: parent and absolute") {
    CHECK(parent_of("/a/b") == "/a");
    CHECK(parent_of("/a/b/") == "/a");
    CHECK(parent_of("/a") == "/");
    CHECK(parent_of("/") == "/");
    CHECK(parent_of("a") == ".");
    CHECK(parent_of("a/b") == "a");
    CHECK(absolute("/a/./b/../c/") == absolute("/a/c"));
    CHECK(absolute("/a/./b/../c/").ends_with("/a/c"));
    CHECK(absolute("/..") == absolute("/"));
    CHECK(testing::contains(absolute("x"), "/"));
    CHECK(absolute("x").ends_with("/x"));
}

TEST_CASE("the end of a file is read whatever its length, and of none nothing") {
    Scratch scratch;
    const std::string file = scratch / "log";
    CHECK(read_end(file, 10) == "");
    write_file(file, "12345", 0600);
    CHECK(read_end(file, 10) == "12345");
    CHECK(read_end(file, 5) == "12345");
    CHECK(read_end(file, 2) == "45");
    CHECK(read_end(file, 0) == "");
    write_file(file, std::string(3'000'000, 'x') + "end", 0600);
    CHECK(read_end(file, 4) == "xend");
}

TEST_CASE("temporary folders are fresh and private") {
    Scratch scratch;
    const std::string one = make_temporary_folder(scratch.path(), "t-");
    const std::string two = make_temporary_folder(scratch.path(), "t-");
    CHECK(one != two);
    CHECK(one.starts_with(scratch / "t-"));
    CHECK(has_mode(mode_of(one), 0700));
}
