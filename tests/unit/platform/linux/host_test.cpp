#include "platform/host.hpp"
#include "tests/unit/platform/linux/support.hpp"

using namespace locum;
using namespace locum::platform;
using testing::Scratch;

TEST_CASE("root is who has user id 0, and an address that is not this host's is told why") {
    CHECK(is_root() == (::geteuid() == 0));
    CHECK(not_own_address("192.0.2.1") == "Cannot assign requested address");
}

TEST_CASE("holders of a file are found, this process left out") {
    Scratch scratch;
    write_file(scratch / "file", "x", 0600);
    CHECK(holders_of(scratch / "file").empty());
    CHECK(holders_of(scratch / "missing").empty());
    DetachedCommand command;
    command.argv = {"sleep", "300"};
    command.log_file = scratch / "file";
    const testing::Ended sleeper(start_detached(command));
    CHECK(holders_of(scratch / "file") == std::vector<std::int64_t>{sleeper.process.pid});
    switch_link(scratch / "link", scratch / "file");
    CHECK(holders_of(scratch / "link").size() == 1); // the file counts, not its name
}
