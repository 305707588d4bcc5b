// A node that was removed from its cluster by name hears it from the registry, and from nobody
// else: then its services are stopped and stay so.

#include "cluster/departure.hpp"
#include "cluster/heart.hpp"
#include "cluster/start_gate.hpp"
#include "installer/installed_node.hpp"
#include "tests/support/site.hpp"

#include <fmt/ranges.h>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::NodeRow;
using cluster::NodeState;
using cluster::ServiceState;
using cluster::ServiceStatus;

namespace {

NodeRow row(const std::string& name, const std::string& role) {
    NodeRow made;
    made.name = name;
    made.installation = "installation of " + name;
    made.roles = {role};
    return made;
}

// They run until they are stopped, and no process is made for it.
class Pretended final : public cluster::Services {
public:
    explicit Pretended(const std::vector<std::string>& services) {
        for (const std::string& service : services) {
            ServiceState state;
            state.spec.name = state.spec.component = service;
            state.spec.version = "1.0";
            state.status = ServiceStatus::running;
            states_.push_back(state);
        }
    }
    void start(const cluster::ServiceSpec&) override {}
    void stop(const std::string& service, cluster::Stop) override {
        if (service == hangs)
            throw engine::Error(service + " does not end");
        const std::lock_guard lock(mutex_);
        for (ServiceState& state : states_)
            if (state.spec.name == service)
                state.status = ServiceStatus::stopped;
    }
    void reload(const cluster::ServiceSpec&) override {}
    void forget(const std::string&) override {}
    std::vector<ServiceState> states() override {
        const std::lock_guard lock(mutex_);
        return states_;
    }
    std::string log_end(const cluster::ServiceSpec&, std::uint64_t) override { return ""; }
    std::string log_place(const cluster::ServiceSpec&) const override { return ""; }

    std::string running() {
        std::vector<std::string> names;
        for (const ServiceState& state : states())
            if (state.status != ServiceStatus::stopped)
                names.push_back(state.spec.name);
        return fmt::format("{}", fmt::join(names, ", "));
    }
    void hold(std::size_t service) { states_.at(service).status = ServiceStatus::held; }

    std::string hangs;

private:
    std::mutex mutex_;
    std::vector<ServiceState> states_;
};

constexpr const char* both = "balancer, server";

// node-1, whose agent is about to run, and another server.
struct Member : Site {
    Pretended services{{"balancer", "server"}};
    cluster::Store store;
    cluster::Registry registry{store};
    NodeState own;

    Member() : Site({"server", "balancer"}), store(opened()), own(state()) {
        registry.add_node(row("node-2", "server"));
    }
    std::chrono::milliseconds beat() { return cluster::beat(layout(), services, store); }
    void remove() { registry.remove_node("node-1", own.installation_id); }
    bool known() const { return cluster::known_as_removed(layout(), own); }
    std::string gate(const std::string& component) const {
        cluster::ServiceSpec spec;
        spec.name = spec.component = component;
        spec.version = "1.0";
        return cluster::start_gate(layout())(spec).value_or("");
    }

private:
    cluster::Store opened() {
        run_until("agent/start");
        return cluster::Store(*installation().facts.datasource, "small");
    }
    NodeState state() const { return cluster::load_node_state(layout()); }
};

} // namespace

TEST_CASE("departure: who is removed is told by this cluster's registry, as a whole") {
    NodeState own;
    own.name = "node-1";
    own.installation_id = "installation of node-1";
    own.cluster_id = "c1";
    const NodeRow itself = row("node-1", "server");
    const NodeRow server = row("node-2", "server");
    CHECK(cluster::is_removed(own, "c1", {server}));
    CHECK(cluster::is_removed(own, "c1", {row("node-3", "balancer"), server}));
    CHECK_FALSE(cluster::is_removed(own, "c1", {itself, server}));
    CHECK_FALSE(cluster::is_removed(own, "c1", {itself}));
    // Of a registry that is being restored.
    CHECK_FALSE(cluster::is_removed(own, "c1", {}));
    CHECK_FALSE(cluster::is_removed(own, "c1", {row("node-3", "balancer")}));
    CHECK_FALSE(cluster::is_removed(own, "", {server}));
    // Of another cluster.
    CHECK_FALSE(cluster::is_removed(own, "c2", {server}));
    // Its name was given to another installation.
    NodeRow another = itself;
    another.installation = "another";
    CHECK(cluster::is_removed(own, "c1", {another}));
}

