#include "cli/tool.hpp"

#include "platform/files.hpp"
#include "platform/system_folders.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;

namespace {

// A host below a folder, with Locum's program where a setup leaves it.
struct Host {
    testing::Scratch folder;
    std::string root = folder / "root";
    std::string tool = platform::places_of_tool(root).back();
    std::string states = platform::folder_of_states(root);

    Host() { put(tool); }
    static void put(const std::string& file) {
        platform::make_folders(platform::parent_of(file));
        platform::write_file(file, "x", 0755);
    }
};

} // namespace

TEST_CASE("Locum's program goes alone from a folder that is not Locum's own") {
    const Host host;
    const std::string program = host.root + "/usr/local/bin/locum";
    Host::put(program);
    CHECK(cli::try_to_remove_tool(host.root, program).empty());
    CHECK(!platform::exists(program));
    CHECK(platform::exists(host.root + "/usr/local/bin"));
}

TEST_CASE("Locum's program goes with Locum's own folder, where nothing else is in it") {
    const Host host;
    const std::string own = host.root + "/Program Files/Locum";
    Host::put(own + "/locum.exe");
    SUBCASE("alone") {
        CHECK(cli::try_to_remove_tool(host.root, own + "/locum.exe").empty());
        CHECK(!platform::exists(own));
        CHECK(platform::exists(platform::parent_of(own)));
    }
    SUBCASE("with somebody's notes") {
        Host::put(own + "/notes.txt");
        CHECK(cli::try_to_remove_tool(host.root, own + "/locum.exe").empty());
        CHECK(platform::list_folder(own) == std::vector<std::string>{"notes.txt"});
    }
}

TEST_CASE("Locum's program takes folders along that were made for it, where they are empty") {
    const Host host;
    const std::string made = host.root + "/made";
    Host::put(made + "/bin/locum");
    Host::put(made + "/notes.txt");
    cli::remove_tool(host.root, made + "/bin/locum", {made, made + "/bin"});
    CHECK(platform::list_folder(made) == std::vector<std::string>{"notes.txt"});
}

TEST_CASE("Locum's program stays where a suite is, and what stays is said") {
    const Host host;
    CHECK(cli::tool_of_last_suite(host.root, "small") == host.tool);
    platform::make_folders(host.states + "/small");
    CHECK(cli::tool_of_last_suite(host.root, "small") == host.tool);
    CHECK(cli::tool_of_last_suite(host.root, "other").empty());
    CHECK(cli::try_to_remove_tool(host.root, host.tool).starts_with(host.tool + ": "));
    CHECK(platform::exists(host.tool));
    platform::remove_all(host.states);
    const std::string no_folder = host.root + "/Locum";
    Host::put(no_folder);
    CHECK(cli::try_to_remove_tool(host.root, no_folder + "/locum")
              .starts_with(no_folder + "/locum: "));
}

TEST_CASE("what is no regular file was left by no setup") {
    const Host host;
    platform::remove_all(host.tool);
    platform::make_folders(host.tool);
    CHECK(cli::tool_of_last_suite(host.root, "small").empty());
}
