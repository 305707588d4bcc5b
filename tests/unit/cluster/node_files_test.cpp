// What a node keeps on its own disk.

#include "cluster/layout.hpp"
#include "cluster/membership.hpp"
#include "cluster/node_state.hpp"
#include "platform/operating_system.hpp"
#include "platform/sealed.hpp"
#include "platform/system_folders.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Layout;
using cluster::Mode;
using cluster::NodeState;
using engine::Kind;

namespace {

struct Host {
    Scratch folder;
    Layout layout{folder.path(), "small"};

    Host() { platform::make_folders(layout.state(), 0700); }
};

NodeState state() {
    NodeState state;
    state.suite = "small";
    state.cluster_id = "c1";
    state.name = "node-1";
    state.installation_id = "i1";
    state.address = "10.0.0.1";
    state.agent_port = 61617;
    state.components = {"server", "balancer"};
    state.ports = {{"device", 30002}};
    state.data_folder = "/data";
    state.run_folder = "/run/s";
    state.bundle_key = "key";
    state.trial = true;
    state.version = "1.0";
    return state;
}

} // namespace

TEST_CASE("layout: in the folders that the system has for it") {
    for (const char* root : {"", "/somewhere"}) {
        const Layout host{root, "small"};
        const platform::SuiteFolders folders = platform::suite_folders(root, "small");
        CHECK(host.component("1.0", "server") == folders.product + "/versions/1.0/server");
        CHECK(host.current("server") == folders.product + "/current/server");
        CHECK(host.etc() == folders.configurations);
        CHECK(host.data() == folders.data);
        CHECK(host.run() == folders.run);
        CHECK(host.state_file("node.json") == folders.state + "/node.json");
        CHECK(host.logs() == folders.logs);
    }
}

TEST_CASE("layout: the only suite of a host") {
    Host host;
    engine::Error error = error_of([&] { cluster::only_suite(host.folder.path()); });
    CHECK(error.kind() == Kind::usage);
    CHECK(contains(error.remedy(), "locum install"));
    store_node_state(host.layout, state());
    platform::make_folders(Layout{host.folder.path(), "begun"}.state()); // no node there
    CHECK(cluster::only_suite(host.folder.path()) == "small");
    const Layout other{host.folder.path(), "large"};
    platform::make_folders(other.state());
    store_node_state(other, state());
    error = error_of([&] { cluster::only_suite(host.folder.path()); });
    CHECK(error.kind() == Kind::usage);
    CHECK(contains(error.what(), "large, small"));
    CHECK(contains(error.remedy(), "--suite"));
}

TEST_CASE("node state: comes back as it was, for us alone") {
    Host host;
    for (bool update : {false, true}) {
        NodeState stored = state();
        if (update) {
            stored.mode = Mode::update;
            stored.copy = cluster::NodeCopy{"/data/copy.sqlite", 1700000000123, "upgrade-1", "2"};
        }
        store_node_state(host.layout, stored);
        CHECK(platform::has_mode(permissions(host.layout.state_file("node.json")), 0600));
        const NodeState found = load_node_state(host.layout);
        CHECK(found.suite == stored.suite);
        CHECK(found.cluster_id == stored.cluster_id);
        CHECK(found.name == stored.name);
        CHECK(found.installation_id == stored.installation_id);
        CHECK(found.address == stored.address);
        CHECK(found.agent_port == stored.agent_port);
        CHECK(found.components == stored.components);
        CHECK(found.ports == stored.ports);
        CHECK(found.data_folder == stored.data_folder);
        CHECK(found.run_folder == stored.run_folder);
        CHECK(found.bundle_key == stored.bundle_key);
        CHECK(found.trial == stored.trial);
        CHECK(found.version == stored.version);
        CHECK(found.mode == stored.mode);
        REQUIRE(found.copy.has_value() == update);
        if (update) {
            CHECK(found.copy->file == stored.copy->file);
            CHECK(found.copy->snapshot_ms == stored.copy->snapshot_ms);
            CHECK(found.copy->operation == stored.copy->operation);
            CHECK(found.copy->schema == stored.copy->schema);
        }
    }
    CHECK(state().has("balancer"));
    CHECK(!state().has("console"));
}

TEST_CASE("node state: cut anywhere, it is damaged, and never half a state") {
    Host host;
    store_node_state(host.layout, state());
    const std::string file = host.layout.state_file("node.json");
    const std::string whole = platform::read_file(file);
    for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
        platform::write_file(file, whole.substr(0, size), 0600);
        const engine::Error error = error_of([&] { load_node_state(host.layout); });
        REQUIRE(error.kind() == Kind::needs_attention);
        REQUIRE(contains(error.what(), file));
        REQUIRE(!error.remedy().empty());
    }
    platform::write_file(file, R"({"suite": 7})", 0600);
    CHECK(error_of([&] { load_node_state(host.layout); }).kind() == Kind::needs_attention);
    platform::write_file(file, "[]", 0600);
    CHECK(error_of([&] { load_node_state(host.layout); }).kind() == Kind::needs_attention);
}

