#include "platform/system_folders.hpp"
#include "tests/support/scratch.hpp"

using namespace locum::platform;

TEST_CASE("a suite's folders are where the file system's standard has them") {
    const SuiteFolders host = suite_folders("", "small");
    CHECK(host.product == "/opt/small");
    CHECK(host.configurations == "/etc/opt/small");
    CHECK(host.data == "/var/opt/small");
    CHECK(host.run == "/run/small");
    CHECK(host.state == "/var/lib/locum/small");
    CHECK(host.logs == "/var/log/locum/small");
    CHECK(suite_folders("/r", "small").product == "/r/opt/small");
    CHECK(places_of_tool("/r").back() == "/r/usr/local/bin/locum");
    CHECK(guarded_folders("", "small").empty());
}
