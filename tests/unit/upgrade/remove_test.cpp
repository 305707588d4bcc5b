// What others say of a node comes to proof that it is gone, to what speaks against that, and to
// what follows.

#include "tests/support/findings.hpp"
#include "tests/support/small_suite.hpp"
#include "upgrade/remove_findings.hpp"

#include <fmt/ranges.h>

using namespace locum;
using namespace locum::testing;
using engine::Finding;
using upgrade::Evidence;
using upgrade::RemovalFacts;
using upgrade::Witness;

namespace {

cluster::NodeRow row(const std::string& name, const std::string& address,
                     std::vector<std::string> components) {
    cluster::NodeRow made;
    made.name = name;
    made.machine = "machine of " + name;
    made.address = address;
    made.agent_port = 61616;
    made.components = components;
    made.roles = std::move(components); // in the small suite they have the same names
    made.ports = {{"device", 30002}};
    return made;
}

Witness witness(cluster::NodeRow of) {
    Witness made{std::move(of), "", ""};
    made.database_address = made.row.address;
    if (made.row.has("balancer"))
        made.in_balancer = {false, true, "DOWN, 0 running, 0 queued"};
    return made;
}

// node-3 of three lost its power a while ago.
RemovalFacts gone() {
    RemovalFacts facts;
    facts.suite = "small";
    facts.manifest = small_manifest();
    facts.own = "node-1";
    facts.node = "node-3";
    facts.row = row("node-3", "10.0.0.3", {"server"});
    facts.silent = "no sign for 5 s";
    facts.silent_ms = 61'000;
    facts.witnesses = {witness(row("node-1", "10.0.0.1", {"server", "balancer"})),
                       witness(row("node-2", "10.0.0.2", {"server", "balancer"}))};
    facts.kind = datasource::Kind::postgresql;
    facts.sessions = {{11, "small", "10.0.0.1"}, {12, "small", "10.0.0.2"}};
    return facts;
}

// What is found, where it is one thing with this name.
std::string only(const Evidence& evidence, const std::string& name) {
    REQUIRE(names(evidence.findings) == std::vector<std::string>{name});
    return evidence.findings.front().found;
}

std::string all(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, "\n"));
}

installer::NodeFacts answers(const std::string& status) {
    installer::NodeFacts facts;
    facts.services["server"] = {status, "1.0", 7, "", "server"};
    return facts;
}

} // namespace

TEST_CASE("removal: a host that is off is proven gone by everybody who can be asked") {
    const Evidence evidence = evidence_of(gone());
    CHECK(evidence.findings.empty());
    CHECK(all(evidence.proof) ==
          "not to be reached from node-1 and node-2: its agent (10.0.0.3:61616) and its port "
          "device (10.0.0.3:30002)\n"
          "no request goes to it from the balancers on node-1 (DOWN, 0 running, 0 queued) and "
          "node-2 (DOWN, 0 running, 0 queued)\n"
          "the database has no session from its address 10.0.0.3\n"
          "its agent has not reported to the registry for 61 s");
}

TEST_CASE("removal: whatever shows that something of it lives cannot be ignored") {
    struct {
        std::function<void(RemovalFacts&)> change;
        std::string found;
    } const table[] = {
        {[](RemovalFacts& facts) { facts.facts = answers("running"); },
         "node-3 answers, and its server is running (process 7)"},
        {[](RemovalFacts& facts) { facts.facts = answers("restarting"); },
         "node-3 answers, and its server is restarting (process 7)"},
        {[](RemovalFacts& facts) {
             facts.witnesses[1].reached = {{"its agent", "10.0.0.3:61616"}};
         },
         "node-3 is reached from node-2: its agent at 10.0.0.3:61616; it is cut off from node-1 "
         "only"},
        {[](RemovalFacts& facts) {
             facts.facts = answers("stopped");
             facts.witnesses[0].reached = {{"its agent", "10.0.0.3:61616"},
                                           {"its port device", "10.0.0.3:30002"}};
         },
         "node-3 is reached from node-1: its port device at 10.0.0.3:30002; it is cut off from "
         "node-2 only"},
        {[](RemovalFacts& facts) {
             facts.sessions.push_back({13, "small", "10.0.0.3"});
             facts.sessions.push_back({14, "", "10.0.0.3"});
         },
         "the database has 2 sessions of node-3 from 10.0.0.3 (no name: 1, small: 1)"},
        {[](RemovalFacts& facts) {
             facts.reported = true;
             facts.silent_ms = 1'400;
         },
         "the agent of node-3 does not answer, and reports to the registry: 1 s ago"},
    };
    for (const auto& line : table) {
        CAPTURE(line.found);
        RemovalFacts facts = gone();
        line.change(facts);
        const Evidence evidence = evidence_of(facts);
        CHECK(only(evidence, "node-alive") == line.found);
        CHECK_FALSE(evidence.findings.front().may_be_ignored);
        CHECK_FALSE(evidence.findings.front().remedy.empty());
    }
}

