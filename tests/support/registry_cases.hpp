// The cases that registry and operations keep on every engine. The file that includes this
// one defines before, in an unnamed namespace,
//     struct Database { locum::datasource::Settings settings() const; };
// an empty database of its own for each object, gone or emptied with it.

#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "cluster/registry.hpp"
#include "platform/host.hpp"
#include "tests/support/scratch.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using cluster::Lease;
using cluster::NodeRow;
using cluster::Operation;
using cluster::Operations;
using cluster::OperationState;
using cluster::Registry;
using cluster::Store;
using engine::Kind;
using engine::Mark;

namespace {

struct Cluster : Database {
    Store store{settings(), "small", Store::Missing::is_made};
    Registry registry{store};
    Operations operations{store};

    Cluster() { store.create(); }

    Operation operation(const std::string& id) const {
        Operation made;
        made.id = id;
        made.kind = "upgrade";
        made.inputs = R"({"to":"2.0"})";
        made.input_hash = "hash";
        made.plan_hash = "plan hash";
        made.plan = "a/1  do it\nb/2  don't";
        return made;
    }
    std::int64_t number(const std::string& sql) {
        return std::stoll(store.query(sql)[0][0].value());
    }
};

NodeRow node(const std::string& name) {
    NodeRow row;
    row.name = name;
    row.installation = "installation of " + name;
    row.machine = "machine";
    row.address = "10.0.0.1";
    row.agent_port = 61616;
    row.roles = {"server", "balancer"};
    row.components = {"server", "it's \"odd\""};
    row.ports = {{"device", 30001}};
    row.versions = {{"server", "1.0"}};
    row.process = 4711;
    row.services = {{"server", "running"}};
    return row;
}

std::vector<std::string> names(const std::vector<NodeRow>& nodes) {
    std::vector<std::string> all;
    for (const NodeRow& one : nodes)
        all.push_back(one.name);
    return all;
}

} // namespace

TEST_CASE("store: made whole, found, and removed again") {
    Database database;
    Store store(database.settings(), "small", Store::Missing::is_made);
    CHECK(!store.exists());
    CHECK_NOTHROW(store.destroy());
    store.create();
    CHECK(store.exists());
    Registry(store).set_fact("cluster", "c1");
    CHECK_THROWS_AS(store.create(), engine::Error);
    CHECK(Registry(store).fact("cluster") == "c1");
    CHECK(Store(database.settings(), "small").exists());
    store.destroy();
    CHECK(!store.exists());
}

TEST_CASE("registry: facts") {
    Cluster cluster;
    CHECK(cluster.registry.fact("version") == "");
    cluster.registry.set_fact("version", "1.0");
    cluster.registry.set_fact("version", "2.0'; DROP TABLE fact; --");
    CHECK(cluster.registry.fact("version") == "2.0'; DROP TABLE fact; --");
    cluster.registry.set_fact("version", "");
    CHECK(cluster.registry.fact("version") == "");
    CHECK(std::abs(cluster.registry.now_ms() - platform::now_ms()) < 2000);
}

