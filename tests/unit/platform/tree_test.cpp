// What is at a path, never through a link.

#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using platform::FileEntry;

TEST_CASE("tree: all that is below, by whole path, and nothing through a link") {
    Scratch scratch;
    const std::string root = scratch / "root";
    platform::make_folders(root + "/a/b");
    platform::make_folders(scratch / "elsewhere");
    platform::write_file(scratch / "elsewhere/x", "x", 0644);
    platform::write_file(root + "/a-1", "12345", 0640);
    platform::switch_link(root + "/a/link", scratch / "elsewhere");
    std::string text;
    for (const FileEntry& entry : platform::tree(root))
        text += fmt::format("{} {} {}\n", entry.path, entry.size, entry.target);
    CHECK(text == "a 0 \na-1 5 \na/b 0 \na/link 0 " + (scratch / "elsewhere") + "\n");
    CHECK(platform::tree(scratch / "none").empty());
    CHECK(platform::tree(root + "/a/link").empty());
}

TEST_CASE("look_at: type, mode and target, nothing where nothing is") {
    Scratch scratch;
    platform::write_file(scratch / "f", "abc", 0604);
    const FileEntry file = platform::look_at(scratch / "f").value();
    CHECK(file.type == FileEntry::Type::regular);
    CHECK(platform::has_mode(file.mode, 0604));
    CHECK(file.size == 3);
    CHECK(!platform::look_at(scratch / "g"));
    CHECK(!platform::look_at(scratch / "f/g"));
}

TEST_CASE("hashes_of: in the order of the files, and empty for what is no file to read") {
    Scratch scratch;
    std::vector<std::string> files;
    std::vector<std::string> expected;
    for (int number = 0; number < 300; ++number) {
        files.push_back(scratch / std::to_string(number));
        const std::string text(static_cast<std::size_t>(number) * 1000, 'x');
        platform::write_file(files.back(), text, 0600);
        expected.push_back(platform::sha256_hex(text));
    }
    files.push_back(scratch / "missing");
    platform::switch_link(scratch / "link", files.front());
    files.push_back(scratch / "link");
    files.push_back(scratch.path());
    expected.insert(expected.end(), 3, "");
    CHECK(platform::hashes_of(files) == expected);
    CHECK(platform::hashes_of({}).empty());
}

TEST_CASE("set_mode leaves what a link leads to alone") {
    Scratch scratch;
    platform::write_file(scratch / "f", "abc", 0600);
    platform::switch_link(scratch / "link", scratch / "f");
    error_of([&] { platform::set_mode(scratch / "link", 0777); });
    CHECK(platform::has_mode(permissions(scratch / "f"), 0600));
    platform::set_mode(scratch / "f", 04755);
    CHECK(platform::has_mode(platform::look_at(scratch / "f")->mode, 04755));
}

TEST_CASE("copy_file: the content under the mode, over what was there, or nothing at all") {
    Scratch scratch;
    const std::string text(3'000'000, 'y');
    platform::write_file(scratch / "from", text, 0644);
    platform::write_file(scratch / "to", "old", 0644);
    platform::copy_file(scratch / "from", scratch / "to", 0600);
    CHECK(platform::read_file(scratch / "to") == text);
    CHECK(platform::has_mode(permissions(scratch / "to"), 0600));
    error_of([&] { platform::copy_file(scratch.path(), scratch / "other", 0600); });
    CHECK(platform::list_folder(scratch.path()) == std::vector<std::string>{"from", "to"});
}
