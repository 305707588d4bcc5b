#include "platform/terminal.hpp"
#include "tests/unit/platform/support.hpp"

using namespace locum;
using namespace locum::platform;

namespace {

std::string lines_of(const std::string& input) {
    Command command = testing::child_command({"lines"});
    command.input = input;
    return run(command).output;
}

} // namespace

TEST_CASE("lines of a pipe: as they are, the last one without an end too, and then no more") {
    CHECK(lines_of("").empty());
    CHECK(lines_of("\n") == "[]");
    CHECK(lines_of("D:\\B\xc3\xbcro\n\nlast") == "[D:\\B\xc3\xbcro][][last]");
    const std::string longer(5000, 'x'); // than a terminal's line
    CHECK(lines_of(longer + "\ny\n") == "[" + longer + "][y]");
}
