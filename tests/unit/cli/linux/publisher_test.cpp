// Words of a command line that are no UTF-8, which only Linux has.

#include "platform/process.hpp"
#include "tests/support/pe_sample.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;

TEST_CASE("locum bundle build: a publisher that is no UTF-8 is refused") {
    const Scratch folder;
    platform::write_file(folder / "locum.exe", pe_program(), 0755);
    platform::Command command;
    command.argv = {built("locum"), "bundle",
                    "build",        folder / "source",
                    "--key",        folder / "vendor.key",
                    "-o",           folder / "x",
                    "--setup",      folder / "setup",
                    "--program",    folder / "locum.exe",
                    "--publisher",  "soci\xe9t\xe9"};
    const platform::Finished refused = platform::run(command);
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.errors, "expected one line of UTF-8"));
}
