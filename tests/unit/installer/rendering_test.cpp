#include "installer/balancing.hpp"
#include "installer/config_files.hpp"
#include "installer/rendering.hpp"
#include "tests/support/child.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using Ports = std::map<std::string, std::uint16_t>;

namespace {

// A site whose version is unpacked, and a node on it.
struct Unpacked : Site {
    cluster::NodeState node;
    std::unique_ptr<cluster::InstalledVersion> version;

    Unpacked() : Site({"server", "balancer"}) {
        run_until("files/link-server");
        version = std::make_unique<cluster::InstalledVersion>(layout(), "1.0");
        node.suite = "small";
        node.name = "node-1";
        node.address = "10.0.0.1";
        node.components = {"server", "balancer"};
        node.ports = {{"device", 30002}, {"front", 30001}};
        node.data_folder = "/data";
        node.run_folder = "/run/s";
        node.version = "1.0";
    }

    std::string config(const std::string& component,
                       const std::optional<datasource::Settings>& settings,
                       const std::vector<installer::BalancedNode>& servers = {}) const {
        const auto files =
            installer::render_configs(layout(), node, *version, component, settings, servers);
        REQUIRE(files.size() == 1);
        CHECK(files[0].to == layout().etc() + "/" + component + ".conf");
        return files[0].content;
    }
};

datasource::Settings postgresql() {
    datasource::Settings settings;
    settings.kind = datasource::Kind::postgresql;
    settings.host = "db.example";
    settings.port = 5433;
    settings.database = "suite";
    settings.application = {"app", engine::Secret(R"(it's a \ secret)")};
    settings.locum = {"locum", engine::Secret("owner secret")};
    return settings;
}

} // namespace

TEST_CASE("ports depend on what else is on the host (R1.5), answers override them") {
    const suite::Manifest manifest = small_manifest();
    CHECK(installer::ports_of(manifest, {"server"}, {}) == Ports{{"device", 30001}});
    CHECK(installer::ports_of(manifest, {"balancer"}, {}) == Ports{{"front", 30001}});
    CHECK(installer::ports_of(manifest, {"server", "balancer"}, {}) ==
          Ports{{"device", 30002}, {"front", 30001}});
    CHECK(installer::ports_of(manifest, {"balancer", "server"}, {{"device", 30100}}) ==
          Ports{{"device", 30100}, {"front", 30001}});
    CHECK(installer::ports_of(manifest, {"server"}, {{"front", 8443}}) == Ports{{"device", 30001}});
    CHECK(installer::ports_of(manifest, {}, {}).empty());
}

TEST_CASE(
    "config of a server in normal mode: the productive database, with the application's account") {
    const Unpacked site;
    CHECK(site.config("server", postgresql()) ==
          "node = node-1 normal\n"
          "listen = 10.0.0.1:30002\n"
          "snapshot = 0\n"
          "connection = host=db.example port=5433 dbname=suite user=app password='it\\'s a \\\\ "
          "secret'\n");
    datasource::Settings embedded;
    embedded.file = "/data/small.sqlite";
    CHECK(contains(site.config("server", embedded), "file = /data/small.sqlite\n"));
}

TEST_CASE("config of a server in update mode: its copy, and nothing of the productive database") {
    Unpacked site;
    site.node.mode = cluster::Mode::update;
    site.node.copy =
        cluster::NodeCopy{"/data/copies/upgrade-1.sqlite", 1700000000123, "upgrade-1", "2"};
    const std::string text = site.config("server", postgresql());
    CHECK(text == "node = node-1 update\n"
                  "listen = 10.0.0.1:30002\n"
                  "snapshot = 1700000000123\n"
                  "file = /data/copies/upgrade-1.sqlite\n");
    CHECK(!contains(text, "secret"));
}

TEST_CASE(
    "config of a balancer: the servers, those wanted out marked, no secret, no datasource needed") {
    const Unpacked site;
    const std::vector<installer::BalancedNode> servers = {
        {"node-1", "10.0.0.1", {{"device", 30002}}, false},
        {"node-2", "10.0.0.2", {{"device", 30001}}, true}};
    for (const auto& settings :
         {std::optional<datasource::Settings>(), std::optional(postgresql())}) {
        const std::string text = site.config("balancer", settings, servers);
        CHECK(text == "bind 10.0.0.1:30001\n"
                      "server node-1 10.0.0.1:30002\n"
                      "server node-2 10.0.0.2:30001 out\n");
        CHECK(!contains(text, "secret"));
    }
}

