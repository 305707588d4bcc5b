// Who may go over to a datasource, and in which order servers do.

#include "upgrade/datasource_rules.hpp"

#include "cluster/operations.hpp"
#include "tests/support/step_contract.hpp"
#include "tests/unit/upgrade/coordinator.hpp"
#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/steps/datasource.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using upgrade::ReachedDatabase;
using upgrade::ServerView;
using upgrade::Turn;
using upgrade::steps::Others;

namespace {

const upgrade::WantedDatasource wanted{"new", "f-new", "new:5432/suite", "1 start 7"};

// One that has its load, on the datasource before: another way to the same database.
ServerView server(const std::string& name) {
    ServerView view;
    view.row = node(name, {"server"}).row;
    view.row.installation = "i-" + name;
    view.facts = installer::NodeFacts{};
    view.datasource = "old";
    view.fingerprint = "f-old";
    view.place = "old:5432/suite";
    view.identity = wanted.identity;
    view.runs = view.serves = view.in_rotation = true;
    return view;
}
ServerView stopped(const std::string& name) {
    ServerView view = server(name);
    view.runs = view.serves = view.in_rotation = false;
    return view;
}
// It does not pass its probes.
ServerView unwell(const std::string& name) {
    ServerView view = server(name);
    view.serves = view.in_rotation = false;
    return view;
}
ServerView on_it(ServerView view) {
    view.datasource = wanted.name;
    view.fingerprint = wanted.fingerprint;
    view.place = wanted.place;
    return view;
}

std::vector<Turn> turns(const std::vector<ServerView>& servers, bool balancers = true) {
    return upgrade::turns_of(servers, wanted, "node-1", balancers);
}
using Turns = std::vector<Turn>;

void refused(const std::function<void()>& work, Kind kind, const std::string& text) {
    const engine::Error error = error_of(work);
    CHECK(error.kind() == kind);
    CHECK_MESSAGE(contains(error.what(), text), error.what());
    CHECK(!error.remedy().empty());
}

std::vector<cluster::NodeRow> rows(const std::vector<std::string>& names) {
    std::vector<cluster::NodeRow> all;
    for (const std::string& name : names)
        all.push_back(server(name).row);
    return all;
}

} // namespace

TEST_CASE("servers with load go over one after the other, the coordinator's last") {
    CHECK(turns({server("node-1"), server("node-2"), server("node-3")}) ==
          Turns{{"node-2", true, Others::must_serve, true},
                {"node-3", true, Others::must_serve, true},
                {"node-1", true, Others::must_serve, true}});
    CHECK(turns({server("node-1")}) == Turns{{"node-1", true, std::nullopt, true}});
    CHECK(turns({server("node-1"), server("node-2")}, false) ==
          Turns{{"node-2", true, std::nullopt, false}, {"node-1", true, std::nullopt, false}});
}

TEST_CASE("where no server runs, none is drained: nothing waits for the others to serve") {
    for (bool on : {false, true}) { // also where a run that was cut off has configured all of them
        std::vector<ServerView> all;
        for (const char* name : {"node-1", "node-2", "node-3"})
            all.push_back(on ? on_it(stopped(name)) : stopped(name));
        CHECK(turns(all, false) == Turns{{"node-2", true, std::nullopt, false},
                                         {"node-3", true, std::nullopt, false},
                                         {"node-1", true, std::nullopt, false}});
        // Balancers on hosts of their own run on.
        CHECK(turns(all, true) == Turns{{"node-2", true, std::nullopt, true},
                                        {"node-3", true, std::nullopt, true},
                                        {"node-1", true, std::nullopt, true}});
    }
}

TEST_CASE("a server whose configuration was cut off gets it anew") {
    ServerView half = on_it(server("node-2"));
    CHECK(turns({on_it(server("node-1")), half}).empty());
    half.changing = true;
    CHECK(turns({on_it(server("node-1")), half}) ==
          Turns{{"node-2", true, Others::must_serve, true}});
}

