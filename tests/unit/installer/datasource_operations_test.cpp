// What an agent does with its node's datasources.

#include "installer/datasource_operations.hpp"

#include "cluster/datasources.hpp"
#include "cluster/supervisor.hpp"
#include "tests/support/child.hpp"
#include "tests/support/site.hpp"

#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using nlohmann::json;

namespace {

struct Agent : Site {
    cluster::Supervisor supervisor{folder() + "/services", [](const cluster::ServiceSpec&) {
                                       return std::optional<std::string>();
                                   }};
    std::mutex mutex;
    cluster::Node node{layout(), supervisor, mutex};

    Agent() : Site({"server"}) {
        run_until("agent/start");
        cluster::NamedDatasource other = cluster::active_datasource(layout());
        other.name = "other";
        other.settings.file = folder() + "/other.sqlite";
        cluster::keep_datasource(layout(), other);
    }
    ~Agent() {
        for (const cluster::ServiceState& state : supervisor.states())
            supervisor.stop(state.spec.name);
    }

    void start(const std::string& component) {
        cluster::ServiceSpec spec;
        spec.name = component;
        spec.component = component;
        spec.version = "1.0";
        spec.argv = child({"sleep", "1000000"});
        spec.log_file = folder() + "/" + component + ".log";
        supervisor.start(spec);
    }
    json call(const std::string& operation, const json& parameters) {
        engine::SilentReporter silent;
        return json::parse(installer::datasource_operations().at(operation).carry_out(
            node, {"", 1, parameters.dump()}, silent));
    }
    void use(const std::string& name) {
        call("use-datasource", {{"name", name}, {"servers", json::array()}});
    }
    std::string active() const { return cluster::active_datasource(layout()).name; }
};

} // namespace

TEST_CASE("use-datasource: not while what may write runs, whatever the coordinator believes") {
    Agent agent;
    agent.start("server");
    const std::string before = agent.world();
    const engine::Error error = error_of([&] { agent.use("other"); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), "server of node-1 is running"));
    CHECK(contains(error.remedy(), "locum node stop node-1"));
    CHECK(agent.world() == before);
    CHECK(agent.active() == "productive");
    agent.supervisor.stop("server");
    agent.use("other");
    CHECK(agent.active() == "other");
}

TEST_CASE("use-datasource: what was cut off among the files is told, and mended by either way") {
    Agent agent;
    for (const char* name : {"productive", "other"}) {
        cluster::begin_change(agent.layout(), "other");
        CHECK(agent.call("datasource", json::object()).at("change") == "other");
        agent.use(name);
        CHECK(agent.active() == name);
        CHECK(agent.call("datasource", json::object()).at("change") == "");
    }
}

TEST_CASE("use-datasource: a balancer beside the server may run") {
    Agent agent;
    agent.start("balancer");
    agent.use("other");
    CHECK(agent.active() == "other");
}

TEST_CASE("datasource: which database it is, and whether it is away") {
    Agent agent;
    json told = agent.call("datasource", json::object());
    CHECK(told.at("name") == "productive");
    CHECK(told.at("identity") == told.at("place"));
    agent.use("other");
    told = agent.call("datasource", json::object());
    CHECK(told.at("place") == agent.folder() + "/other.sqlite");
    CHECK(told.at("identity") == "");
}
