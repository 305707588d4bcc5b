#include "platform/standard_error.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

using namespace locum;

TEST_CASE(
    "standard error: where it cannot be written nothing happens, and later lines are there again") {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    std::fflush(stderr);
    const int kept = ::dup(STDERR_FILENO);
    const int full = ::open("/dev/full", O_WRONLY);
    REQUIRE(full >= 0);
    ::dup2(full, STDERR_FILENO);
    platform::to_stderr("lost\n");
    ::close(STDERR_FILENO); // a terminal that is gone
    platform::to_stderr("lost\n");
    ::dup2(pipe_ends[1], STDERR_FILENO);
    platform::to_stderr("said\n");
    ::dup2(kept, STDERR_FILENO);
    char text[64] = {};
    CHECK(::read(pipe_ends[0], text, sizeof(text) - 1) == 5);
    CHECK(std::string(text) == "said\n");
    for (const int descriptor : {kept, full, pipe_ends[0], pipe_ends[1]})
        ::close(descriptor);
}
