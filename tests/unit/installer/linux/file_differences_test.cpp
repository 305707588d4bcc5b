// Damage that Linux knows only: modes, pipes and owners.

#include "platform/host.hpp"
#include "tests/unit/installer/unpacked.hpp"

#include <sys/stat.h>

using namespace locum;
using namespace locum::testing;

TEST_CASE("file differences: modes, and a pipe that is not opened") {
    Unpacked folder;
    const std::string& path = folder.path;
    SUBCASE("another mode") {
        platform::set_mode(path + "/bin/run", 0777);
        CHECK(folder.told() == "permissions bin/run\n");
    }
    SUBCASE("setuid") {
        platform::set_mode(path + "/bin/run", 04755);
        CHECK(folder.told() == "permissions bin/run\n");
    }
    SUBCASE("another mode of a folder, and of the component's own") {
        platform::set_mode(path, 0700);
        platform::set_mode(path + "/lib", 0777);
        CHECK(folder.told() == "permissions \npermissions lib\n");
    }
    SUBCASE("a pipe in place of a file") {
        platform::remove_all(path + "/bin/run");
        REQUIRE(::mkfifo((path + "/bin/run").c_str(), 0755) == 0);
        CHECK(folder.told() == "content bin/run\n");
    }
    if (platform::is_root()) {
        SUBCASE("another owner") {
            platform::set_owner(path + "/bin/run", 12345);
            platform::set_owner(path + "/start", 12345);
            CHECK(folder.told() == "permissions bin/run\npermissions start\n");
        }
    }
}
