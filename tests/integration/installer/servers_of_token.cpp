// A joining node asks the servers that its token names one after the other, since the first may be
// off.

#include "cluster/membership.hpp"
#include "installer/steps/files.hpp"
#include "installer/steps/network.hpp"
#include "tests/integration/cluster/transport_support.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace transport_support;

namespace {

// A node without a datasource of its own, and a server of its network; the token names first an
// address where nothing listens.
struct Joined {
    testing::Site site{{"server", "balancer"}};
    std::optional<Network> network;
    std::optional<Agent> agent;
    std::atomic<int> left{0};

    Joined() {
        site.run_until("files/config-balancer");
        network.emplace(Network{load_authority(site.layout())});
        agent.emplace(*network,
                      std::map<std::string, Verb>{
                          {"ask",
                           {.handler =
                                [](const Request&, const Emit&) {
                                    return std::string(R"([{"name": "far", "address": "10.9.8.7",
                                   "ports": {"device": 30002}, "out": false}])");
                                }}},
                          {"leave", {.handler = [this](const Request&, const Emit&) {
                               ++left;
                               return std::string("{}");
                           }}}});
        platform::remove_all(site.layout().state_file("datasource.json"));
        name_servers({"127.0.0.1:1", "127.0.0.1:" + std::to_string(agent->server.port())});
    }
    void name_servers(std::vector<std::string> addresses) {
        token::NetworkToken token;
        token.cluster_id = "c-1";
        token.ca_pin = network->authority.pin();
        token.addresses = std::move(addresses);
        site.installation().facts.token = std::move(token);
    }
    void render() {
        engine::SilentReporter silent;
        installer::steps::write_configs(site.installation(), "balancer").apply(silent);
    }
    void take_back() {
        std::get<engine::Undo>(installer::steps::join_network(site.installation()).undo).run("");
    }
};

} // namespace

TEST_CASE("the balancer's servers come from the first server that answers") {
    Joined joined;
    joined.render();
    CHECK(testing::contains(platform::read_file(joined.site.layout().etc() + "/balancer.conf"),
                            "server far 10.9.8.7:30002"));
}

TEST_CASE("a join is taken back at the first server that answers") {
    Joined joined;
    joined.take_back();
    CHECK(joined.left == 1);
    CHECK(!platform::exists(joined.site.layout().state_file("node.json")));
}

TEST_CASE("no server answers: each address is named, and the node stays what it is") {
    Joined joined;
    joined.name_servers({"127.0.0.1:1", "127.0.0.1:2"});
    const Error error = thrown_by([&] { joined.take_back(); });
    CHECK(says(error, "127.0.0.1:1"));
    CHECK(says(error, "127.0.0.1:2"));
    CHECK(error.remedy().find("locum agent start") != std::string::npos);
    CHECK(platform::exists(joined.site.layout().state_file("node.json")));
}
