// When a server may start: on the productive database of its own schema, without a fence, or on its
// copy. A database that is away keeps nothing from running that was running before.

#include "cluster/start_gate.hpp"

#include "cluster/datasources.hpp"
#include "cluster/registry.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Mode;

namespace {

struct Gate : Site {
    Gate() : Site({"server", "balancer"}) { run_until("agent/start"); }

    std::string says(const std::string& component = "server") const {
        cluster::ServiceSpec spec;
        spec.name = component;
        spec.component = component;
        spec.version = "1.0";
        return cluster::start_gate(layout())(spec).value_or("");
    }
    const datasource::Settings& settings() const { return *installation().facts.datasource; }
    void set_fence(const std::string& by) const {
        cluster::Store store(settings(), "small");
        cluster::Registry(store).set_fact(cluster::fact::fence, by);
    }
    void set_schema(const std::string& schema) const {
        datasource::connect(settings(), settings().locum)
            ->execute("UPDATE schema_version SET version = $1", {schema});
    }
    void change(const std::function<void(cluster::NodeState&)>& edit) const {
        cluster::NodeState state = cluster::load_node_state(layout());
        edit(state);
        cluster::store_node_state(layout(), state);
    }
    // The database's files under another name, or back.
    void move_away(bool away) const {
        for (const std::string& file : {settings().file, cluster::registry_file(settings())})
            platform::rename_durably(away ? file : file + ".away", away ? file + ".away" : file);
    }
};

} // namespace

TEST_CASE("gate: a server starts on its own schema, and not where there is a fence") {
    const Gate gate;
    CHECK(gate.says() == "");
    gate.set_fence("upgrade-1");
    CHECK(gate.says() == "operation upgrade-1 fences the productive database");
    gate.set_fence("");
    CHECK(gate.says() == "");
}

TEST_CASE("gate: no server starts on files of two datasources") {
    const Gate gate;
    cluster::begin_change(gate.layout(), "other");
    CHECK(contains(gate.says(), "configured for the datasource other when that was cut off"));
    cluster::use_datasource(gate.layout(), "productive");
    CHECK(gate.says() == "");
}

TEST_CASE("gate: an old server does not start on a new schema") {
    const Gate gate;
    gate.set_schema("2");
    CHECK(gate.says() == "the productive database has schema 2, version 1.0 needs 1");
}

TEST_CASE("gate: a balancer starts whatever the database says") {
    const Gate gate;
    gate.set_fence("upgrade-1");
    gate.set_schema("2");
    CHECK(gate.says("balancer") == "");
}

TEST_CASE("gate: in update mode a server starts on its copy of the right schema, fence or not") {
    const Gate gate;
    gate.set_fence("upgrade-1");
    gate.change([](cluster::NodeState& state) {
        state.mode = Mode::update;
        state.copy = cluster::NodeCopy{"/copy", 1, "upgrade-1", "1"};
    });
    CHECK(gate.says() == "");
    gate.change([](cluster::NodeState& state) { state.copy->schema = "2"; });
    CHECK(gate.says() == "the copy has schema 2, version 1.0 needs 1");
    gate.change([](cluster::NodeState& state) { state.copy.reset(); });
    CHECK(gate.says() == "the copy has schema none, version 1.0 needs 1");
}

TEST_CASE("gate: a database that is away keeps back only what was not running on it") {
    const Gate gate;
    gate.move_away(true);
    platform::make_folders(gate.settings().file); // cannot be opened as a database
    platform::make_folders(cluster::registry_file(gate.settings()));
    CHECK(contains(gate.says(), "the productive database cannot be asked"));
    platform::remove_all(gate.settings().file);
    platform::remove_all(cluster::registry_file(gate.settings()));
    gate.move_away(false);
    CHECK(gate.says() == ""); // and this is remembered
    gate.move_away(true);
    platform::make_folders(gate.settings().file);
    platform::make_folders(cluster::registry_file(gate.settings()));
    CHECK(gate.says() == "");
}

TEST_CASE("gate: what was forbidden once is not remembered as allowed") {
    const Gate gate;
    CHECK(gate.says() == "");
    gate.set_fence("upgrade-1");
    CHECK(gate.says() != "");
    gate.move_away(true);
    platform::make_folders(gate.settings().file);
    platform::make_folders(cluster::registry_file(gate.settings()));
    CHECK(contains(gate.says(), "the productive database cannot be asked"));
}

TEST_CASE("gate: a node without a datasource starts no server") {
    const Gate gate;
    platform::remove_all(gate.layout().state_file("datasource.json"));
    CHECK(gate.says() == "this node has no datasource settings");
}

TEST_CASE("gate: an embedded database that is gone is not made anew by asking") {
    const Gate gate;
    gate.move_away(true);
    CHECK(gate.says() != "");
    CHECK(!platform::exists(gate.settings().file));
    CHECK(!platform::exists(cluster::registry_file(gate.settings())));
}