TEST_CASE("departure: a member reports, and goes on") {
    Member node;
    CHECK(node.beat() < 5s);
    CHECK(node.services.running() == both);
    CHECK(!node.known());
    CHECK(node.gate("server") == "");
    CHECK(node.registry.node("node-1").services.at("server") == "running");
}

TEST_CASE("departure: a node that was removed stops what runs and what is held, for good") {
    Member node;
    node.beat();
    REQUIRE(node.gate("server") == "");
    node.services.hold(0);
    node.remove();
    CHECK(node.beat() > 5s); // it has nothing more to report
    CHECK(node.services.running() == "");
    CHECK(node.known());
    for (const char* component : {"server", "balancer"})
        CHECK(node.gate(component) ==
              "node-1 was removed from its cluster: locum uninstall --root " + node.root() +
                  ", then install it anew");
    CHECK(node.registry.nodes().size() == 1);

    // Neither while the database is away, nor on a copy.
    { const cluster::Store closed(std::move(node.store)); }
    platform::rename_durably(cluster::registry_file(*node.installation().facts.datasource),
                             node.folder() + "/away");
    NodeState state = node.own;
    state.mode = cluster::Mode::update;
    state.copy = cluster::NodeCopy{"/copy", 1, "upgrade-1", "1"};
    cluster::store_node_state(node.layout(), state);
    CHECK(contains(node.gate("server"), "was removed from its cluster"));
}

TEST_CASE("departure: a service that does not stop is stopped again soon") {
    Member node;
    node.remove();
    node.services.hangs = "server";
    CHECK(node.beat() < 5s);
    CHECK(node.services.running() == "server");
    node.services.hangs.clear();
    CHECK(node.beat() > 5s);
    CHECK(node.services.running() == "");
}

TEST_CASE("departure: nothing is concluded from a registry that does not answer as one") {
    Member node;
    SUBCASE("it has no server: it is being restored") {
        node.remove();
        node.registry.remove_node("node-2");
        CHECK(node.beat() < 5s);
    }
    SUBCASE("it is another cluster's") {
        node.remove();
        node.registry.set_fact(cluster::fact::cluster, "another");
        CHECK(node.beat() < 5s);
    }
    SUBCASE("it is dropped") {
        node.store.destroy();
        CHECK_THROWS_AS(node.beat(), engine::Error);
    }
    CHECK(node.services.running() == both);
    CHECK(!node.known());
}

TEST_CASE("departure: a node that leaves by itself is its uninstallation's") {
    Member node;
    SUBCASE("it leaves just now") {
        platform::write_file(node.layout().state_file(cluster::leaving_marker), "", 0600);
    }
    SUBCASE("it has left") {
        installer::keep_left(node.layout(), node.own);
    }
    node.remove();
    CHECK(node.beat() < 5s);
    CHECK(node.services.running() == both);
    CHECK(!node.known());
}

TEST_CASE("departure: a mark of an installation before this one does not count") {
    Member node;
    NodeState before = node.own;
    before.installation_id = "of before";
    installer::keep_left(node.layout(), before);
    cluster::keep_removed(node.layout(), before);
    CHECK(node.gate("server") == "");
    node.remove();
    node.beat();
    CHECK(node.services.running() == "");
}

TEST_CASE("departure: where the registry has the node again, its services may start") {
    Member node;
    const NodeRow was = node.registry.node("node-1");
    node.remove();
    node.beat();
    REQUIRE(node.gate("server") != "");
    node.registry.add_node(was); // the right backup at last
    CHECK(node.beat() < 5s);
    CHECK(!node.known());
    CHECK(node.gate("server") == "");
    CHECK(node.services.running() == ""); // by whoever knows whether they should
}

TEST_CASE("departure: whoever would act for the cluster there is refused, with the way out") {
    Member node;
    CHECK_NOTHROW(require_not_removed(node.store, node.layout(), node.own));
    node.remove();
    const auto refused = [&] {
        return error_of([&] { require_not_removed(node.store, node.layout(), node.own); });
    };
    CHECK(refused().kind() == engine::Kind::refused);
    CHECK(
        contains(refused().what(), "this host was removed from its cluster, where it was node-1"));
    CHECK(!contains(refused().what(), "has stopped"));
    CHECK(refused().remedy() == "locum uninstall --root " + node.root() + ", then install it anew");
    node.beat();
    CHECK(contains(refused().what(), "; its agent has stopped its services"));
}
