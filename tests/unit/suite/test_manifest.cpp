#include "engine/error.hpp"
#include "platform/files.hpp"
#include "suite/manifest.hpp"
#include "tests/support/sources.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::suite;

namespace {

Manifest example() {
    const std::string file =
        locum::testing::source_file("examples/endpoint-manager/suite-2.0.toml");
    return parse_manifest(platform::read_file(file), file);
}

} // namespace

TEST_CASE("the example's manifest is read whole") {
    const Manifest m = example();
    CHECK(m.format == 1);
    CHECK(m.locum.text() == "0.1");
    CHECK(m.name == "endpoint-manager");
    CHECK(m.title == "Endpoint Manager");
    CHECK(m.version.text() == "2.0");
    CHECK(m.schema == "2.0");
    CHECK(m.licence == "text/licence.txt");
    CHECK(m.information == "text/information.txt");
    CHECK(m.upgrades_from == std::vector<std::string>{"1.0"});
    CHECK(m.old_binary_on_new_schema == Compatibility::breaks);
    CHECK(m.new_binary_on_old_schema == Compatibility::breaks);
    CHECK(m.parts.empty());
    CHECK(m.files.empty());
}

TEST_CASE("components and topologies keep the order of the file") {
    const Manifest m = example();
    REQUIRE(m.components.size() == 5);
    CHECK(m.components[0].name == "server");
    CHECK(m.components[0].role == Role::server);
    CHECK(m.components[0].payload == "payload/server");
    CHECK(m.components[0].memory_mb == 64);
    CHECK(m.components[1].name == "balancer");
    CHECK(m.components[1].role == Role::balancer);
    CHECK(m.components[1].cluster_requires == std::vector<std::string>{"server"});
    CHECK(m.component("balancer") == &m.components[1]);
    CHECK(m.components[2].with == "server");
    CHECK(m.components[2].requires_ == std::vector<std::string>{"server"});
    CHECK(m.component("consoles") == nullptr);
    REQUIRE(m.topologies.size() == 4);
    CHECK(m.topologies[0].name == "stand-alone");
    CHECK(m.topologies[2].components ==
          std::vector<std::string>{"server", "administrator", "web-app", "balancer", "console"});
}

TEST_CASE("ports, configs, services, probes and balancing are read") {
    const Manifest m = example();
    REQUIRE(m.ports.size() == 2);
    REQUIRE(m.ports[0].choices.size() == 2);
    CHECK(m.ports[0].choices[0].when == "balancer");
    CHECK(m.ports[0].choices[0].port == 30002);
    CHECK(m.ports[0].choices[1].when == "");
    CHECK(m.ports[0].choices[1].port == 30001);
    REQUIRE(m.configs.size() == 3);
    CHECK(m.configs[0].template_file == "templates/server.conf.in");
    CHECK(m.configs[0].to == "{etc}/server.conf");
    CHECK(m.configs[0].mode == 0600);
    REQUIRE(m.services.size() == 2);
    CHECK(m.services[0].argv.size() == 3);
    CHECK(m.services[0].environment.at("TZ") == "UTC");
    CHECK(m.services[0].user == "endpoint-manager");
    CHECK(m.services[0].stop_timeout == std::chrono::seconds(10));
    CHECK_FALSE(m.services[0].reload_signal);
    CHECK(m.services[1].stop_timeout == std::chrono::seconds(5));
    CHECK(m.services[1].reload_signal == "USR2");
    REQUIRE(m.probes.size() == 5);
    CHECK(std::get<HttpProbe>(m.probes[0].how).url == "http://{node.address}:{port.device}/probe");
    CHECK(std::get<HttpProbe>(m.probes[0].how).status == 200);
    CHECK(std::get<HttpProbe>(m.probes[0].how).body == "ok");
    CHECK(!m.probes[0].proves_version);
    CHECK(std::get<HttpProbe>(m.probes[1].how).body == "ok 2.0");
    CHECK(m.probes[1].proves_version);
    CHECK(std::get<TcpProbe>(m.probes[2].how).address == "{node.address}:{port.device}");
    REQUIRE(m.balancing);
    CHECK(m.balancing->socket == "{run}/haproxy.sock");
    CHECK(m.balancing->backend == "servers");
}

TEST_CASE("the database's engines are read, migrations by name") {
    const Manifest m = example();
    CHECK(m.database.application_name == "endpoint-manager");
    CHECK(m.database.node_local == std::vector<std::string>{"session", "device_seen"});
    REQUIRE(m.database.engines.size() == 2);
    const Engine& engine = m.database.engines.at(datasource::Kind::postgresql);
    CHECK(engine.version.query == "SELECT version FROM schema_version");
    CHECK(engine.version.record == "UPDATE schema_version SET version = $1");
    REQUIRE(engine.migrations.size() == 2);
    CHECK(engine.migrations[0].from == "");
    CHECK(engine.migrations[0].to == "1.0");
    CHECK(engine.migrations[1].from == "1.0");
    CHECK(engine.migrations[1].run.at(0).name == "migrations/postgresql/1.0-2.0.sql");
    CHECK(engine.migrations[1].run.at(0).sql == "");
    CHECK(engine.copy_ddl == "");
}

TEST_CASE("the parts of a bundle follow from its manifest") {
    CHECK(part_paths(example()) ==
          std::vector<std::string>{
              "migrations/postgresql/1.0-2.0.sql", "migrations/postgresql/1.0.sql",
              "migrations/sqlite/1.0-2.0.sql", "migrations/sqlite/1.0.sql",
              "payload/administrator.tar.zst", "payload/balancer.tar.zst",
              "payload/console.tar.zst", "payload/server.tar.zst", "payload/web-app.tar.zst",
              "templates/console.conf.in", "templates/haproxy.cfg.in", "templates/server.conf.in",
              "text/information.txt", "text/licence.txt"});
}
