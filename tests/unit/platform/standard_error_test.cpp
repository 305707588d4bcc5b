#include "platform/standard_error.hpp"
#include "tests/support/child.hpp"

#include "native_streams.hpp"

using namespace locum;
using namespace locum::testing;

TEST_CASE("standard error, any system: where it cannot be written nothing happens, and later lines "
          "are there again") {
    const Scratch scratch;
    const std::string file = scratch / "file";
    platform::write_file(file, "before\n", 0600);
    {
        const Redirected unwritable(stderr, for_reading_only(file));
        platform::to_stderr("lost\n");
    }
    {
        const Redirected broken(stderr, without_reader());
        platform::to_stderr("lost\n");
    }
    {
        const Redirected log(stderr, for_appending(file));
        platform::to_stderr("said\n");
    }
    CHECK(plain_lines(platform::read_file(file)) == "before\nsaid\n");
}
