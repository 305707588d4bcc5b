// Connections that are tried before they are needed, over real sockets.

#include "cluster/introduction.hpp"
#include "engine/error.hpp"
#include "tests/support/port.hpp"
#include "tests/support/small_suite.hpp"

#include <boost/asio/error.hpp>

using namespace locum;
using namespace locum::testing;
using cluster::Greeter;
using cluster::Reach;
using cluster::Unreached;

namespace {

// Accepts in the kernel, and says nothing.
class Mute {
public:
    Mute() : socket_(open_socket(SOCK_STREAM)), port(bind_to_loopback(socket_)) {
        REQUIRE(port != 0);
        REQUIRE(::listen(socket_, 5) == 0);
    }
    ~Mute() { close_socket(socket_); }
    Mute(const Mute&) = delete;
    Mute& operator=(const Mute&) = delete;

private:
    Socket socket_;

public:
    const std::uint16_t port;
};

cluster::NodeRow row(const std::string& name, const std::string& address,
                     std::vector<std::string> components) {
    cluster::NodeRow node;
    node.name = name;
    node.address = address;
    node.agent_port = 61616;
    node.roles = components;
    node.components = std::move(components);
    node.ports = {{"device", 30002}, {"front", 30001}};
    return node;
}

std::vector<std::string> addresses(const std::vector<Reach>& all) {
    std::vector<std::string> some;
    for (const Reach& one : all)
        some.push_back(one.address);
    return some;
}

} // namespace

TEST_CASE("reach: a greeter proves that this very host answers, to several at once") {
    const Greeter greeter("127.0.0.1", 0);
    const Greeter other("127.0.0.1", 0);
    const std::string at = cluster::endpoint("127.0.0.1", greeter.port());
    CHECK(cluster::unreached(
              {{"it", at, greeter.greeting()}, {"it", at, greeter.greeting()}, {"the port", at}})
              .empty());
    const std::vector<Unreached> wrong = cluster::unreached({{"it", at, other.greeting()}});
    REQUIRE(wrong.size() == 1);
    CHECK(wrong[0].why == "another one answers there");
    CHECK_FALSE(wrong[0].refused);
}

TEST_CASE("reach: the port is free for the agent when the greeter is gone") {
    std::uint16_t port = 0;
    {
        const Greeter greeter("127.0.0.1", 0);
        port = greeter.port();
        CHECK(cluster::unreached({{"it", cluster::endpoint("127.0.0.1", port), greeter.greeting()}})
                  .empty());
    }
    CHECK_NOTHROW(Greeter("127.0.0.1", port));
    const Greeter holder("127.0.0.1", port);
    CHECK(contains(error_of([&] { Greeter("127.0.0.1", port); }).what(),
                   boost::system::error_code(boost::asio::error::address_in_use).message()));
}

TEST_CASE("reach: what does not answer is told, all within one time") {
    const Mute mute;
    const auto begun = std::chrono::steady_clock::now();
    const std::vector<Unreached> failed =
        cluster::unreached({{"mute", cluster::endpoint("127.0.0.1", mute.port), "hello"},
                            {"mute too", cluster::endpoint("127.0.0.1", mute.port), "hello"},
                            {"nobody", cluster::endpoint("127.0.0.1", free_port())},
                            {"open", cluster::endpoint("127.0.0.1", mute.port)}},
                           std::chrono::milliseconds(300));
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(3));
    REQUIRE(failed.size() == 3);
    CHECK(contains(failed[0].why, "says nothing"));
    CHECK(failed[1].to.what == "mute too");
    CHECK(failed[2].to.what == "nobody");
    CHECK(failed[2].refused);
    const auto again = cluster::unreached_from_json(cluster::to_json(failed));
    REQUIRE(again.size() == 3);
    CHECK(again[2].to == failed[2].to);
    CHECK(again[2].why == failed[2].why);
    CHECK(again[2].refused);
}

TEST_CASE("reach: what each node needs of the others") {
    datasource::Settings database;
    database.kind = datasource::Kind::postgresql;
    database.host = "db.example";
    database.port = 5432;
    const suite::Manifest manifest = small_manifest();
    const std::vector<cluster::NodeRow> all = {row("a", "10.0.0.1", {"server", "balancer"}),
                                               row("b", "2001:db8::2", {"server"}),
                                               row("c", "10.0.0.3", {"balancer"})};
    CHECK(addresses(cluster::needs_of(all[0], all, manifest, database)) ==
          std::vector<std::string>{"[2001:db8::2]:61616", "[2001:db8::2]:30002", "10.0.0.3:61616",
                                   "db.example:5432"});
    CHECK(addresses(cluster::needs_of(all[1], all, manifest, database)) ==
          std::vector<std::string>{"10.0.0.1:61616", "10.0.0.3:61616", "db.example:5432"});
    // No server: no database.
    CHECK(addresses(cluster::needs_of(all[2], all, manifest, database)) ==
          std::vector<std::string>{"10.0.0.1:61616", "10.0.0.1:30002", "[2001:db8::2]:61616",
                                   "[2001:db8::2]:30002"});
    database.kind = datasource::Kind::sqlite;
    CHECK(addresses(cluster::needs_of(all[1], all, manifest, database)).size() == 2);
}

TEST_CASE("introduction: what is told arrives, an older server tells nothing") {
    CHECK(cluster::introduction_from_json("{}").by.empty());
    cluster::Introduction told;
    told.by = "a";
    told.database_ahead_ms = -12;
    told.needs = {{"the agent of a", "10.0.0.1:61616"}};
    told.cannot_reach_it = {{"a", "timed out"}};
    told.silent = {{"b", "no sign"}};
    told.members = {row("a", "10.0.0.1", {"server"})};
    const cluster::Introduction heard = cluster::introduction_from_json(cluster::to_json(told));
    CHECK(heard.by == "a");
    CHECK(heard.database_ahead_ms == -12);
    CHECK(heard.needs == told.needs);
    CHECK(heard.cannot_reach_it == told.cannot_reach_it);
    CHECK(heard.silent == told.silent);
    REQUIRE(heard.members.size() == 1);
    CHECK(heard.members[0].components == std::vector<std::string>{"server"});
}
