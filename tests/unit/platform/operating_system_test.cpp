#include "platform/operating_system.hpp"
#include "platform/process.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <unistd.h>

using namespace locum::platform;

TEST_CASE("os-release: quotes, comments, and what is missing") {
    const OperatingSystem rocky = parse_os_release("# a comment\n"
                                                   "NAME=\"Rocky Linux\"\n"
                                                   "ID=\"rocky\"\n"
                                                   "ID_LIKE='rhel centos fedora'\n"
                                                   "VERSION_ID=9.4\n"
                                                   "PRETTY_NAME=\"Rocky \\\"Linux\\\" 9.4\"\n");
    CHECK(rocky.id == "rocky");
    CHECK(rocky.like == std::vector<std::string>{"rhel", "centos", "fedora"});
    CHECK(rocky.version == "9.4");
    CHECK(rocky.title == "Rocky \"Linux\" 9.4");
    const OperatingSystem sid = parse_os_release("ID=debian");
    CHECK(sid.version.empty());
    CHECK(sid.title == "debian");
    CHECK(parse_os_release("") == OperatingSystem{});
}

TEST_CASE("this host says what it is") {
    CHECK(!operating_system().id.empty());
    CHECK(!architecture().empty());
    CHECK(cores() >= 1);
}

TEST_CASE("running commands: this one is among them, with its arguments") {
    const std::vector<RunningCommand> all = running_commands();
    const auto own = std::find_if(all.begin(), all.end(),
                                  [](const RunningCommand& one) { return one.pid == ::getpid(); });
    REQUIRE(own != all.end());
    CHECK(own->argv.at(0).find("unit-platform") != std::string::npos);
}
