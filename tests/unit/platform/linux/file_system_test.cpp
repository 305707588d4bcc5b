#include "platform/file_system.hpp"
#include "platform/files.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>
#include <sys/mount.h>

using namespace locum;
using platform::file_system_of;
using platform::FileSystem;

TEST_CASE("file system: the kernel's own is another one") {
    testing::Scratch scratch;
    const FileSystem kernel = file_system_of("/proc/self");
    CHECK(kernel.device != file_system_of(scratch.path()).device);
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
