#include "platform/file_system.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>
#include <sys/mount.h>

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
    const FileSystem kernel = file_system_of("/proc/self");
    CHECK(kernel.device != here.device);
    CHECK(kernel.mount == "/proc");
}

TEST_CASE("file system: one that lets no program run") {
    testing::Scratch scratch;
    const std::string at = scratch / "mounted";
    platform::make_folders(at);
    if (::mount("tmpfs", at.c_str(), "tmpfs", MS_NOEXEC, "size=1m") != 0) {
        MESSAGE("skipped: a file system cannot be mounted here");
        return;
    }
    const FileSystem found = file_system_of(at + "/opt/suite");
    ::umount(at.c_str());
    CHECK(found.mount == at);
    CHECK_FALSE(found.runs_programs);
    CHECK(found.free_bytes <= 1 << 20);
    CHECK(file_system_of("/").runs_programs);
}
