#include "engine/error.hpp"
#include "platform/service_definition.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using namespace std::chrono_literals;

namespace {

ServiceDefinition whole() {
    ServiceDefinition made;
    made.title = "Endpoint Manager: server of endpoint-manager";
    made.description = "two\nlines and a \\ backslash";
    made.command = "\"C:\\Program Files\\X\\locum.exe\" service run server";
    made.after = {"Redis", "Tcpip"};
    made.restart_after = 1s;
    made.restart_on_failure = true;
    made.end_by_shutdown = 20s;
    made.own_identity = true;
    made.privileges = {"SeChangeNotifyPrivilege"};
    return made;
}

} // namespace

TEST_CASE("service definition: what is written is read again, one line for each setting") {
    const std::string text = text_of(whole());
    CHECK(text == "title = Endpoint Manager: server of endpoint-manager\n"
                  "description = two\\nlines and a \\\\ backslash\n"
                  "command = \"C:\\\\Program Files\\\\X\\\\locum.exe\" service run server\n"
                  "after = Redis\n"
                  "after = Tcpip\n"
                  "restart-after = 1000 ms\n"
                  "restart-on-failure = yes\n"
                  "end-by-shutdown = 20000 ms\n"
                  "own-identity = yes\n"
                  "privilege = SeChangeNotifyPrivilege\n");
    CHECK(parse_service_definition(text) == whole());
    const ServiceDefinition plain{"Plain", "", "\"C:\\plain.exe\""};
    CHECK(parse_service_definition(text_of(plain)) == plain);
    CHECK_THROWS_AS(parse_service_definition("title = X\nother = 1\n"), engine::Error);
    CHECK_THROWS_AS(parse_service_definition("restart-after = 5 s\n"), engine::Error);
    CHECK_THROWS_AS(parse_service_definition("title\n"), engine::Error);
}

TEST_CASE("service definition: settings that a system does not have are left out of both") {
    const std::string text = text_of(whole());
    const std::string rest =
        without_settings(text, {service_setting::restart_after, service_setting::privilege});
    CHECK(rest.find("restart-after") == std::string::npos);
    CHECK(rest.find("privilege") == std::string::npos);
    CHECK(rest.find("restart-on-failure = yes\n") != std::string::npos);
    CHECK(without_settings(text, {}) == text);
}

TEST_CASE("service definition: the program is in quotes, whatever its path") {
    const testing::Scratch scratch;
    const std::string folder = scratch / "Program Files";
    make_folders(folder);
    const std::string line = service_command({folder + "/locum.exe", "agent", "run", "a b\\"});
    CHECK(line.starts_with("\""));
    CHECK(line.ends_with("\\Program Files\\locum.exe\" agent run \"a b\\\\\""));
    CHECK(line.find('/') == std::string::npos);
}
