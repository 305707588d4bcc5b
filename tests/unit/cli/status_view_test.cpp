// What `locum status`, `node list` and `upgrade status` print, from a status made by hand.

#include "cli/status_view.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/site.hpp"

#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using cli::NodeStatus;
using cli::Status;
using cluster::OperationState;
using nlohmann::json;

namespace {

constexpr std::int64_t noon = 1'700'000'000'000; // 2023-11-14 22:13:20 UTC

NodeStatus node(const std::string& name, const std::string& address,
                std::vector<std::string> roles) {
    NodeStatus status;
    status.row.name = name;
    status.row.address = address;
    status.row.agent_port = 61616;
    status.row.components = roles;
    status.row.roles = std::move(roles);
    status.row.ports = {{"device", 30001}};
    status.row.versions = {{"server", "1.0"}};
    status.row.process = 100;
    status.row.joined_ms = noon - 5000;
    status.row.seen_ms = noon;
    status.live = installer::NodeFacts{};
    status.live->pid = 4711;
    status.live->current = {{"server", "2.0"}};
    status.live->services["server"] = {"running", "2.0", 4712, ""};
    return status;
}

// In the middle of a rolling upgrade: the first is updated, the second out, the third silent.
Status middle_of_an_upgrade() {
    Status status;
    status.suite = "small";
    status.version = "1.0";
    status.cluster = "0123456789abcdef";
    status.now_ms = noon + 1000;
    status.nodes = {node("node-1", "10.0.0.1", {"server", "balancer"}),
                    node("node-2", "10.0.0.2", {"server"}), node("node-3", "10.0.0.3", {"server"})};
    status.nodes[0].oldest = true;
    status.nodes[0].row.mode = cluster::Mode::update;
    status.nodes[0].live->copy = cluster::NodeCopy{"/data/copy.sqlite", noon, "upgrade-1", "2"};
    status.nodes[1].row.out = true;
    status.nodes[1].live->services["server"] = {
        "held", "2.0", 0, "operation upgrade-1 fences the productive database"};
    status.nodes[2].live.reset();
    status.nodes[2].unreachable = "connection refused";
    cluster::Operation operation;
    operation.id = "upgrade-1";
    operation.kind = "upgrade";
    operation.state = OperationState::paused;
    operation.inputs = R"({"host-by-host":false,"to":"2.0"})";
    operation.message = "node-2/start: probe failed; the steps of this group were undone";
    operation.started_ms = noon - 3000;
    operation.changed_ms = noon;
    status.operation = operation;
    status.steps = {{"stage/node-1", "done"},
                    {"node-1/copy", "done"},
                    {"node-2/drain", "undone"},
                    {"node-2/start", "begun"}};
    status.report.out_of_rotation_ms = {{"node-1", 1234}};
    return status;
}

} // namespace

TEST_CASE("status: in the middle of an upgrade") {
    const Status status = middle_of_an_upgrade();
    check_golden(status_text(status), "tests/unit/cli/views/status.txt");
    check_golden(node_list_text(status), "tests/unit/cli/views/node-list.txt");
    check_golden(operation_text(status), "tests/unit/cli/views/operation.txt");
}

TEST_CASE("status: the agents' versions, as text where they differ") {
    Status status = middle_of_an_upgrade();
    status.nodes[0].live->program = installer::AgentProgram{};
    status.nodes[0].live->program->version = "0.2.0";
    status.nodes[1].live->program = installer::AgentProgram{};
    status.nodes[1].live->program->version = "0.1.0";
    CHECK(contains(status_text(status), "\nagents: node-1 0.2.0, node-2 0.1.0\n"));
    const json nodes = json::parse(status_json(status)).at("nodes");
    CHECK(nodes[0].at("agent-version") == "0.2.0");
    CHECK(nodes[2].at("agent-version") == ""); // silent
    status.nodes[1].live->program->version = "0.2.0";
    CHECK(!contains(status_text(status), "agents:"));
    status.nodes[1].live->program.reset();
    CHECK(contains(status_text(status), "agents: node-1 0.2.0, node-2 older\n"));
}

TEST_CASE("status: quiet, a trial cluster, nothing ever done") {
    Status status = middle_of_an_upgrade();
    status.operation.reset();
    status.steps.clear();
    status.report = {};
    status.trial = true;
    status.nodes.resize(1);
    check_golden(status_text(status), "tests/unit/cli/views/status-quiet.txt");
    CHECK(operation_text(status) == "no operation yet\n");
    CHECK(json::parse(operation_json(status)).at("operation").is_null());
}

