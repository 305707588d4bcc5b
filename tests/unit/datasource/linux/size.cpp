// POSIX takes all locks of a process off a file when it closes any descriptor of it, so SQLite's
// too: then another process may write into the middle of a transaction.

#include "datasource/size.hpp"

#include "platform/input_file.hpp"
#include "tests/unit/datasource/scratch.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace locum;

namespace {

// What another process finds: SQLite locks the bytes from 1 GiB on
// (https://sqlite.org/lockingv3.html).
bool locked_for_others(const std::string& file) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        struct flock wanted {};
        wanted.l_type = F_WRLCK;
        wanted.l_whence = SEEK_SET;
        wanted.l_start = 0x40000000;
        wanted.l_len = 512;
        if (descriptor < 0 || ::fcntl(descriptor, F_GETLK, &wanted) != 0)
            ::_exit(2);
        ::_exit(wanted.l_type == F_UNLCK ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 1;
}

} // namespace

TEST_CASE("the size of an embedded database is told, and its locks stay") {
    const Scratch scratch;
    const auto writer = scratch.open("a.db");
    writer->script("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    std::filesystem::create_symlink(scratch.path("a.db"), scratch.path("link.db"));
    datasource::Settings settings;
    for (const char* name : {"a.db", "link.db"}) {
        settings.file = scratch.path(name);
        writer->script("BEGIN IMMEDIATE; INSERT INTO t DEFAULT VALUES");
        REQUIRE(locked_for_others(scratch.path("a.db")));
        const auto other = scratch.open("a.db");
        CHECK(datasource::database_bytes(*other, settings) >= 4096);
        CHECK(locked_for_others(scratch.path("a.db")));
        writer->script("COMMIT");
    }
    // That the above can fail.
    writer->script("BEGIN IMMEDIATE");
    REQUIRE(locked_for_others(scratch.path("a.db")));
    CHECK(platform::InputFile(scratch.path("a.db")).size() > 0);
    CHECK(!locked_for_others(scratch.path("a.db")));
}