TEST_CASE("config files have the manifest's modes") {
    const Unpacked site;
    CHECK(installer::render_configs(site.layout(), site.node, *site.version, "server", postgresql(),
                                    {})[0]
              .mode == 0600);
    CHECK(installer::render_configs(site.layout(), site.node, *site.version, "balancer",
                                    postgresql(), {})[0]
              .mode == 0640);
    CHECK(
        installer::render_configs(site.layout(), site.node, *site.version, "tool", postgresql(), {})
            .empty());
}

TEST_CASE("a config file has its readers before it has its name") {
    const Scratch scratch;
    installer::Rendered file;
    file.to = scratch / "a.conf";
    file.content = "new";
    file.readers = {"NT SERVICE\\small-server"};
    installer::place(file);
    CHECK(platform::read_file(file.to) == "new");
    if (!platform::system_name().starts_with("windows")) // files have owners elsewhere
        return;
    file.content = "newer";
    file.readers = {"locum-no-such-account"};
    CHECK(contains(error_of([&] { installer::place(file); }).what(), "locum-no-such-account"));
    CHECK(platform::read_file(file.to) == "new");
}

TEST_CASE("services: argv and environment rendered, signals and times, a log each") {
    const Unpacked site;
    const auto specs =
        installer::service_specs(site.layout(), site.node, site.version->manifest(), "server");
    REQUIRE(specs.size() == 1);
    CHECK(specs[0].name == "server");
    CHECK(specs[0].component == "server");
    CHECK(specs[0].version == "1.0");
    CHECK(specs[0].argv ==
          std::vector<std::string>{site.layout().component("1.0", "server") + "/run", "--config",
                                   site.layout().etc() + "/server.conf"});
    CHECK(specs[0].environment ==
          std::map<std::string, std::string>{{"NODE", "node-1"}, {"PORT", "30002"}});
    CHECK(specs[0].log_file == site.layout().logs() + "/server.log");
    CHECK(specs[0].stop_signal == "INT");
    CHECK(specs[0].stop_timeout == std::chrono::seconds(3));
    CHECK(specs[0].reload_signal.empty());
    CHECK(
        installer::service_specs(site.layout(), site.node, site.version->manifest(), "balancer")[0]
            .reload_signal == "USR2");
    suite::Manifest manifest = site.version->manifest();
    manifest.services[0].reload_command = {{"/bin/echo", "{node.name}"}, "{{{node.name}}}"};
    const auto reload =
        installer::service_specs(site.layout(), site.node, manifest, "server")[0].reload_command;
    REQUIRE(reload);
    CHECK(reload->argv[1] == "node-1");
    CHECK(reload->output == "{node-1}");
    CHECK(installer::service_specs(site.layout(), site.node, site.version->manifest(), "tool")
              .empty());
}

TEST_CASE("probes, as they are on this node") {
    const Unpacked site;
    const suite::Manifest& manifest = site.version->manifest();
    const auto targets =
        installer::probe_targets(site.layout(), site.node, manifest, "server", postgresql());
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].name == "answers");
    const auto& http = std::get<cluster::HttpTarget>(targets[0].how);
    CHECK(http.url == "http://10.0.0.1:30002/probe");
    CHECK(http.status == 200);
    CHECK(http.body == "ok 1.0");
    CHECK(std::get<cluster::TcpTarget>(targets[1].how).address == "10.0.0.1:30002");
    CHECK(targets[1].limit == std::chrono::seconds(3));
}

TEST_CASE("the balancer is driven as the manifest says, with this host's variables") {
    const Unpacked site;
    suite::Manifest manifest = site.version->manifest();
    const installer::BalancedNode server{"node-2", "10.0.0.2", {{"device", 30009}}};
    const auto shown = [&] {
        return installer::balancer_port(site.layout(), site.node, manifest, server).show();
    };
    CHECK(contains(error_of(shown).what(), " /run/s/balancer.sock"));
    manifest.balancing->driver = suite::BalancerDriver::command;
    suite::BalancerCommands& commands = manifest.balancing->commands;
    commands.show = child({"say", "{server.name} {server.address}:{server.port.device}", "say",
                           " {run} {port.front}"});
    commands.in_rotation = "node-2 10.0.0.2:30009 /run/s 30001";
    CHECK(shown().in_rotation);
    commands.in_rotation = "{server.name} 10.0.0.2:{server.port.device} {run} 30001";
    CHECK(shown().in_rotation);
    // Told by the line, too, that they did it.
    commands.drain = {child({"out", "{server.name} is out"}), "node-{server.name}"};
    const auto drained = [&] {
        installer::balancer_port(site.layout(), site.node, manifest, server).drain();
    };
    CHECK(contains(error_of(drained).what(), "'node-node-2'"));
    commands.drain.output = "{server.name} is out";
    CHECK_NOTHROW(drained());
}

