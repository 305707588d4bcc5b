#include "platform/operating_system.hpp"

#include <doctest/doctest.h>

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
    CHECK(system_name().ends_with("-" + architecture()));
    CHECK(!operating_system().title.empty());
    CHECK(cores() >= 1);
}
