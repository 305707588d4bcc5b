#include "platform/standard_output.hpp"

#include "native_streams.hpp"

using namespace locum;
using namespace locum::testing;
using platform::Printed;

TEST_CASE("standard output: a full disk is told by its name while that is known") {
    std::string why;
    {
        const Redirected full(stdout, ::open("/dev/full", O_WRONLY));
        std::fputs("one\n", stdout);
        CHECK(platform::printed(why) == Printed::lost);
    }
    CHECK(why == "No space left on device");
    const Redirected full(stdout, ::open("/dev/full", O_WRONLY));
    std::fputs("one\n", stdout);
    std::fflush(stdout);
    CHECK(platform::printed(why) == Printed::lost);
    CHECK(why.empty());
}
