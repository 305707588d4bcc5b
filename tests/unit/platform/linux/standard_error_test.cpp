#include "platform/standard_error.hpp"
#include "tests/support/scratch.hpp"

#include "native_streams.hpp"

using namespace locum;
using namespace locum::testing;

TEST_CASE("standard error: a full disk below a log, and a terminal that is gone, stop nothing") {
    const Scratch scratch;
    const std::string file = scratch / "file";
    {
        const Redirected full(stderr, ::open("/dev/full", O_WRONLY));
        platform::to_stderr("lost\n");
        ::close(STDERR_FILENO);
        platform::to_stderr("lost\n");
    }
    {
        const Redirected log(stderr, for_appending(file));
        platform::to_stderr("said\n");
    }
    CHECK(platform::read_file(file) == "said\n");
}
