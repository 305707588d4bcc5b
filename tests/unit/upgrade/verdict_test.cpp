#include "tests/support/findings.hpp"
#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/requirements.hpp"
#include "upgrade/verdict.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Finding;
using engine::Kind;
using upgrade::ClusterFacts;
using upgrade::UpgradeMode;

namespace {

suite::Manifest manifest(const std::string& version, const std::string& schema,
                         std::vector<std::string> upgrades_from) {
    suite::Manifest made = small_manifest("2.0");
    made.version = engine::Version::parse(version);
    made.schema = schema;
    made.upgrades_from = std::move(upgrades_from);
    return made;
}

suite::Manifest two() {
    return small_manifest("2.0");
}

} // namespace

TEST_CASE("verdict: rolling where servers, a balancer and copies are possible") {
    const upgrade::Verdict verdict = upgrade::verdict(two(), three_nodes());
    CHECK(verdict.rolling);
    CHECK(verdict.reasons.empty());
}

TEST_CASE("verdict: each reason for a downtime is said, and all of them together") {
    struct {
        std::function<void(ClusterFacts&, suite::Manifest&)> spoil;
        std::vector<std::string> reasons;
    } const table[] = {
        {[](ClusterFacts& facts, suite::Manifest&) {
             facts.nodes = {node("a", {"server", "balancer"})};
         },
         {"there is one server only: while it is stopped nobody serves"}},
        {[](ClusterFacts&, suite::Manifest& to) { to.balancing.reset(); },
         {"the manifest names no balancer, so no server can be drained"}},
        {[](ClusterFacts& facts, suite::Manifest&) {
             facts.nodes = {node("a", {"server"}), node("b", {"server"})};
         },
         {"no balancer is registered, so no server can be drained"}},
        {[](ClusterFacts&, suite::Manifest& to) {
             to.database.engines.erase(datasource::Kind::sqlite);
         },
         {"the suite has no migrations for SQLite, so it cannot serve from a copy"}},
        {[](ClusterFacts& facts, suite::Manifest&) {
             facts.copy_obstacles = {
                 {"copy-type", engine::Severity::error, "column t.c of type circle", "", ""}};
         },
         {"copy-type: found column t.c of type circle"}},
        {[](ClusterFacts& facts, suite::Manifest& to) {
             facts.nodes = {node("a", {"server"})};
             to.database.engines.erase(datasource::Kind::sqlite);
         },
         {"there is one server only: while it is stopped nobody serves",
          "no balancer is registered, so no server can be drained",
          "the suite has no migrations for SQLite, so it cannot serve from a copy"}},
    };
    for (const auto& row : table) {
        ClusterFacts facts = three_nodes();
        suite::Manifest to = two();
        row.spoil(facts, to);
        const upgrade::Verdict verdict = upgrade::verdict(to, facts);
        CHECK(!verdict.rolling);
        CHECK(verdict.reasons == row.reasons);
    }
}

TEST_CASE("verdict: older over newer only within one schema version (R1.28)") {
    ClusterFacts facts = three_nodes();
    facts.version = "2.5";
    facts.schema = "2";
    CHECK(upgrade::verdict(manifest("2.0", "2", {"1"}), facts).rolling);
    const engine::Error error =
        error_of([&] { upgrade::verdict(manifest("2.4", "1", {}), facts); });
    CHECK(error.kind() == Kind::refused);
    CHECK(std::string(error.what()) == "version 2.4 over 2.5 goes back from schema 2 to 1");
    CHECK(!error.remedy().empty());
    // Not even where the manifest says that it knows the way.
    CHECK(error_of([&] { upgrade::verdict(manifest("2.4", "1", {"2"}), facts); }).kind() ==
          Kind::refused);
}

TEST_CASE("verdict: the same version, and one with the same schema, have a way") {
    ClusterFacts facts = three_nodes();
    CHECK(upgrade::verdict(manifest("1.0", "1", {}), facts).rolling);
    CHECK(upgrade::verdict(manifest("1.1", "1", {}), facts).rolling);
}

