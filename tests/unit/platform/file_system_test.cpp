#include "platform/file_system.hpp"
#include "platform/files.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using platform::file_system_of;
using platform::FileSystem;

TEST_CASE("file system: of what is there, and of what is not there yet") {
    testing::Scratch scratch;
    const FileSystem here = file_system_of(scratch.path());
    CHECK(here.free_bytes > 0);
    CHECK(scratch.path().starts_with(here.mount));
    const FileSystem later = file_system_of(scratch / "not/yet/there");
    CHECK(later.device == here.device);
    CHECK(later.mount == here.mount);
}
