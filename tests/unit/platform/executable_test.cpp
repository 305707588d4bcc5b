#include "platform/executable.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;

TEST_CASE("a program is known by its first bytes where the system keeps no bits") {
    for (const char* beginning : {"#!/bin/sh", "#!",
                                  "\x7f"
                                  "ELF\x02",
                                  "MZ\x90"})
        CHECK(may_be_executed(0644, beginning, false));
    for (const char* beginning : {"", "#",
                                  "\x7f"
                                  "EL",
                                  "M", "# !", "text"})
        CHECK(!may_be_executed(0644, beginning, false));
}

TEST_CASE("the owner's bit counts where the system keeps it, and nobody else's") {
    CHECK(may_be_executed(0700, "text", true));
    CHECK(!may_be_executed(0700, "text", false));
    CHECK(!may_be_executed(0611, "text", true));
    CHECK(!may_be_executed(0644,
                           "\x7f"
                           "ELF",
                           true)); // as a library
}
