#include "platform/standard_output.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

using namespace locum;
using platform::Printed;

namespace {

// What is said of standard output while it is this descriptor, which is closed.
Printed printed_to(int descriptor, std::string& why, const std::function<void()>& print) {
    REQUIRE(descriptor >= 0);
    std::fflush(stdout);
    const int kept = ::dup(STDOUT_FILENO);
    ::dup2(descriptor, STDOUT_FILENO);
    print();
    const Printed found = platform::printed(why);
    std::clearerr(stdout);
    ::dup2(kept, STDOUT_FILENO);
    ::close(kept);
    ::close(descriptor);
    return found;
}

void one() {
    std::fputs("one\n", stdout);
}
// As events are; what failed is forgotten by the next thing that fails.
void at_once() {
    one();
    std::fflush(stdout);
    errno = EPIPE;
}

} // namespace

TEST_CASE("standard output: whole, lost, or nobody reads it any more") {
    std::string why = "before";
    CHECK(printed_to(::open("/dev/null", O_WRONLY), why, one) == Printed::whole);
    CHECK(why.empty());
    CHECK(printed_to(::open("/dev/full", O_WRONLY), why, one) == Printed::lost);
    CHECK(why == "No space left on device");
    CHECK(printed_to(::open("/dev/full", O_WRONLY), why, at_once) == Printed::lost);
    CHECK(why.empty());
    for (const auto& print : {one, at_once}) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        ::close(ends[0]);
        const auto before = std::signal(SIGPIPE, SIG_IGN);
        const auto print_then = [&] {
            print();
            errno = ENOENT;
        };
        CHECK(printed_to(ends[1], why, print_then) == Printed::reader_gone);
        std::signal(SIGPIPE, before);
    }
}
