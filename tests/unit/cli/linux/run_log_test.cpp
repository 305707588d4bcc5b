// A standard output that is full.

#include "tests/unit/cli/logging_host.hpp"

#include <cstdio>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

using namespace locum;
using namespace locum::cli;
using namespace locum::testing;

TEST_CASE("run log: that standard output cannot be written is no fault of the work") {
    LoggingHost host;
    host.make_folder();
    std::fflush(stdout);
    const int kept = ::dup(STDOUT_FILENO);
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    REQUIRE(kept >= 0);
    REQUIRE(full >= 0);
    ::dup2(full, STDOUT_FILENO);
    std::string what;
    try {
        logged(host.common, host.layout, "repair", [](engine::Reporter& reporter) {
            reporter.note("begun");
            fmt::print("{}", std::string(1 << 20, 'x'));
            return 0;
        });
    } catch (const Logged& error) {
        what = std::string("with its log: ") + error.error.what();
    } catch (const std::exception& error) {
        what = error.what();
    }
    const bool noticed = std::ferror(stdout) != 0;
    std::clearerr(stdout);
    ::dup2(kept, STDOUT_FILENO);
    ::close(kept);
    ::close(full);
    CHECK(noticed);
    CHECK(what.starts_with("cannot write to file"));
    const std::vector<std::string> logs = platform::list_folder(host.layout.logs());
    REQUIRE(logs.size() == 1);
    CHECK(platform::read_file(host.layout.logs() + "/" + logs[0])
              .ends_with("Z ended: standard output cannot be written\n"));
}
