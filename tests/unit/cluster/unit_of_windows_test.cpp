// The definition of a service of Windows.
#include "cluster/service_unit.hpp"
#include "platform/service_definition.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

TEST_CASE("service of windows: names have no suffix, and the service is Locum itself") {
    CHECK(cluster::service_unit_name("shop", "server") == "shop-server");
    CHECK(cluster::agent_unit_name("shop") == "locum-agent-shop");
    CHECK(cluster::services_have_host());
    cluster::ServiceSpec spec;
    spec.name = "server";
    spec.title = "Shop";
    spec.account = "NT SERVICE\\shop-server";
    spec.stop_timeout = 7s;
    spec.needs = {"Redis.service", "data.mount"};
    spec.after = {"store"};
    const std::string text =
        cluster::service_unit_text(spec, "shop", "C:/Program Files/Shop/locum.exe");
    const platform::ServiceDefinition made = platform::parse_service_definition(text);
    CHECK(made.title == "Shop: server of shop");
    CHECK(made.command == "\"C:\\Program Files\\Shop\\locum.exe\" service run server --suite shop");
    CHECK(made.after == std::vector<std::string>{"Redis"});
    CHECK(made.restart_after == 1s);
    CHECK(made.restart_on_failure);
    CHECK(made.end_by_shutdown == 17s);
    CHECK(made.own_identity);
    CHECK(made.privileges.size() == 2);
    // The system's own keeps all of its privileges, by whichever of its names it was chosen.
    for (const char* name : {"", "LocalSystem", ".\\localsystem", "NT AUTHORITY\\SYSTEM",
                             "nt authority\\system", "SYSTEM"}) {
        spec.account = name;
        CHECK_MESSAGE(platform::parse_service_definition(
                          cluster::service_unit_text(spec, "shop", "C:/Shop/locum.exe"))
                          .privileges.empty(),
                      std::string(name));
    }
}

TEST_CASE("service of windows: the agent is the system's, and is started again") {
    const platform::ServiceDefinition made = platform::parse_service_definition(
        cluster::agent_unit_text("shop", "C:/Program Files/Shop/locum.exe"));
    CHECK(made.title == "Locum agent of shop");
    CHECK(made.command == "\"C:\\Program Files\\Shop\\locum.exe\" agent run --suite shop");
    CHECK(made.restart_after == 1s);
    CHECK(made.restart_on_failure);
    CHECK(made.privileges.empty());
}