TEST_CASE("one name means the same settings everywhere, and the same settings one database") {
    const auto judge = [](const ServerView& view) {
        upgrade::require_one_meaning({server("node-1"), view}, wanted);
    };
    CHECK_NOTHROW(judge(on_it(server("node-2"))));
    ServerView view = server("node-2");
    view.datasource = wanted.name;
    refused([&] { judge(view); }, Kind::refused, "node-2 works on new already, by other settings");
    view = on_it(server("node-2"));
    view.identity = "2 start 7";
    refused([&] { judge(view); }, Kind::refused, "node-2 reaches another database (2 start 7)");
    view.identity = ""; // it is away
    CHECK_NOTHROW(judge(view));
    CHECK_NOTHROW(upgrade::require_same_sight(server("node-2"), ""));
}

TEST_CASE("where none is well, as with a password that is dead, none waits for the others") {
    CHECK(
        turns({unwell("node-1"), unwell("node-2")}) ==
        Turns{{"node-2", true, Others::may_stop, true}, {"node-1", true, Others::may_stop, true}});
}

TEST_CASE("who is down or out comes first, so that the others serve when their turn comes") {
    ServerView out = server("node-3");
    out.row.out = true;
    out.in_rotation = false;
    CHECK(turns({server("node-1"), server("node-2"), stopped("node-3")}) ==
          Turns{{"node-3", true, std::nullopt, true},
                {"node-2", true, Others::must_serve, true},
                {"node-1", true, Others::must_serve, true}});
    CHECK(turns({server("node-1"), server("node-2"), out}) ==
          Turns{{"node-3", true, Others::must_serve, true},
                {"node-2", true, Others::must_serve, true},
                {"node-1", true, Others::must_serve, true}});
    CHECK(turns({stopped("node-1"), server("node-2")})[0].node == "node-1");
}

TEST_CASE("what is so already: only a server that serves, under that name, and has its load") {
    const ServerView well = on_it(server("node-2"));
    CHECK(turns({on_it(server("node-1")), well}).empty());
    const auto restarts = [&](const ServerView& view) {
        const std::vector<Turn> some = turns({on_it(server("node-1")), view});
        return some.size() == 1 && some[0].restart;
    };
    ServerView other = well;
    other.datasource = "the same by another name";
    CHECK(restarts(other));
    other = well;
    other.fingerprint = "f-old";
    CHECK(restarts(other));
    CHECK(restarts(on_it(unwell("node-2")))); // it crashes again and again, or one of two runs
    CHECK(restarts(on_it(stopped("node-2"))));

    // A balancer has it out, though the registry says that it is in.
    other = well;
    other.in_rotation = false;
    CHECK(turns({on_it(server("node-1")), other}) == Turns{{"node-2", false, std::nullopt, true}});
    CHECK(turns({on_it(server("node-1")), other}, false).empty());
    other.row.out = true;
    CHECK(turns({on_it(server("node-1")), other}, false) ==
          Turns{{"node-2", false, std::nullopt, true}});
}

TEST_CASE("the same database: by what each server finds there, else by its address") {
    ServerView one = server("node-1");
    CHECK(upgrade::same_database(one, wanted));
    one.identity = "1 start 8";
    CHECK(!upgrade::same_database(one, wanted));
    one.identity = "";
    CHECK(!upgrade::same_database(one, wanted));
    one.place = wanted.place;
    CHECK(upgrade::same_database(one, wanted));
    one = on_it(server("node-1"));
    one.identity = "1 a later start 7";
    CHECK(upgrade::same_database(one, wanted));
}

TEST_CASE("a database that is left must know the same nodes: each that may write was asked") {
    ReachedDatabase old;
    old.nodes = rows({"node-1", "node-2", "node-3"});
    const auto leave = [&](std::vector<cluster::NodeRow> next) {
        upgrade::require_may_leave("productive", old, "moved", next);
    };
    CHECK_NOTHROW(leave(rows({"node-3", "node-2", "node-1"})));
    refused(
        [&] {
            leave(rows({"node-1", "node-2"}));
        },
        Kind::refused, "so only in productive: node-3; so only in moved: none");
    refused(
        [&] {
            leave(rows({"node-1", "node-2", "node-3", "node-4"}));
        },
        Kind::refused, "so only in productive: none; so only in moved: node-4");
    std::vector<cluster::NodeRow> next = rows({"node-1", "node-2", "node-3"});
    next[2].installation = "another";
    refused([&] { leave(next); }, Kind::refused,
            "so only in productive: node-3; so only in moved: node-3");
    next = rows({"node-1", "node-2", "node-3"});
    next[2].roles = {"balancer"}; // it had no server yet
    refused([&] { leave(next); }, Kind::refused, "so only in productive: node-3");
    next = rows({"node-1", "node-2", "node-3"});
    next[2].seen_ms = 1;
    CHECK_NOTHROW(leave(next));
}

