// Clocks of agents, asked over the wire.

#include "cluster/clock.hpp"
#include "platform/host.hpp"
#include "tests/integration/cluster/transport_support.hpp"

using namespace transport_support;

namespace {

// As an agent whose clock is so many ms ahead.
std::map<std::string, Verb> clock_ahead(std::int64_t ms) {
    Verb verb;
    verb.handler = [ms](const Request& request, const Emit&) {
        return "{\"node\":\"node-1\",\"now-ms\":" + std::to_string(platform::now_ms() + ms) +
               ",\"asker\":\"" + request.peer + "\"}";
    };
    verb.without_certificate = true;
    verb.quick = true;
    return {{"clock", verb}};
}

locum::cluster::Address at(const Agent& agent, const std::string& name = "") {
    return {name, "127.0.0.1", agent.server.port()};
}

} // namespace

TEST_CASE("the clocks of several agents are asked at once, and those that cannot tell are named") {
    const Network network;
    const Agent ahead(network, clock_ahead(61'000));
    const Agent behind(network, clock_ahead(-7'200'000), {}, "node-2");
    const Agent older(network, {}, {}, "node-3");
    const std::string pin = network.authority.pin();
    const std::uint16_t nobody = locum::testing::free_port();
    const auto clocks = ask_clocks(
        pin,
        {at(ahead), at(behind, "node-2"), at(older, "node-3"), {"node-4", "127.0.0.1", nobody}});
    REQUIRE(clocks.size() == 4);
    CHECK(clocks[0].who == "node-1"); // as it calls itself
    REQUIRE(clocks[0].ahead_ms);
    CHECK(std::abs(*clocks[0].ahead_ms - 61'000) < 500);
    CHECK(clocks[1].who == "node-2");
    REQUIRE(clocks[1].ahead_ms);
    CHECK(std::abs(*clocks[1].ahead_ms + 7'200'000) < 500);
    CHECK_FALSE(clocks[2].ahead_ms);
    CHECK_FALSE(clocks[2].why_not.empty()); // of a Locum that knows no such verb
    CHECK_FALSE(clocks[3].ahead_ms);
    CHECK(clocks[3].why_not.find("node-4") != std::string::npos);
}

TEST_CASE("only agents of the cluster are asked") {
    const Network network;
    const Network other;
    const Agent agent(network, clock_ahead(0));
    const auto clocks = ask_clocks(other.authority.pin(), {at(agent)});
    REQUIRE(clocks.size() == 1);
    CHECK_FALSE(clocks[0].ahead_ms);
    CHECK(clocks[0].who == "127.0.0.1:" + std::to_string(agent.server.port()));
    CHECK(clocks[0].why_not.find("another network") != std::string::npos);
}