TEST_CASE("verdict: no way from the schema that is there: through which one first") {
    const engine::Error error = error_of([] {
        upgrade::verdict(manifest("4.0", "4", {"2", "3"}), three_nodes());
    });
    CHECK(error.kind() == Kind::version_between);
    CHECK(std::string(error.what()) ==
          "the database has schema 1; version 4.0 can upgrade from 2, 3");
    CHECK(error.remedy() == "upgrade first to a version with schema 2 or 3; or have the vendor "
                            "carry it in the bundle: locum bundle build … --via BUNDLE");
    const engine::Error none =
        error_of([] { upgrade::verdict(manifest("4.0", "4", {}), three_nodes()); });
    CHECK(none.kind() == Kind::version_between);
    CHECK(contains(none.what(), "can upgrade from none"));
    CHECK(contains(none.remedy(), "vendor"));
}

TEST_CASE("verdict: its word, from what is possible") {
    upgrade::Verdict verdict;
    CHECK(name(way_of(verdict)) == "rolling-possible");
    verdict.rolling = false;
    CHECK(name(way_of(verdict)) == "downtime-needed");
    verdict.in_place = upgrade::InPlace::servers_first;
    CHECK(name(way_of(verdict)) == "rolling-possible");
    verdict.alone = {"there is one server only: while it is stopped nobody serves"};
    CHECK(name(way_of(verdict)) == "downtime-needed");
    CHECK(name(upgrade::Way::go_through) == "go-through");
    CHECK(name(upgrade::Way::nothing_to_do) == "nothing-to-do");
}

TEST_CASE("preflight: nothing against it where all is well") {
    CHECK(upgrade::preflight(two(), three_nodes(), UpgradeMode::rolling).empty());
    CHECK(upgrade::preflight(two(), three_nodes(), UpgradeMode::short_downtime).empty());
}

TEST_CASE("preflight: each thing that is wrong, by name, with a remedy") {
    struct {
        std::string name;
        std::function<void(ClusterFacts&)> spoil;
        std::string found;
        bool rolling_only = false;
        engine::Severity severity = engine::Severity::error;
    } const table[] = {
        {"node-silent",
         [](ClusterFacts& facts) {
             facts.nodes[1].facts.reset();
             facts.nodes[1].unreachable = "connection refused";
         },
         "node-2 does not answer: connection refused"},
        {"node-unwell", [](ClusterFacts& facts) { facts.nodes[2].unwell = "probe profile: 500"; },
         "node-3: probe profile: 500"},
        {"update-mode",
         [](ClusterFacts& facts) { facts.nodes[0].facts->mode = cluster::Mode::update; },
         "node-1 is in update mode"},
        {"disk",
         [](ClusterFacts& facts) {
             facts.database_bytes = 600ULL << 20;
             facts.nodes[2].facts->free_bytes = 1199ULL << 20;
             facts.nodes[0].facts->free_bytes = facts.nodes[1].facts->free_bytes = 1200ULL << 20;
         },
         "node-3 has 1199 MB free in its data folder", true},
        {"copy-type",
         [](ClusterFacts& facts) {
             facts.copy_obstacles = {{"copy-type", engine::Severity::error, "t.c", "", "drop it"}};
         },
         "t.c", true},
        {"same-version", [](ClusterFacts& facts) { facts.version = "2.0"; },
         "the cluster runs 2.0 already", false, engine::Severity::warning},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        ClusterFacts facts = three_nodes();
        row.spoil(facts);
        const std::vector<Finding> rolling = upgrade::preflight(two(), facts, UpgradeMode::rolling);
        CHECK(names(rolling) == std::vector<std::string>{row.name});
        REQUIRE(rolling.size() == 1);
        CHECK(rolling[0].found == row.found);
        CHECK(rolling[0].severity == row.severity);
        CHECK(!rolling[0].remedy.empty());
        CHECK(upgrade::preflight(two(), facts, UpgradeMode::short_downtime).empty() ==
              row.rolling_only);
    }
}

TEST_CASE("preflight: what the cluster has is of one topology of the new version") {
    suite::Manifest to = two();
    suite::Topology servers = to.topologies.front();
    servers.name = "servers";
    servers.components = {"server"};
    suite::Topology balancers = servers;
    balancers.name = "balancers";
    balancers.components = {"balancer"};
    to.topologies = {servers, balancers};
    for (const UpgradeMode mode :
         {UpgradeMode::rolling, UpgradeMode::in_place, UpgradeMode::short_downtime}) {
        const std::vector<Finding> findings = upgrade::preflight(to, three_nodes(), mode);
        REQUIRE(names(findings) == std::vector<std::string>{"topology"});
        CHECK(findings[0].severity == engine::Severity::error);
        CHECK(findings[0].found == "balancer, server in the cluster");
        CHECK(contains(findings[0].expected, "of version 2.0: "));
        CHECK(contains(findings[0].expected, "servers"));
        CHECK(!findings[0].remedy.empty());
    }
}

