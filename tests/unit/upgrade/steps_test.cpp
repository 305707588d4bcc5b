// The steps that the coordinator does by itself keep the contract of steps; here on an embedded
// database. Those that talk to agents are for the integration tests.

#include "datasource/migration.hpp"
#include "tests/support/step_contract.hpp"
#include "tests/unit/upgrade/coordinator.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/database.hpp"
#include "upgrade/steps/migrate.hpp"
#include "upgrade/steps/node.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Mode;
namespace steps = upgrade::steps;

namespace {

// Facts and nodes of the registry, schema of the productive database, backups.
std::string world(Coordinator& coordinator) {
    upgrade::Conductor& conductor = coordinator.conductor();
    std::string text;
    for (std::string_view fact :
         {cluster::fact::version, cluster::fact::manifest, cluster::fact::fence})
        text += std::string(fact) + "=" + conductor.registry().fact(fact) + "\n";
    for (const cluster::NodeRow& node : conductor.registry().nodes())
        text += node.name + " " + std::string(name(node.mode)) + (node.out ? " out\n" : "\n");
    const auto connection =
        datasource::connect(conductor.upgrade().settings, conductor.upgrade().settings.locum);
    for (const auto& row : connection->query("SELECT sql FROM sqlite_master WHERE name = 'thing'"))
        text += row[0].value() + "\n";
    text += connection->query("SELECT version FROM schema_version")[0][0].value() + "\n";
    return text + fingerprint(coordinator.site().layout().data() + "/backup", false);
}

std::string promises_broken_by(Coordinator& coordinator,
                               const std::function<engine::Step()>& make) {
    return broken_promises({make, [&] { return world(coordinator); }});
}

} // namespace

TEST_CASE("fence keeps the contract: taken back, nothing keeps the application out") {
    Coordinator coordinator;
    CHECK(promises_broken_by(coordinator, [&] {
              return steps::fence(coordinator.conductor(), "node-3/fence");
          }) == "");
    CHECK(coordinator.conductor().registry().fact(cluster::fact::fence) == "");
}

TEST_CASE("set_mode keeps the contract, both ways") {
    Coordinator coordinator;
    for (Mode mode : {Mode::update, Mode::normal}) {
        coordinator.conductor().registry().set_mode("node-1", mode == Mode::update ? Mode::normal
                                                                                   : Mode::update);
        CHECK(promises_broken_by(coordinator, [&] {
                  return steps::set_mode(coordinator.conductor(), "node-1/mode", "node-1", mode,
                                         "changes mode");
              }) == "");
    }
}

TEST_CASE("back_up keeps the contract, the backup can be read") {
    Coordinator coordinator;
    CHECK(promises_broken_by(coordinator, [&] {
              return steps::back_up(coordinator.conductor(), "node-3/backup");
          }) == "");
    const std::string file = coordinator.site().layout().data() + "/backup/upgrade-1-1.sqlite";
    CHECK(datasource::connect_file(file, {})->query("SELECT version FROM schema_version")[0][0] ==
          "1");
    CHECK(platform::has_mode(permissions(platform::parent_of(file)), 0700));
}

TEST_CASE("migrate keeps the contract of what cannot be undone") {
    Coordinator coordinator;
    coordinator.conductor().registry().remove_node("node-1"); // its agent could prove nothing
    CHECK(promises_broken_by(coordinator, [&] {
              return steps::migrate(coordinator.conductor(), "node-3/migrate");
          }) == "");
    CHECK(contains(world(coordinator), "colour text"));
}

TEST_CASE("migrate: with an epoch that is over nothing is changed") {
    Coordinator coordinator;
    coordinator.conductor().registry().remove_node("node-1");
    coordinator.conductor().store().execute("UPDATE {r}lease SET epoch = epoch + 1");
    const std::string before = world(coordinator);
    engine::SilentReporter silent;
    const engine::Error error =
        error_of([&] { steps::migrate(coordinator.conductor(), "node-3/migrate").apply(silent); });
    CHECK(error.kind() == engine::Kind::busy);
    CHECK(world(coordinator) == before);
}

TEST_CASE("unfence and publish_version keep the contract of what needs no undo") {
    Coordinator coordinator;
    engine::SilentReporter silent;
    steps::fence(coordinator.conductor(), "node-3/fence").apply(silent);
    CHECK(promises_broken_by(coordinator, [&] {
              return steps::unfence(coordinator.conductor(), "node-3/unfence");
          }) == "");
    CHECK(promises_broken_by(coordinator, [&] {
              return steps::publish_version(coordinator.conductor(), "end/version");
          }) == "");
    CHECK(coordinator.conductor().registry().fact(cluster::fact::version) == "2.0");
}

TEST_CASE("barrier: a server whose agent does not answer blocks, the last one itself does not") {
    Coordinator coordinator;
    upgrade::Conductor& conductor = coordinator.conductor();
    engine::SilentReporter silent;
    CHECK(steps::barrier(conductor, "node-1/barrier", "node-1").apply(silent) == "0 proven");
    cluster::NodeRow other = conductor.registry().node("node-1");
    other.name = "node-2";
    other.installation = "another";
    conductor.registry().add_node(other);
    const engine::Error error =
        error_of([&] { steps::barrier(conductor, "node-1/barrier", "node-1").apply(silent); });
    CHECK(error.kind() == engine::Kind::paused);
    CHECK(contains(error.what(), "node-2 does not answer"));
    CHECK(contains(error.remedy(), "locum node remove node-2"));
    conductor.registry().remove_node("node-2");
    CHECK(steps::barrier(conductor, "node-1/barrier", "node-1").apply(silent) == "0 proven");
}

TEST_CASE("of a balancer that goes it is told whether another one is left") {
    using Others = std::vector<installer::Components>;
    CHECK(steps::balancer_goes("balancer", "node-1", Others{{"server"}}) ==
          "no balancer is left in the cluster");
    CHECK(steps::balancer_goes("balancer", "node-1", Others{{"server"}, {"balancer"}}) ==
          "clients that use the balancer of node-1 must use another node's");
    CHECK(steps::balancer_goes("balancer", "node-1", std::nullopt) ==
          "clients that use the balancer of node-1 must use another node's, where there is one");
}
