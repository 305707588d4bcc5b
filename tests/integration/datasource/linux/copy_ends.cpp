// A copy that has no space, and one whose server goes: by a file system and limits of Linux, and by
// a server of the test's own.

#include "platform/host.hpp"
#include "tests/integration/datasource/copying.hpp"

#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>

using namespace locum;
using namespace locum::datasource;
using testing::copy_to;
using testing::During;
using testing::failure;
using testing::fill;
using testing::holds;
using testing::request_to;
using testing::server;

TEST_CASE("a full disk: path, what is needed, what is free; nothing stays") {
    fill(100'000);
    const Scratch scratch;
    std::string why;
    if (platform::is_root()) {
        REQUIRE(::mount("none", scratch.folder().c_str(), "tmpfs", 0, "size=4m") == 0);
        platform::write_file(scratch.path("copy.db"), "the last copy", 0600);
        why = failure([&] { copy_to(scratch.path("copy.db")); });
        CHECK(platform::list_folder(scratch.folder()) == std::vector<std::string>{"copy.db"});
        CHECK(platform::read_file(scratch.path("copy.db")) == "the last copy");
        CHECK(::umount(scratch.folder().c_str()) == 0);
    } else {
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{4U << 20, before.rlim_max};
        std::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &small);
        why = failure([&] { copy_to(scratch.path("copy.db")); });
        ::setrlimit(RLIMIT_FSIZE, &before);
        CHECK(platform::list_folder(scratch.folder()).empty());
    }
    CHECK(holds(why, "cannot be written to " + scratch.path("copy.db")));
    CHECK(holds(why, "bytes are needed"));
    CHECK(holds(why, "are free"));
    CHECK(holds(why, "free space"));
}

TEST_CASE("a server that is killed while it is copied: an error, nothing stays, then it works") {
    fill(200'000);
    const Scratch scratch;
    During reporter([] { server().kill(); });
    const std::string why = failure([&] { copy(request_to(scratch.path("copy.db")), reporter); });
    CHECK((holds(why, "[08006]") || holds(why, "[57P0")));
    CHECK(platform::list_folder(scratch.folder()).empty());
    server().start();
    CHECK(copy_to(scratch.path("copy.db")).tables.size() == 2);
}
