#include "platform/secret_file.hpp"
#include "tests/unit/platform/linux/support.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::shell;

TEST_CASE("a secret file: children read it, also those that were started without our descriptors") {
    const SecretFile file(engine::Secret("canary\n"));
    CHECK(shell("cat " + file.path()).output == "canary\n");
    CHECK(shell("cat " + file.path() + " " + file.path()).output == "canary\ncanary\n");
    CHECK(shell("stat -L -c '%F %a' " + file.path()).output == "regular file 600\n");
    CHECK(!contains(file.path(), "canary"));
}

TEST_CASE("a secret file: nothing is left of it where its process is killed") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const SecretFile file(engine::Secret("canary"));
        if (::write(ends[1], file.path().data(), file.path().size()) < 0)
            ::_exit(1);
        ::pause();
    }
    char text[256];
    const ssize_t size = ::read(ends[0], text, sizeof text);
    REQUIRE(size > 0);
    const std::string path(text, static_cast<std::size_t>(size));
    CHECK(read_file(path) == "canary");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(!exists(path));
}