TEST_CASE("preflight: hosts, clocks, connections and the database's version, each with its node") {
    constexpr std::uint64_t mega = 1 << 20;
    ClusterFacts facts = three_nodes();
    facts.kind = datasource::Kind::postgresql;
    facts.coordinator_node = "node-2";
    facts.database_bytes = 100 * mega;
    facts.database_version_num = 120'000;
    facts.clocks = {{"node-1", false, 0, ""},
                    {"node-2", false, 61'000, ""},
                    {"node-3", false, 10, ""},
                    cluster::database_clock(0)};
    suite::Manifest to = two();
    to.database.engines.at(datasource::Kind::postgresql).oldest = engine::Version::parse("13");
    to.requirements.architectures = {"x86_64"};
    to.parts = {{"payload/server.tar.zst", 30 * mega, ""}};
    for (upgrade::NodeView& node : facts.nodes) {
        node.host = installer::HostFacts{};
        node.host->memory_bytes = 1000 * mega;
        node.host->architecture = "x86_64";
        // One file system for all: the version (20 or 22 MB), the bundle (30), logs (16), and on
        // copies twice the database (200); the backup (100) on the coordinator's.
        for (const char* name : {"product", "state", "logs", "data"})
            node.host->folders[name] = {"/" + std::string(name), {1, "/", 268 * mega, true}};
        node.unreached.emplace();
    }
    facts.nodes[0].unreached->push_back(
        {{"the agent of node-3", "10.0.0.3:61616"}, "no answer", false});
    facts.nodes[2].host->architecture = "riscv64";
    const std::vector<Finding> rolling = upgrade::preflight(to, facts, UpgradeMode::rolling);
    CHECK(names(rolling) ==
          std::vector<std::string>{"clock", "reach", "disk", "arch", "datasource-version"});
    REQUIRE(rolling.size() == 5);
    CHECK(rolling[0].found.starts_with("node-2's clock is 61.0 s ahead"));
    CHECK(rolling[1].found.starts_with("node-1 cannot reach the agent of node-3"));
    CHECK(rolling[2].found == "node-2: 268 MB free in the file system at /");
    CHECK(rolling[2].expected.starts_with("368 MB: 22 MB for the new version, beside the old in "
                                          "/product, 30 MB for the bundle in /state"));
    CHECK(rolling[3].found == "node-3: riscv64");
    CHECK(rolling[4].found == "PostgreSQL 12.0");
    CHECK(names(upgrade::preflight(to, facts, UpgradeMode::short_downtime)) ==
          std::vector<std::string>{"clock", "reach", "arch", "datasource-version"});
    // What one upgrade leaves there, the next one does not find free: the backup and a copy.
    upgrade::ClusterFacts then = facts;
    upgrade::take_space(then, to, UpgradeMode::rolling);
    CHECK(then.nodes[0].host->folders["data"].system.free_bytes == 100 * mega);
    CHECK(then.nodes[1].host->folders["data"].system.free_bytes == 0); // 22, 30, 16, 100 and 100
    CHECK(then.nodes[2].host->folders["logs"].system.free_bytes == 102 * mega);
    upgrade::take_space(then, to, UpgradeMode::short_downtime);
    CHECK(then.nodes[1].host->folders["data"].system.free_bytes == 0); // and not less
    // An older agent tells nothing of it: that is said, and forbids nothing.
    facts.nodes[2].host.reset();
    facts.nodes[2].unreached.reset();
    const std::vector<Finding> older = upgrade::preflight(to, facts, UpgradeMode::short_downtime);
    CHECK(names(older) ==
          std::vector<std::string>{"clock", "reach", "reach-unknown", "datasource-version"});
    CHECK(older[2].severity == engine::Severity::warning);
    CHECK(contains(older[2].found, "cannot try its connections"));
    // One that fails to answer is not taken for one.
    facts.nodes[2].cannot_tell = "the file system is read-only";
    const std::vector<Finding> failed = upgrade::preflight(to, facts, UpgradeMode::short_downtime);
    CHECK(names(failed) == names(older));
    CHECK(contains(failed[2].found, "the file system is read-only"));
}

TEST_CASE("preflight: a lone balancer needs no room for a copy") {
    ClusterFacts facts = three_nodes();
    facts.nodes.push_back(node("lone", {"balancer"}));
    facts.nodes.back().facts->free_bytes = 0;
    CHECK(upgrade::preflight(two(), facts, UpgradeMode::rolling).empty());
}

TEST_CASE("the servers, oldest first") {
    ClusterFacts facts = three_nodes();
    facts.nodes.insert(facts.nodes.begin(), node("lone", {"balancer"}));
    CHECK(upgrade::servers_of(facts) == std::vector<std::string>{"node-1", "node-2", "node-3"});
    CHECK(name(UpgradeMode::rolling) == "rolling");
    CHECK(name(UpgradeMode::short_downtime) == "short-downtime");
}

TEST_CASE("verdict: the manifest's facts decide which order is safe in place") {
    using suite::Compatibility;
    using upgrade::InPlace;
    const auto order = [](Compatibility old_on_new, Compatibility new_on_old,
                          const std::string& from) {
        suite::Manifest to = manifest("2.0", "2", {"1"});
        to.old_binary_on_new_schema = old_on_new;
        to.new_binary_on_old_schema = new_on_old;
        return upgrade::in_place_order(to, from);
    };
    const auto works = Compatibility::works;
    const auto breaks = Compatibility::breaks;
    CHECK(order(breaks, breaks, "1") == InPlace::unsafe);
    CHECK(order(works, breaks, "1") == InPlace::schema_first);
    CHECK(order(breaks, works, "1") == InPlace::servers_first);
    CHECK(order(works, works, "1") == InPlace::servers_first);
    CHECK(order(breaks, breaks, "2") == InPlace::servers_only);

    suite::Manifest to = manifest("2.0", "2", {"1"});
    CHECK(upgrade::why(InPlace::unsafe, to, "1") ==
          "no order is safe: servers of schema 1 break on 2 (old-binary-on-new-schema), version "
          "2.0 breaks on 1 (new-binary-on-old-schema)");
    to.new_binary_on_old_schema = works;
    ClusterFacts facts = three_nodes();
    CHECK(upgrade::verdict(to, facts).can_go_in_place());
    // No copy is needed for it.
    to.database.engines.erase(datasource::Kind::sqlite);
    CHECK(!upgrade::verdict(to, facts).rolling);
    CHECK(upgrade::verdict(to, facts).can_go_in_place());
    facts.nodes = {node("a", {"server", "balancer"})};
    CHECK(!upgrade::verdict(to, facts).can_go_in_place());
}

TEST_CASE("preflight: a migration by a command on the way is told, one elsewhere is not") {
    suite::Manifest to = two();
    datasource::MigrationPart command;
    command.name = "/opt/migrate --fast";
    command.argv = {"/opt/migrate", "--fast"};
    to.database.engines.at(datasource::Kind::postgresql).migrations[1].run = {command};
    ClusterFacts facts = three_nodes();
    facts.kind = datasource::Kind::postgresql;
    const auto findings = upgrade::preflight(to, facts, UpgradeMode::rolling);
    REQUIRE(names(findings) == std::vector<std::string>{"migration-command"});
    CHECK(findings[0].severity == engine::Severity::warning);
    CHECK(findings[0].found ==
          "migration by a command: not in one transaction (/opt/migrate --fast)");
    facts.kind = datasource::Kind::sqlite; // a copy is dropped where it fails
    CHECK(upgrade::preflight(to, facts, UpgradeMode::rolling).empty());
    facts.kind = datasource::Kind::postgresql;
    facts.schema = "2";
    CHECK(upgrade::preflight(to, facts, UpgradeMode::rolling).empty());
}

TEST_CASE("preflight: a modification that was cut off on a node is told, and not ignored") {
    ClusterFacts facts = three_nodes();
    facts.nodes[2].facts->begun = "modification";
    const std::vector<Finding> found = upgrade::preflight(two(), facts, UpgradeMode::rolling);
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "unfinished");
    CHECK(found[0].severity == engine::Severity::error);
    CHECK(!found[0].may_be_ignored);
    CHECK(contains(found[0].found, "node-3"));
    CHECK(contains(found[0].remedy, "locum modify --rollback"));
}
