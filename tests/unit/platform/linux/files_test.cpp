#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace locum;
using namespace locum::platform;
using testing::error_of;
using testing::permissions;
using testing::Scratch;

namespace {

// For as long as it is there.
struct Umask {
    mode_t before;
    explicit Umask(mode_t mask) : before(::umask(mask)) {}
    Umask(const Umask&) = delete;
    Umask& operator=(const Umask&) = delete;
    ~Umask() { ::umask(before); }
};

std::uint64_t inode_of(const std::string& path) {
    struct stat found {};
    REQUIRE(::lstat(path.c_str(), &found) == 0);
    return found.st_ino;
}

} // namespace

TEST_CASE("modes are what was asked for, whatever the umask") {
    Scratch scratch;
    const Umask strict(0077);
    write_new_file(scratch / "new", "one", 0640);
    write_file(scratch / "file", "one", 0644);
    make_folders(scratch / "a/b", 0755);
    CHECK(permissions(scratch / "new") == 0640);
    CHECK(permissions(scratch / "file") == 0644);
    CHECK(permissions(scratch / "a") == 0755);
    CHECK(permissions(scratch / "a/b") == 0755);
}

TEST_CASE("a file is renamed into place, not written over") {
    Scratch scratch;
    write_file(scratch / "a", "one", 0600);
    const std::uint64_t first = inode_of(scratch / "a");
    write_file(scratch / "a", "two", 0600);
    CHECK(inode_of(scratch / "a") != first);
}

TEST_CASE("errors of files have the system's reason") {
    Scratch scratch;
    const std::string missing = scratch / "no/such";
    CHECK(std::string(error_of([&] { read_file(missing); }).what()) ==
          "cannot read " + missing + ": No such file or directory");
    write_file(scratch / "file", "x", 0600);
    CHECK(testing::contains(error_of([&] { list_folder(scratch / "file"); }).what(), "directory"));
}

TEST_CASE("a folder that cannot be written to") {
    Scratch scratch;
    CHECK(!writeable("/proc"));
    if (!is_root()) {
        ::chmod(scratch.path().c_str(), 0500);
        CHECK(!writeable(scratch.path()));
        ::chmod(scratch.path().c_str(), 0700);
    }
}

TEST_CASE("paths from the root") {
    CHECK(absolute("/a/./b/../c/") == "/a/c");
    CHECK(absolute("/") == "/");
    CHECK(absolute("/../a") == "/a");
}

TEST_CASE("the end of a file of 8 GiB") {
    Scratch scratch;
    write_file(scratch / "log", "12345", 0600);
    REQUIRE(::truncate((scratch / "log").c_str(), std::int64_t{1} << 33) == 0);
    CHECK(read_end(scratch / "log", 3) == std::string(3, '\0'));
}

TEST_CASE("a copy from a file system whose files say that they have no bytes") {
    Scratch scratch;
    copy_file("/proc/version", scratch / "version", 0600);
    CHECK(read_file(scratch / "version").starts_with("Linux version "));
}
