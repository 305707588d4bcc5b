#include "platform/shell.hpp"

#include <doctest/doctest.h>

using namespace locum::platform;

TEST_CASE("shell: a command is what a shell reads back") {
    CHECK(as_typed({"/opt/a-b/locum", "agent", "--x=1"}) == "/opt/a-b/locum agent --x=1");
    CHECK(as_typed({"/my disk/locum", "it's", "", "$HOME"}) ==
          "'/my disk/locum' 'it'\\''s' '' '$HOME'");
}

TEST_CASE("shell: a typed copy takes the place of a file, and others go that may be missing") {
    CHECK(copy_as_typed("/a b", "/x", {"/x-wal", "/x-shm"}) ==
          "rm -f /x-wal /x-shm && cp '/a b' /x");
}