TEST_CASE("removal: what cannot be told is said, and may be ignored by name") {
    struct {
        std::function<void(RemovalFacts&)> change;
        std::string found;
    } const table[] = {
        {[](RemovalFacts& facts) {
             facts.witnesses[1].silent = "no sign for 5 s";
             facts.witnesses[1].in_balancer.reset();
             facts.witnesses[1].balancer_silent = "no sign for 5 s";
         },
         "node-2 cannot be asked whether it reaches node-3: no sign for 5 s"},
        {[](RemovalFacts& facts) {
             facts.witnesses[1].in_balancer.reset();
             facts.witnesses[1].balancer_silent = "its socket is gone";
         },
         "the balancer on node-2 cannot be asked whether it sends to node-3: its socket is gone"},
        {[](RemovalFacts& facts) {
             facts.witnesses[0].in_balancer = {true, true, "no check, 0 running, 0 queued"};
         },
         "the balancer on node-1 sends to node-3 (no check, 0 running, 0 queued)"},
        {[](RemovalFacts& facts) {
             facts.witnesses[0].in_balancer = {false, false, "DOWN, 2 running, 0 queued"};
         },
         "the balancer on node-1 has requests under way to node-3 (DOWN, 2 running, 0 queued)"},
        {[](RemovalFacts& facts) {
             facts.sessions.push_back({15, "psql", "10.9.9.9"});
         },
         "the database has a session of the application from 10.9.9.9 (psql: 1), which is no "
         "node's"},
        {[](RemovalFacts& facts) {
             facts.witnesses[1].database_address = "10.8.0.1";
             facts.sessions[1].address = "10.8.0.1";
         },
         "the database sees node-2 at 10.8.0.1, and node-3 may be behind that, too"},
        {[](RemovalFacts& facts) { facts.sessions_unknown = "its password is another one"; },
         "the database cannot be asked for its sessions: its password is another one"},
    };
    for (const auto& line : table) {
        CAPTURE(line.found);
        RemovalFacts facts = gone();
        line.change(facts);
        const Evidence evidence = evidence_of(facts);
        CHECK(only(evidence, "node-unproven") == line.found);
        CHECK(evidence.findings.front().may_be_ignored);
        CHECK_FALSE(evidence.findings.front().remedy.empty());
    }
}

TEST_CASE("removal: what lives is told before what cannot be told") {
    RemovalFacts facts = gone();
    facts.witnesses[0].in_balancer = {true, true, "UP, 0 running, 0 queued"};
    facts.sessions.push_back({13, "small", "10.0.0.3"});
    CHECK(names(evidence_of(facts).findings) ==
          std::vector<std::string>{"node-alive", "node-unproven"});
}

TEST_CASE("removal: sessions are a node's by its address, however that is written") {
    RemovalFacts facts = gone();
    facts.row->address = "2001:DB8:0::3";
    facts.sessions.push_back({13, "small", "2001:db8::3"});
    CHECK(contains(only(evidence_of(facts), "node-alive"), "from 2001:db8::3 (small: 1)"));
}

TEST_CASE("removal: on one machine sessions tell nothing, and its ports speak for it") {
    RemovalFacts facts = gone();
    facts.row->machine = facts.witnesses[0].row.machine;
    facts.row->address = "127.0.0.4";
    for (Witness& one : facts.witnesses)
        one.database_address = "127.0.0.1";
    for (datasource::ClientSession& session : facts.sessions)
        session.address = "127.0.0.1";
    const Evidence evidence = evidence_of(facts);
    CHECK(evidence.findings.empty());
    CHECK(contains(all(evidence.proof), "where the database does not tell their sessions apart"));
}

