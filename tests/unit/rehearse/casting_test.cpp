#include "rehearse/casting.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;
using rehearse::Front;
using rehearse::NodePart;

using Components = std::vector<std::string>;

TEST_CASE("casting: a server on each node, balancers on the first two") {
    const std::vector<NodePart> nodes = rehearse::cast(small_manifest(), 3, "127.0.0.2");
    REQUIRE(nodes.size() == 3);
    CHECK(nodes[0].name == "node-1");
    CHECK(nodes[0].address == "127.0.0.2");
    CHECK(nodes[2].address == "127.0.0.4");
    CHECK(nodes[0].components == Components{"server", "balancer"});
    CHECK(nodes[1].components == Components{"server", "balancer"});
    CHECK(nodes[2].components == Components{"server"});
    CHECK(nodes[0].ports.empty());
}

TEST_CASE("casting: one node alone has no balancer, and so the server is the front") {
    const suite::Manifest manifest = small_manifest();
    const std::vector<NodePart> nodes = rehearse::cast(manifest, 1, "127.0.0.2");
    REQUIRE(nodes.size() == 1);
    CHECK(nodes[0].components == Components{"server"});
    const std::vector<Front> fronts = rehearse::fronts(manifest, nodes);
    REQUIRE(fronts.size() == 1);
    CHECK(fronts[0].address == "127.0.0.2:30001");
}

TEST_CASE("casting: clients connect to the balancers' ports that are for everybody") {
    suite::Manifest manifest = small_manifest();
    const std::vector<NodePart> nodes = rehearse::cast(manifest, 3, "127.0.0.2");
    std::vector<Front> fronts = rehearse::fronts(manifest, nodes);
    REQUIRE(fronts.size() == 2);
    CHECK(fronts[0].port == "front");
    CHECK(fronts[0].address == "127.0.0.2:30001");
    CHECK(fronts[1].node == "node-2");
    CHECK(fronts[1].address == "127.0.0.3:30001");
    for (suite::Port& port : manifest.ports)
        port.from = suite::Clients::host;
    CHECK(rehearse::fronts(manifest, nodes).empty());
}

TEST_CASE("casting: low ports are moved up, so that nobody needs to be root") {
    suite::Manifest manifest = small_manifest();
    for (suite::Port& port : manifest.ports)
        if (port.name == "front")
            port.choices = {{"", 53}};
    const std::vector<NodePart> nodes = rehearse::cast(manifest, 2, "127.0.0.2");
    CHECK(nodes[0].ports == std::map<std::string, std::uint16_t>{{"front", 10053}});
    CHECK(rehearse::fronts(manifest, nodes)[0].address == "127.0.0.2:10053");
}

TEST_CASE("casting: what a server needs on its host comes with it, and a topology must have all") {
    suite::Manifest manifest = small_manifest();
    for (suite::Component& component : manifest.components)
        if (component.name == "server")
            component.requires_ = {"tool"};
        else
            component.requires_.clear();
    CHECK(rehearse::cast(manifest, 1, "127.0.0.2")[0].components == Components{"server", "tool"});
    manifest.topologies = {{"alone", "Alone", {"server"}}};
    const engine::Error error = error_of([&] { rehearse::cast(manifest, 3, "127.0.0.2"); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), "no topology of small has all of server, tool, balancer"));
    CHECK(contains(error.remedy(), "alone (server)"));
}

TEST_CASE("casting: addresses that do not reach, or are none") {
    const suite::Manifest manifest = small_manifest();
    for (const char* address : {"127.0.0.253", "127.0.0.x", "localhost", ""}) {
        CAPTURE(std::string(address));
        CHECK(error_of([&] { rehearse::cast(manifest, 3, address); }).kind() ==
              engine::Kind::usage);
    }
}
