#include "platform/standard_output.hpp"
#include "tests/support/child.hpp"

#include "native_streams.hpp"

#include <cerrno>

using namespace locum;
using namespace locum::testing;
using platform::Printed;

namespace {

// What is said of standard output while it is this descriptor.
Printed printed_to(int descriptor, std::string& why, bool at_once) {
    const Redirected output(stdout, descriptor);
    std::fputs("one\n", stdout);
    if (at_once) { // as events are; what failed is forgotten by the next thing that fails
        std::fflush(stdout);
        errno = ENOENT;
    }
    return platform::printed(why);
}

} // namespace

TEST_CASE("standard output, any system: whole, lost, or nobody reads it any more") {
    const Scratch scratch;
    const std::string file = scratch / "file";
    for (const bool at_once : {false, true}) {
        CAPTURE(at_once);
        std::string why = "before";
        CHECK(printed_to(for_appending(file), why, at_once) == Printed::whole);
        CHECK(why.empty());
        CHECK(printed_to(for_reading_only(file), why, at_once) == Printed::lost);
        CHECK(why.empty() == at_once);
        CHECK(printed_to(without_reader(), why, at_once) == Printed::reader_gone);
    }
    CHECK(plain_lines(platform::read_file(file)) == "one\none\n");
}
