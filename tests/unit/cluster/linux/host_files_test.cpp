#include "tests/unit/cluster/host_files.hpp"

#include <sys/stat.h>

using namespace locum;
using namespace locum::testing;

TEST_CASE("a host file that is a pipe is told, and nobody waits for it") {
    const Host host;
    platform::remove_all(host.file);
    REQUIRE(::mkfifo(host.file.c_str(), 0600) == 0);
    host.refused_as_no_file();
}
