// What a person is told of the host before the plan.

#include "cli/found.hpp"

#include <doctest/doctest.h>

using namespace locum;

namespace {

installer::Facts facts() {
    installer::Facts facts;
    facts.here.system.title = "Debian GNU/Linux 12 (bookworm)";
    facts.here.architecture = "x86_64";
    facts.here.cores = 2;
    facts.here.memory_bytes = 3936ULL << 20;
    facts.here.folders["product"] = {"/opt/small", {1, "/", 2048ULL << 20, true}};
    facts.here.folders["logs"] = {"/var/log/locum/small", {2, "/var", 512ULL << 20, true}};
    facts.here.folders["data"] = {"/var/opt/small", {2, "/var", 512ULL << 20, true}};
    facts.ports = {{"agent", 61616, std::nullopt}, {"device", 30001, std::nullopt}};
    return facts;
}

const installer::ComponentNeed selection{"together", (64ULL << 20) + 1, 72};

} // namespace

TEST_CASE("found: a first node's host, its database and the clock of that") {
    installer::Facts first = facts();
    first.firewall = "nftables";
    first.database = installer::DatabaseFacts{};
    first.database->reachable = true;
    first.database->version_num = 150006;
    first.database->clock_ahead_ms = -1300;
    CHECK(cli::measured_text(first, selection, {}) ==
          R"(system    Debian GNU/Linux 12 (bookworm), x86_64, 2 processor cores
memory    3936 MB; 72 MB needed
disk      512 MB free in the file system at /var, 2048 MB free in the file system at /; 65 MB needed
ports     free: 61616 (agent), 30001 (device)
firewall  nftables
database  PostgreSQL 15.6, can be used
clocks    the database -1.3 s, by this host's
)");
}

TEST_CASE("found: a further node's host, a port that is taken, and the cluster's clocks") {
    installer::Facts further = facts();
    further.here.system.title.clear();
    further.here.cores = 1;
    further.firewall = "";
    further.ports[1].taken_by = platform::Listener{};
    CHECK(cli::measured_text(further, selection,
                             {{"node-1", false, 300, ""},
                              {"node-2", false, std::nullopt, "it is silent"},
                              {"the database", true, -20, ""},
                              {"node-3 (this host)", false, 0, ""}}) ==
          R"(system    a system that does not say what it is, x86_64, 1 processor core
memory    3936 MB; 72 MB needed
disk      512 MB free in the file system at /var, 2048 MB free in the file system at /; 65 MB needed
ports     free: 61616 (agent); taken: 30001 (device)
firewall  none in force
clocks    node-1 +0.3 s, the database +0.0 s, by this host's
)");
}