TEST_CASE("removal: a host cloned with another's machine id is not taken for the same machine") {
    RemovalFacts facts = gone();
    facts.row->machine = facts.witnesses[0].row.machine;
    CHECK(contains(all(evidence_of(facts).proof),
                   "the database has no session from its address 10.0.0.3"));
    // Nor where it may be behind the same address as its twin.
    facts.witnesses[0].database_address = "10.8.0.1";
    facts.sessions[0].address = "10.8.0.1";
    CHECK(only(evidence_of(facts), "node-unproven") ==
          "the database sees node-1 at 10.8.0.1, and node-3 may be behind that, too");
}

TEST_CASE("removal: two nodes of one machine that have one address share their sessions") {
    RemovalFacts facts = gone();
    facts.row->machine = facts.witnesses[0].row.machine;
    facts.row->address = facts.witnesses[0].row.address;
    const Evidence evidence = evidence_of(facts);
    CHECK(evidence.findings.empty());
    CHECK(contains(all(evidence.proof), "where the database does not tell their sessions apart"));
}

TEST_CASE("removal: that a node without a server does not report proves nothing: it never does") {
    RemovalFacts facts = gone();
    facts.row = row("node-3", "10.0.0.3", {"balancer"});
    for (Witness& one : facts.witnesses)
        one.in_balancer.reset(); // they know servers only
    CHECK(all(evidence_of(facts).proof) ==
          "not to be reached from node-1 and node-2: its agent (10.0.0.3:61616)");
}

TEST_CASE("removal: a node whose agent answers and whose services are stopped is proven by that") {
    RemovalFacts facts = gone();
    facts.facts = answers("stopped");
    facts.witnesses[0].reached = {{"its agent", "10.0.0.3:61616"}};
    facts.reported = true;
    const Evidence evidence = evidence_of(facts);
    CHECK(evidence.findings.empty());
    CHECK(evidence.proof.front() == "its agent answers, and says that none of its services runs");
}

TEST_CASE("removal: what follows is told before") {
    RemovalFacts facts = gone();
    const std::string comes_back =
        "nothing is deleted on node-3; should it come back, its agent "
        "stops its services as soon as it reaches the database, and its "
        "orders are refused: there locum uninstall, then install it anew";
    const std::string disk =
        "the disk of node-3 holds the database's passwords, and the network's CA key and join "
        "secret, which whoever has it can use: wipe it; where that cannot be done, change the "
        "passwords in the database, then locum datasource copy, edit --ask and activate";
    CHECK(consequences_of(facts) == std::vector<std::string>{comes_back, disk});

    SUBCASE("of a server on its copy, with a balancer, in an open upgrade") {
        facts.row = row("node-3", "10.0.0.3", {"server", "balancer"});
        facts.row->mode = cluster::Mode::update;
        facts.manifest.database.node_local = {"session", "last_seen"};
        facts.witnesses = {witness(row("node-1", "10.0.0.1", {"server"})),
                           witness(row("node-2", "10.0.0.2", {"tool"}))};
        facts.open = cluster::Operation{};
        facts.open->id = "upgrade-1";
        facts.open->kind = "upgrade";
        facts.open->state = cluster::OperationState::paused;
        CHECK(
            consequences_of(facts) ==
            std::vector<std::string>{
                comes_back,
                "until then node-2 would still obey it: a node without a server believes every "
                "certificate of one",
                disk,
                "node-3 is in update mode: what was written on it since its copy was made is "
                "lost, in session and last_seen",
                "node-1 is the only server then: while it is stopped, nobody serves; to go on with "
                "the operation it is stopped",
                "operation upgrade-1 (upgrade, paused) goes on without node-3: locum upgrade "
                "resume; back, as long as the database is not migrated: locum upgrade rollback",
                "no balancer is left in the cluster"});
    }
    SUBCASE("of one without a server, which does not reach the database") {
        facts.row = row("node-3", "10.0.0.3", {"tool"});
        CHECK(consequences_of(facts) ==
              std::vector<std::string>{"nothing is stopped or deleted on node-3; should it come "
                                       "back, its services go on, and its orders are refused: "
                                       "there locum uninstall, then install it anew"});
    }
    SUBCASE("of one that is out of the registry already, and a balancer may not know") {
        facts.row.reset();
        CHECK(consequences_of(facts) == std::vector<std::string>{comes_back});
        CHECK(evidence_of(facts).proof.empty());
        CHECK(evidence_of(facts).findings.empty());
    }
}
