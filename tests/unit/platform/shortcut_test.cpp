// A shortcut is made as the system has them, differs where somebody changed it, and goes.

#include "platform/shortcut.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

namespace {

Shortcut tool(const Scratch& scratch) {
    return {"small",
            "Small",
            "tool",
            "Small tool",
            scratch / "bin/run.exe",
            "",
            {"--name", "two words", ""},
            scratch / "bin/icon.ico",
            true};
}

void keeps_contract(const Shortcut& shortcut, const Shortcut& other, const std::string& root) {
    const std::vector<std::string> files = shortcut_files(shortcut, root);
    REQUIRE(!files.empty());
    for (const std::string& file : files) {
        INFO(file);
        CHECK(file.starts_with(root + "/"));
        CHECK(shortcut_fault(file, shortcut) == "is missing");
        write_shortcut(file, shortcut);
        CHECK(shortcut_fault(file, shortcut) == "");
        CHECK(shortcut_fault(file, other) != "");
        write_shortcut(file, other); // over what is there
        CHECK(shortcut_fault(file, other) == "");
        CHECK(shortcut_fault(file, shortcut) != "");
        write_file(file, "no shortcut", 0644);
        CHECK(shortcut_fault(file, shortcut) != "");
        write_shortcut(file, shortcut);
        CHECK(shortcut_fault(file, shortcut) == "");
        CHECK(list_folder(parent_of(file)).size() == 1);
        remove_all(file);
        CHECK(shortcut_fault(file, shortcut) == "is missing");
    }
}

} // namespace

TEST_CASE("shortcuts: to a program") {
    const Scratch scratch;
    const Shortcut one = tool(scratch);
    Shortcut other = one;
    SUBCASE("another program") {
        other.program = scratch / "bin/other.exe";
    }
    SUBCASE("other arguments") {
        other.arguments = {"--name", "two", "words", ""};
    }
    SUBCASE("another icon") {
        other.icon = scratch / "other.ico";
    }
    keeps_contract(one, other, scratch / "root");
}

TEST_CASE("shortcuts: to a page") {
    const Scratch scratch;
    Shortcut one{"small", "Small", "web", "Small web", "", "https://a.example:8443/"};
    Shortcut other = one;
    other.url = "https://a.example:8444/";
    keeps_contract(one, other, scratch / "root");
}

TEST_CASE("shortcuts: whose one is, is told by what is in it") {
    const Scratch scratch;
    Shortcut one = tool(scratch);
    SUBCASE("to a program") {}
    SUBCASE("to a page") {
        one.program.clear();
        one.url = "https://a.example/";
    }
    const std::string file = shortcut_files(one, scratch / "root").front();
    CHECK(!is_shortcut_of(file, "small", scratch.path()));
    write_shortcut(file, one);
    CHECK(is_shortcut_of(file, "small", scratch.path()));
    CHECK(!is_shortcut_of(file, "other", scratch / "bin/run"));
    write_file(file, "no shortcut", 0644);
    CHECK(!is_shortcut_of(file, "small", scratch.path()));
    remove_all(file);
    make_folders(file);
    CHECK(!is_shortcut_of(file, "small", scratch.path()));
}

TEST_CASE("shortcuts: two of a suite, and those of two suites, are files of their own") {
    const Scratch scratch;
    Shortcut one = tool(scratch);
    Shortcut two = one;
    two.name = "other";
    two.title = "Other";
    CHECK(shortcut_files(one, "/r").front() != shortcut_files(two, "/r").front());
    two = one;
    two.suite = "small-2";
    two.folder = "Small 2";
    CHECK(shortcut_files(one, "/r").front() != shortcut_files(two, "/r").front());
}