TEST_CASE("status: the command that goes on, for each state of the operation") {
    Status status = middle_of_an_upgrade();
    const auto next = [&](OperationState state, const char* inputs) {
        status.operation->state = state;
        status.operation->inputs = inputs;
        return json::parse(operation_json(status)).at("operation").at("next").get<std::string>();
    };
    const char* whole = R"({"host-by-host":false})";
    const char* by_host = R"({"host-by-host":true})";
    CHECK(next(OperationState::paused, whole) ==
          "locum upgrade resume; back: locum upgrade rollback");
    CHECK(next(OperationState::paused, by_host) ==
          "locum install BUNDLE on the next host, or locum upgrade resume BUNDLE; back: locum "
          "upgrade rollback");
    status.steps.push_back({"node-3.last/migrate", "undone"});
    CHECK(contains(next(OperationState::paused, whole), "back: locum upgrade rollback"));
    for (const char* state : {"begun", "done"}) {
        status.steps.back().state = state;
        CHECK(next(OperationState::paused, whole) == "locum upgrade resume");
        CHECK(next(OperationState::paused, by_host) ==
              "locum install BUNDLE on the next host, or locum upgrade resume BUNDLE");
    }
    CHECK(contains(next(OperationState::running, whole), "where its coordinator has died"));
    CHECK(next(OperationState::rolling_back, whole) == "locum upgrade rollback");
    CHECK(next(OperationState::done, whole) == "");
    const char* hop =
        R"({"manifest":"a","carrier":{"file":"/2.0","manifest":"b","version":"2.0"}})";
    CHECK(next(OperationState::done, hop) == "locum upgrade run /2.0: on to 2.0");
    CHECK(next(OperationState::rolled_back, hop) == "");
    const char* last =
        R"({"manifest":"b","carrier":{"file":"/2.0","manifest":"b","version":"2.0"}})";
    CHECK(next(OperationState::done, last) == "");
    CHECK(next(OperationState::rolled_back, by_host) == "");
}

TEST_CASE("status: the fence and an outage are said") {
    Status status = middle_of_an_upgrade();
    status.fence = "upgrade-1";
    status.report.outage_ms = 2500;
    CHECK(contains(status_text(status), "the productive database is fenced by upgrade-1\n"));
    CHECK(contains(status_text(status), "  outage: 2.5 s\n"));
}

TEST_CASE("status --json: all of it, with null where nothing is known") {
    const json value = json::parse(status_json(middle_of_an_upgrade()));
    CHECK(value.at("kind") == "status");
    CHECK(value.at("format") == 1);
    CHECK(value.at("suite") == "small");
    CHECK(value.at("version") == "1.0");
    CHECK(value.at("fence") == "");
    CHECK(value.at("trial") == false);
    CHECK(value.at("now-ms") == noon + 1000);
    REQUIRE(value.at("nodes").size() == 3);
    const json& first = value.at("nodes")[0];
    CHECK(first.at("name") == "node-1");
    CHECK(first.at("oldest") == true);
    CHECK(first.at("process") == 4711);
    CHECK(first.at("mode") == "update");
    CHECK(first.at("copy") == "/data/copy.sqlite");
    CHECK(first.at("versions") ==
          json{{"server", "2.0"}}); // as the links say, not as it was reported
    CHECK(first.at("services").at("server").at("status") == "running");
    CHECK(first.at("seen-ms") == noon);
    const json& third = value.at("nodes")[2];
    CHECK(third.at("reachable") == false);
    CHECK(third.at("process") == 100); // as it was reported last
    CHECK(third.at("services") == json::object());
    CHECK(third.at("copy").is_null());
    const json& operation = value.at("operation");
    CHECK(operation.at("id") == "upgrade-1");
    CHECK(operation.at("open") == true);
    CHECK(operation.at("state") == "paused");
    CHECK(operation.at("inputs").at("to") == "2.0");
    CHECK(operation.at("report").at("out-of-rotation-ms") == json{{"node-1", 1234}});
    CHECK(operation.at("report").at("outage-ms").is_null());
    CHECK(operation.at("steps")[3] == json{{"id", "node-2/start"}, {"state", "begun"}});
}

TEST_CASE("status: a host that was removed from its cluster says so, and calls no node silent") {
    Site site;
    site.run_until("agent/start");
    cluster::Store store(*site.installation().facts.datasource, "small");
    cluster::Registry registry(store);
    cluster::NodeRow other = node("node-2", "127.0.0.9", {"server"}).row;
    other.installation = "of node-2";
    registry.add_node(other);
    registry.remove_node("node-1");
    const engine::Error error = error_of([&] { cli::gather_status(site.layout()); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), "this host was removed from its cluster, where it was node-1"));
    CHECK(contains(error.remedy(), "locum uninstall --root "));
}