TEST_CASE("datasource settings: none, as they were, or damaged, for us alone") {
    Host host;
    CHECK(!cluster::load_datasource(host.layout));
    datasource::Settings settings;
    settings.kind = datasource::Kind::postgresql;
    settings.host = "db";
    settings.port = 5433;
    settings.database = "suite";
    settings.application = {"app", engine::Secret("a \"secret\"")};
    settings.locum = {"locum", engine::Secret("another")};
    store_datasource(host.layout, settings);
    const std::string file = host.layout.state_file("datasource.json");
    CHECK(platform::has_mode(permissions(file), 0600));
    const datasource::Settings found = cluster::load_datasource(host.layout).value();
    CHECK(found.kind == settings.kind);
    CHECK(found.host == settings.host);
    CHECK(found.port == settings.port);
    CHECK(found.database == settings.database);
    CHECK(found.application.user == "app");
    CHECK((found.application.password == settings.application.password));
    CHECK((found.locum.password == settings.locum.password));
    for (const char* bad : {"", "{", "{}", R"({"type": "oracle"})", "[]"}) {
        CAPTURE(std::string(bad));
        platform::write_file(file, bad, 0600);
        const engine::Error error = error_of([&] { cluster::load_datasource(host.layout); });
        CHECK(error.kind() == Kind::needs_attention);
        CHECK(contains(error.what(), file));
        CHECK(!error.remedy().empty());
    }
}

TEST_CASE(
    "membership: identity and authority as they were, sealed for this node, and removed whole") {
    Host host;
    const token::Authority authority = token::Authority::create("c1", "small");
    const token::NodeKey key = token::NodeKey::generate();
    CHECK(!cluster::holds_authority(host.layout));
    cluster::store_identity(host.layout, {authority.sign(key.csr("node-1"), "node-1", {"server"}),
                                          key.pem(), authority.certificate_pem()});
    CHECK_NOTHROW(token::check(cluster::load_identity(host.layout)));
    const engine::Secret join_secret = token::NodeKey::generate().pem();
    cluster::store_authority(host.layout, authority.key_pem(), join_secret,
                             engine::Secret(std::string(32, 's')));
    CHECK(cluster::holds_authority(host.layout));
    CHECK(cluster::load_authority(host.layout).pin() == authority.pin());
    CHECK((cluster::load_join_secret(host.layout) == join_secret));
    for (const std::string& name : platform::list_folder(host.layout.state())) {
        CHECK(platform::has_mode(permissions(host.layout.state_file(name)), 0600));
        if (name.ends_with(".sealed"))
            CHECK(!contains(platform::read_file(host.layout.state_file(name)), "PRIVATE"));
    }
    // Of no use on another node.
    platform::write_file(host.layout.state_file("node.key"),
                         token::NodeKey::generate().pem().reveal(), 0600);
    CHECK(error_of([&] { cluster::load_authority(host.layout); }).kind() == Kind::not_trusted);
    cluster::remove_membership(host.layout);
    CHECK(platform::list_folder(host.layout.state()).empty());
}

TEST_CASE("membership: the key is text below a root, and sealed where the host is Windows'") {
    const token::Authority authority = token::Authority::create("c1", "small");
    const token::NodeKey key = token::NodeKey::generate();
    const token::Identity identity{authority.sign(key.csr("node-1"), "node-1", {"server"}),
                                   key.pem(), authority.certificate_pem()};
    Host moved; // a tree that other hosts read, too
    cluster::store_identity(moved.layout, identity);
    const std::string file = moved.layout.state_file("node.key");
    CHECK((engine::Secret(platform::read_file(file)) == identity.key_pem));
    // As it is on the host itself.
    platform::write_file(file, platform::seal_to_host(identity.key_pem, "the node's key"), 0600);
    CHECK((cluster::load_identity(moved.layout).key_pem == identity.key_pem));
    cluster::store_given_secrets(moved.layout, engine::Secret("{}"));
    CHECK((cluster::load_given_secrets(moved.layout) == engine::Secret("{}")));
    platform::write_file(file, "locum-host-1:00", 0600);
    CHECK(error_of([&] { cluster::load_identity(moved.layout); }).kind() == Kind::not_trusted);

    if (!platform::system_name().starts_with("windows"))
        return;
    const Layout own{"", "locum-unit-membership"};
    const std::vector<std::string> made = platform::missing_folders(own.state());
    platform::make_folders(own.state(), 0700);
    cluster::store_identity(own, identity);
    const std::string sealed = platform::read_file(own.state_file("node.key"));
    CHECK(sealed.starts_with("locum-host-1:"));
    CHECK((cluster::load_identity(own).key_pem == identity.key_pem));
    cluster::remove_membership(own);
    platform::remove_if_empty(made);
    CHECK(!platform::exists(own.state()));
}