TEST_CASE("a database in the middle of an operation is not left") {
    ReachedDatabase old;
    old.nodes = rows({"node-1"});
    const auto leave = [&] {
        upgrade::require_may_leave("productive", old, "moved", rows({"node-1"}));
    };
    old.operation = "upgrade-1";
    refused(leave, Kind::busy, "operation upgrade-1 is open");
    old.operation = "";
    old.fence = "upgrade-1";
    refused(leave, Kind::refused, "is fenced by upgrade-1");
    old.fence = "";
    old.nodes[0].mode = cluster::Mode::update;
    refused(leave, Kind::refused, "node-1 is in update mode");

    ServerView updated = server("node-2");
    updated.facts->mode = cluster::Mode::update; // though the registry does not say so
    refused(
        [&] {
            upgrade::require_normal({server("node-1"), updated});
        },
        Kind::refused, "node-2: in update mode");
    CHECK_NOTHROW(upgrade::require_normal({server("node-1")}));
}

TEST_CASE("servers that run, or whose agents do not answer, are named") {
    refused(
        [] {
            upgrade::require_stopped({server("node-1"), stopped("node-2"), unwell("node-3")},
                                     "why");
        },
        Kind::refused, "servers run on node-1, node-3; why");
    ServerView silent = stopped("node-2");
    silent.facts.reset();
    refused([&] { upgrade::require_answers({silent}); }, Kind::refused, "node-2 cannot be asked");
}

TEST_CASE("a database fits by cluster, schema and version, with nothing open and nothing lacking") {
    Coordinator coordinator;
    const upgrade::Upgrade& run = coordinator.conductor().upgrade();
    suite::Manifest manifest = run.to;
    manifest.version = engine::Version::parse("1.0");
    manifest.schema = "1";
    const std::string cluster = coordinator.conductor().registry().fact(cluster::fact::cluster);
    ReachedDatabase reached = upgrade::reach_database(run.settings, "small", manifest);
    CHECK(reached.unreachable == "");
    CHECK(reached.nodes.size() == 1);
    const auto fit = [&] { upgrade::require_fit({"x", {}}, reached, cluster, manifest); };
    refused(fit, Kind::busy, "operation upgrade-1 is open");
    reached.operation = "";
    CHECK_NOTHROW(fit());
    reached.version = "2.0";
    refused(fit, Kind::refused, "is of version 2.0; expected 1.0");
    reached.version = "1.0";
    reached.lacks = {{"datasource-rights", engine::Severity::error, "may not", "may", "GRANT"}};
    refused(fit, Kind::refused, "datasource-rights");

    datasource::Settings away = run.settings;
    away.file = "/nowhere/at/all.sqlite";
    reached = upgrade::reach_database(away, "small", manifest);
    CHECK(reached.unreachable != "");
    CHECK(reached.why_not == reached.unreachable);
}

TEST_CASE("leave_database keeps the contract, under the lease of that database") {
    Coordinator coordinator;
    upgrade::Conductor& conductor = coordinator.conductor();
    const upgrade::Upgrade& run = conductor.upgrade();
    const auto fact = [&] { return conductor.registry().fact(cluster::fact::deactivated); };
    const auto make = [&] {
        return upgrade::steps::leave_database(run.layout, "cluster/leave-productive",
                                              {"productive", run.settings}, run.epoch);
    };
    CHECK(broken_promises({make, fact}) == "");
    CHECK(fact() == "");
    engine::SilentReporter silent;
    make().apply(silent);
    CHECK(fact() == "productive");
    conductor.registry().set_fact(cluster::fact::deactivated, "");
    conductor.store().execute("UPDATE {r}lease SET epoch = epoch + 1");
    CHECK(error_of([&] { make().apply(silent); }).kind() == Kind::busy);
    CHECK(fact() == "");
}