TEST_CASE("registry: a node as it was added") {
    Cluster cluster;
    NodeRow row = node("node-1");
    row.mode = cluster::Mode::update;
    row.out = true;
    cluster.registry.add_node(row);
    const NodeRow found = cluster.registry.node("node-1");
    CHECK(found.installation == row.installation);
    CHECK(found.machine == row.machine);
    CHECK(found.address == row.address);
    CHECK(found.agent_port == row.agent_port);
    CHECK(found.roles == row.roles);
    CHECK(found.components == row.components);
    CHECK(found.ports == row.ports);
    CHECK(found.versions == row.versions);
    CHECK(found.mode == row.mode);
    CHECK(found.out);
    CHECK(found.process == row.process);
    CHECK(found.services == row.services);
    CHECK(found.joined_ms == found.seen_ms);
    CHECK(std::abs(found.joined_ms - cluster.registry.now_ms()) < 10'000);
    CHECK(found.has_role("balancer"));
    CHECK(!found.has_role("console"));
    CHECK(found.has("server"));
    CHECK(!found.has("balancer"));

    const NodeRow wired = cluster::node_from_json(cluster::to_json(row));
    CHECK(wired.components == row.components);
    CHECK(wired.ports == row.ports);
    CHECK(wired.mode == row.mode);
    CHECK(wired.out);
}

TEST_CASE("registry: adding twice is once, a name or an installation belongs to one node") {
    Cluster cluster;
    cluster.registry.add_node(node("node-1"));
    cluster.registry.add_node(node("node-1"));
    CHECK(names(cluster.registry.nodes()) == std::vector<std::string>{"node-1"});
    NodeRow other = node("node-1");
    other.installation = "another";
    const engine::Error error = error_of([&] { cluster.registry.add_node(other); });
    CHECK(error.kind() == Kind::refused);
    CHECK(contains(error.what(), "'node-1'"));
    CHECK(!error.remedy().empty());
    other = node("node-2");
    other.installation = node("node-1").installation;
    CHECK(error_of([&] { cluster.registry.add_node(other); }).kind() == Kind::refused);
    CHECK(names(cluster.registry.nodes()) == std::vector<std::string>{"node-1"});
}

TEST_CASE("registry: of two hosts that take a name at the same moment exactly one gets it") {
    Cluster cluster;
    for (int round = 0; round < 10; ++round) {
        std::atomic<int> ready = 0, refused = 0, other = 0;
        auto add = [&](const std::string& installation) {
            Store store(cluster.settings(), "small");
            NodeRow row = node("node-1");
            row.installation = installation;
            ++ready;
            while (ready < 2)
                std::this_thread::yield();
            try {
                Registry(store).add_node(row);
            } catch (const engine::Error& error) {
                ++(error.kind() == Kind::refused ? refused : other);
            }
        };
        std::thread second([&] { add("b"); });
        add("a");
        second.join();
        CHECK(refused.load() == 1);
        CHECK(other.load() == 0);
        cluster.registry.remove_node("node-1");
    }
}

TEST_CASE("registry: nodes oldest first, one that is not there is named with those that are") {
    Cluster cluster;
    for (const char* name : {"c", "a", "b"}) {
        cluster.registry.add_node(node(name));
        REQUIRE(within(20s, [&, before = cluster.registry.now_ms()] {
            return cluster.registry.now_ms() > before;
        }));
    }
    CHECK(names(cluster.registry.nodes()) == std::vector<std::string>{"c", "a", "b"});
    const engine::Error error = error_of([&] { cluster.registry.node("d"); });
    CHECK(error.kind() == Kind::usage);
    CHECK(contains(error.what(), "'d'"));
    CHECK(contains(error.what(), "c, a, b"));
    cluster.registry.remove_node("a");
    cluster.registry.remove_node("nobody");
    // One that was removed, and whose name is another's since.
    cluster.registry.remove_node("b", "the one before");
    CHECK(names(cluster.registry.nodes()) == std::vector<std::string>{"c", "b"});
    cluster.registry.remove_node("b", cluster.registry.node("b").installation);
    CHECK(names(cluster.registry.nodes()) == std::vector<std::string>{"c"});
}

TEST_CASE("registry: mode, rotation and what an agent reports, of one node only") {
    Cluster cluster;
    cluster.registry.add_node(node("node-1"));
    cluster.registry.add_node(node("node-2"));
    cluster.registry.set_mode("node-1", cluster::Mode::update);
    cluster.registry.set_out("node-1", true);
    CHECK(cluster.registry.node("node-1").mode == cluster::Mode::update);
    CHECK(cluster.registry.node("node-1").out);
    CHECK(cluster.registry.node("node-2").mode == cluster::Mode::normal);
    CHECK(!cluster.registry.node("node-2").out);

    NodeRow report = node("node-1");
    report.process = 9;
    report.services = {{"server", "held"}};
    report.versions = {{"server", "2.0"}};
    REQUIRE(within(20s, [&] {
        return cluster.registry.now_ms() > cluster.registry.node("node-1").joined_ms;
    }));
    CHECK(cluster.registry.report(report));
    const NodeRow found = cluster.registry.node("node-1");
    CHECK(found.process == 9);
    CHECK(found.services == report.services);
    CHECK(found.versions == report.versions);
    CHECK(found.seen_ms > found.joined_ms);
    CHECK(found.mode == cluster::Mode::update); // not the agent's to say

    report.installation = "one that was removed";
    report.process = 10;
    CHECK(!cluster.registry.report(report));
    CHECK(!cluster.registry.report(node("node-3")));
    CHECK(cluster.registry.node("node-1").process == 9);
    CHECK(names(cluster.registry.nodes()).size() == 2);
}

TEST_CASE("registry: admissions are kept") {
    Cluster cluster;
    cluster.registry.add_admission("node-2", "node-1", "ab:cd");
    CHECK(cluster.store.query("SELECT node, admitted_by, certificate FROM {r}admission") ==
          datasource::Rows{{"node-2", "node-1", "ab:cd"}});
    // The first node was admitted by nobody.
    for (const char* name : {"node-1", "node-2"})
        CHECK(cluster::was_admitted(cluster.store, name));
    CHECK(!cluster::was_admitted(cluster.store, "node-3"));
}

TEST_CASE("operations: one is open at a time, whatever its state") {
    Cluster cluster;
    const std::uint64_t epoch = 0; // nobody has had the lease yet
    CHECK(!cluster.operations.open());
    CHECK(!cluster.operations.last());
    cluster.operations.begin(cluster.operation("upgrade-1"));
    const Operation open = cluster.operations.open().value();
    CHECK(open.id == "upgrade-1");
    CHECK(open.kind == "upgrade");
    CHECK(open.state == OperationState::running);
    CHECK(open.inputs == cluster.operation("").inputs);
    CHECK(open.input_hash == "hash");
    CHECK(open.plan_hash == "plan hash");
    CHECK(open.plan == cluster.operation("").plan);
    CHECK(open.open());
    CHECK(open.started_ms == open.changed_ms);

    for (OperationState state :
         {OperationState::running, OperationState::paused, OperationState::rolling_back}) {
        cluster.operations.set_state("upgrade-1", epoch, state, "it's so");
        const engine::Error error =
            error_of([&] { cluster.operations.begin(cluster.operation("upgrade-2")); });
        CHECK(error.kind() == Kind::busy);
        CHECK(contains(error.what(), "upgrade-1"));
        CHECK(contains(error.what(), name(state)));
        CHECK(!error.remedy().empty());
        CHECK(cluster.operations.open()->state == state);
        CHECK(cluster.operations.open()->message == "it's so");
    }
    cluster.operations.set_state("upgrade-1", epoch, OperationState::done, "");
    CHECK(!cluster.operations.open());
    CHECK(cluster.operations.last()->id == "upgrade-1");
    CHECK(!cluster.operations.last()->open());
    cluster.operations.begin(cluster.operation("upgrade-2"));
    CHECK(cluster.operations.open()->id == "upgrade-2");
    CHECK(cluster.operations.last()->id == "upgrade-1");
    REQUIRE(within(20s, [&, before = cluster.registry.now_ms()] {
        return cluster.registry.now_ms() > before;
    }));
    cluster.operations.set_state("upgrade-2", epoch, OperationState::rolled_back, "");
    CHECK(cluster.operations.last()->id == "upgrade-2");
    CHECK(cluster.operations.last()->state == OperationState::rolled_back);
}

TEST_CASE("operations: the state is the current coordinator's to say, and nobody else's") {
    Cluster cluster;
    cluster.operations.begin(cluster.operation("upgrade-1"));
    const Lease lease(cluster.settings(), "small", "test");
    cluster.operations.set_state("upgrade-1", lease.epoch(), OperationState::paused, "mine");
    for (std::uint64_t epoch : {lease.epoch() - 1, lease.epoch() + 1}) {
        const engine::Error error = error_of([&] {
            cluster.operations.set_state("upgrade-1", epoch, OperationState::rolled_back, "theirs");
        });
        CHECK(error.kind() == Kind::busy);
        CHECK(!error.remedy().empty());
    }
    CHECK(cluster.operations.open()->state == OperationState::paused);
    CHECK(cluster.operations.open()->message == "mine");
}

TEST_CASE("journal: records in order, of one operation, with their moments") {
    Cluster cluster;
    const Lease lease(cluster.settings(), "small", "test");
    for (const char* id : {"upgrade-1", "upgrade-2"}) {
        cluster.operations.begin(cluster.operation(id));
        cluster.operations.set_state(id, lease.epoch(), OperationState::done, "");
    }
    cluster::RegistryJournal journal(cluster.store);
    const std::vector<engine::Record> records = {
        {"upgrade-1", lease.epoch(), "a/1", Mark::intent, "hash", "memo with 'quotes' and \n"},
        {"upgrade-1", lease.epoch(), "a/1", Mark::done, "hash", ""},
        {"upgrade-1", lease.epoch(), "b/2", Mark::intent, "hash", ""},
        {"upgrade-1", lease.epoch(), "b/2", Mark::undone, "hash", ""},
    };
    for (const engine::Record& record : records)
        journal.append(record);
    journal.append({"upgrade-2", lease.epoch(), "a/1", Mark::intent, "hash", ""});
    CHECK(journal.records("upgrade-1") == records);
    CHECK(journal.records("upgrade-2").size() == 1);
    CHECK(journal.records("upgrade-3").empty());
    const std::vector<cluster::Moment> moments = cluster.operations.timeline("upgrade-1");
    REQUIRE(moments.size() == records.size());
    for (std::size_t i = 0; i < moments.size(); ++i) {
        CHECK(moments[i].step == records[i].step);
        CHECK(moments[i].mark == records[i].mark);
        if (i > 0)
            CHECK(moments[i].at_ms >= moments[i - 1].at_ms);
    }
}

TEST_CASE("journal: an epoch that is not the lease's writes nothing") {
    Cluster cluster;
    cluster.operations.begin(cluster.operation("upgrade-1"));
    cluster::RegistryJournal journal(cluster.store);
    std::uint64_t old = 0;
    {
        const Lease first(cluster.settings(), "small", "first");
        old = first.epoch();
        journal.append({"upgrade-1", old, "a/1", Mark::intent, "hash", ""});
    }
    const Lease second(cluster.settings(), "small", "second");
    for (std::uint64_t epoch : {old, std::uint64_t{0}, second.epoch() + 1}) {
        const engine::Error error = error_of([&] {
            journal.append({"upgrade-1", epoch, "a/1", Mark::done, "hash", ""});
        });
        CHECK(error.kind() == Kind::busy);
        CHECK(contains(error.what(), std::to_string(epoch)));
        CHECK(!error.remedy().empty());
    }
    CHECK(journal.records("upgrade-1").size() == 1);
    journal.append({"upgrade-1", second.epoch(), "a/1", Mark::done, "hash", ""});
    CHECK(journal.records("upgrade-1").size() == 2);
}
