#include "suite/paths.hpp"

#include <doctest/doctest.h>

using namespace locum::suite;

TEST_CASE("paths of parts and files stay inside and have one spelling") {
    for (const char* good : {"a", "bin/server", "it''s", "a/..b/c", "a.b/c d", "...", "x/.hidden"})
        CHECK_MESSAGE(path_fault(good, 99) == "", good);
    for (const char* bad : {"", "/etc/passwd", "..", "../x", "a/../b", "a/..", ".", "./a", "a/.",
                            "a//b", "a/", "a'''b", "a\\b", "a\nb", "b\x7f", "\xc3\xa4"})
        CHECK_MESSAGE(path_fault(bad, 99) != "", bad);
    CHECK(path_fault(std::string(99, 'x'), 99) == "");
    CHECK(path_fault(std::string(100, 'x'), 99) ==
          "a path of 100 characters (at most 99 are possible)");
    CHECK(path_fault(std::string(256, 'x'), 1024) != "");
    CHECK(path_fault("a/../b", 99) == "the path 'a/../b', which leaves its folder");
}

TEST_CASE("links go upwards only at their start, and never out") {
    CHECK(link_fault("lib/x.so", "x.so.1") == "");
    CHECK(link_fault("lib/x.so", "../y") == "");
    CHECK(link_fault("a/b/c", "../../y/z") == "");
    CHECK(link_fault("a/b/c", "../..") == "");
    CHECK(link_fault("a/b/c", "../../") == "");
    for (const char* bad : {"", "/etc/passwd", "../../../y", "../../..", "y/../z", "./y",
                            "../y/../z", "a//b", "a'''", "a\tb"})
        CHECK_MESSAGE(link_fault("a/b/c", bad) != "", bad);
    CHECK(link_fault("c", "../y") == "a link to '../y', which leaves its folder");
}

TEST_CASE("paths of a host are absolute, on Windows with their drive, and have one spelling") {
    for (const char* good : {"/etc/x", "/x", "C:/x", "z:/a b/..c"})
        CHECK_MESSAGE(is_plain_absolute(good), good);
    for (const char* bad : {"", "/", "x", "C:", "C:/", "C:x", "1:/x", "CC:/x", "/a/", "//a",
                            "/a/../b", "C:/./a", "C://a"})
        CHECK_MESSAGE(!is_plain_absolute(bad), bad);
}