TEST_CASE("probes by command, statement and header: rendered, on the database of the mode") {
    Unpacked site;
    suite::Manifest manifest = site.version->manifest();
    suite::HttpProbe http{"http://{node.address}/"};
    http.headers["X-Node"] = "of {node.name}";
    manifest.probes = {
        {"header", "server", http, std::chrono::seconds(9), true},
        {"command", "server", suite::Command{{"dig", "-p", "{port.device}"}, "{datasource}"}},
        {"schema", "server", suite::SqlProbe{"SELECT '{x}'", "none"}}};
    const auto made = [&](const std::optional<datasource::Settings>& settings) {
        return installer::probe_targets(site.layout(), site.node, manifest, "server", settings);
    };
    auto targets = made(postgresql());
    REQUIRE(targets.size() == 3);
    CHECK(std::get<cluster::HttpTarget>(targets[0].how).headers.at("X-Node").reveal() ==
          "of node-1");
    CHECK(targets[0].limit == std::chrono::seconds(9));
    CHECK(targets[0].proves_version);
    CHECK(!targets[1].proves_version);
    const auto& command = std::get<cluster::CommandTarget>(targets[1].how);
    CHECK(command.argv == std::vector<std::string>{"dig", "-p", "30002"});
    CHECK(command.output == "postgresql");
    const auto& sql = std::get<cluster::SqlTarget>(targets[2].how);
    CHECK(sql.sql == "SELECT '{x}'");
    CHECK(sql.output == "none");
    CHECK(sql.database.host == "db.example");
    CHECK(sql.database.application.user == "app");

    site.node.mode = cluster::Mode::update;
    site.node.copy = cluster::NodeCopy{"/data/copy.sqlite", 1, "upgrade-1", "2"};
    targets = made(postgresql());
    const auto& on_copy = std::get<cluster::SqlTarget>(targets[2].how).database;
    CHECK(on_copy.kind == datasource::Kind::sqlite);
    CHECK(on_copy.file == "/data/copy.sqlite");

    site.node.mode = cluster::Mode::normal;
    CHECK(contains(error_of([&] { made(std::nullopt); }).what(), "has no datasource"));
}

TEST_CASE("the servers of a balancer: those of the registry with the balanced component, by name") {
    std::vector<cluster::NodeRow> nodes(3);
    nodes[0].name = "node-3";
    nodes[0].components = {"server"};
    nodes[0].address = "10.0.0.3";
    nodes[0].ports = {{"device", 30001}};
    nodes[0].out = true;
    nodes[1].name = "lone";
    nodes[1].components = {"balancer"};
    nodes[2].name = "node-1";
    nodes[2].components = {"balancer", "server"};
    const auto servers = installer::balanced(nodes, small_manifest());
    REQUIRE(servers.size() == 2);
    CHECK(servers[0].name == "node-1");
    CHECK(servers[1].name == "node-3");
    const auto again = installer::balanced_from_json(installer::to_json(servers));
    REQUIRE(again.size() == 2);
    CHECK(again[1].name == "node-3");
    CHECK(again[1].address == "10.0.0.3");
    CHECK(again[1].ports == Ports{{"device", 30001}});
    CHECK(again[1].out);
    CHECK(!again[0].out);
}

TEST_CASE("rendering: an IPv6 address is in brackets where a port follows") {
    Unpacked site;
    site.node.address = "2001:db8::11";
    const auto render = [&](const std::string& text) {
        return suite::render(text, installer::base_scope(site.layout(), site.node, "1.0", "server"),
                             "t");
    };
    CHECK(render("{node.address}:{port.device}") == "[2001:db8::11]:30002");
    CHECK(render("{node.address.bare}") == "2001:db8::11");
    CHECK(installer::variables_of({"node-2", "2001:db8::12", {}, false}).at("address") ==
          "[2001:db8::12]");
    site.node.address = "node-1.example";
    CHECK(render("{node.address} {node.address.bare}") == "node-1.example node-1.example");
}
