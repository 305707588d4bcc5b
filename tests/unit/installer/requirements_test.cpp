// What a suite asks of a host, held against hosts made by hand.

#include "installer/meeting.hpp"
#include "installer/requirements.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Finding;
using engine::Severity;
using installer::HostFacts;

namespace {

constexpr std::uint64_t mega = 1ULL << 20;

HostFacts host() {
    HostFacts facts;
    facts.system = {"debian", {}, "12", "Debian GNU/Linux 12 (bookworm)"};
    facts.architecture = "x86_64";
    facts.cores = 2;
    facts.memory_bytes = 1000 * mega;
    facts.folders["product"] = {"/opt/small", {1, "/", 100 * mega, true}};
    facts.folders["state"] = {"/var/lib/locum/small", {2, "/var", 50 * mega, true}};
    facts.folders["data"] = {"/var/opt/small", {2, "/var", 50 * mega, true}};
    return facts;
}

std::vector<std::string> lines(const std::vector<Finding>& findings) {
    std::vector<std::string> all;
    for (const Finding& finding : findings)
        all.push_back(finding.name + ": " + finding.found + " | " + finding.expected);
    return all;
}

} // namespace

TEST_CASE("disk: what goes to one file system is summed, and told together") {
    CHECK(installer::disk_findings(host(), {{"state", "the bundle", 20 * mega},
                                            {"data", "the copy", 30 * mega},
                                            {"product", "the version", 100 * mega}})
              .empty());
    const auto findings = installer::disk_findings(host(),
                                                   {{"state", "the bundle", 20 * mega},
                                                    {"data", "the copy", 30 * mega + 1},
                                                    {"product", "the version", 101 * mega},
                                                    {"nowhere", "nothing", 1000 * mega}},
                                                   "node-2: ");
    CHECK(
        lines(findings) ==
        std::vector<std::string>{
            "disk: node-2: 100 MB free in the file system at / | 101 MB: 101 MB for the version "
            "in /opt/small",
            "disk: node-2: 50 MB free in the file system at /var | 51 MB: 20 MB for the bundle in "
            "/var/lib/locum/small, 31 MB for the copy in /var/opt/small"});
    CHECK(findings[0].remedy == "free 1 MB there, or make it larger");
    CHECK(findings[0].may_be_ignored);
}

TEST_CASE("disk: of an installation, by file system, what goes there and what may come") {
    suite::Manifest manifest = small_manifest();
    manifest.parts = {{"payload/server.tar.zst", 3 * mega, ""},
                      {"payload/tool.tar.zst", 4 * mega, ""}};
    HostFacts facts = host();
    facts.folders["data"] = {"/srv/small", {3, "/srv", 5 * mega, true}};
    std::vector<std::string> told;
    const auto by_file_system = [&](bool keeps_bundle) {
        told.clear();
        for (const auto& there : installer::needs_by_file_system(
                 facts, installer::needs_of_installation(manifest, {"server"}, keeps_bundle)))
            for (const auto& part : there.parts)
                told.push_back(fmt::format("{} {} of {}: {} for {} in {}", there.system.mount,
                                           there.bytes >> 20, there.system.free_bytes >> 20,
                                           part.bytes >> 20, part.what, part.path));
        return told;
    };
    CHECK(by_file_system(true) ==
          std::vector<std::string>{
              "/ 20 of 100: 20 for the selected components in /opt/small",
              "/var 11 of 50: 4 for Locum's state in /var/lib/locum/small",
              "/var 11 of 50: 7 for the bundle, to repair from in /var/lib/locum/small",
              "/srv 0 of 5: 0 for data in /srv/small"});
    CHECK(by_file_system(false)[1] == "/var 4 of 50: 4 for Locum's state in /var/lib/locum/small");
    // What takes nothing yet is no reason.
    facts.folders["state"].system = facts.folders["data"].system = {3, "/srv", mega, true};
    CHECK(lines(installer::disk_findings(
              facts, installer::needs_of_installation(manifest, {"server"}, false))) ==
          std::vector<std::string>{"disk: 1 MB free in the file system at /srv | 4 MB: 4 MB for "
                                   "Locum's state in /var/lib/locum/small"});
}

TEST_CASE("disk: the product's need is what the bundle unpacks, or the manifest's word where that "
          "is more") {
    suite::Manifest manifest = small_manifest();
    CHECK(installer::product_bytes(manifest, {"server", "balancer"}) == 22 * mega);
    manifest.files = {{"server", "a", suite::File::Type::regular, 0644, 1, "", ""},
                      {"server", "d", suite::File::Type::directory, 0755, 0, "", ""},
                      {"server", "b", suite::File::Type::regular, 0644, 4097, "", ""},
                      {"balancer", "c", suite::File::Type::regular, 0644, 40 * mega, "", ""}};
    CHECK(installer::unpacked_bytes(manifest, {"server"}) == 4096 + 4096 + 8192);
    CHECK(installer::product_bytes(manifest, {"server"}) == 20 * mega);
    CHECK(installer::product_bytes(manifest, {"balancer"}) == 40 * mega);
}

TEST_CASE("host: system, architecture, programs that may run, memory") {
    suite::Manifest manifest = small_manifest();
    CHECK(installer::host_findings(manifest, {"server"}, host()).empty());
    manifest.requirements.systems = {{"rhel", "9"}, {"debian", "12"}};
    manifest.requirements.architectures = {"x86_64"};
    CHECK(installer::host_findings(manifest, {"server"}, host()).empty());
    HostFacts other = host();
    other.system = {"debian", {}, "11", "Debian GNU/Linux 11 (bullseye)"};
    other.architecture = "aarch64";
    other.folders["product"].system.runs_programs = false;
    other.memory_bytes = 9 * mega;
    const auto findings = installer::host_findings(manifest, {"server"}, other, "node-1: ");
    CHECK(lines(findings) ==
          std::vector<std::string>{
              "memory: node-1: 9 MB | 10 MB for the selected components",
              "os: node-1: Debian GNU/Linux 11 (bullseye) (debian 11) | rhel >= 9 or debian >= 12",
              "arch: node-1: aarch64 | x86_64",
              "noexec: node-1: the file system at / is mounted noexec | one that lets the programs "
              "in /opt/small run"});
    CHECK(findings[1].may_be_ignored);
    CHECK(!findings[2].may_be_ignored);
    CHECK(!findings[3].may_be_ignored);
}

TEST_CASE("advice: never more than a warning") {
    suite::Manifest manifest = small_manifest();
    manifest.components[0].recommended_memory_mb = 800;
    manifest.components[0].recommended_cores = 2;
    manifest.components[2].recommended_memory_mb = 400;
    manifest.components[2].recommended_cores = 1;
    CHECK(installer::host_findings(manifest, {"server"}, host()).empty());
    const auto findings = installer::host_findings(manifest, {"server", "balancer"}, host());
    CHECK(lines(findings) ==
          std::vector<std::string>{"advice-memory: 1000 MB of memory | 1200 MB recommended for "
                                   "these components together",
                                   "advice-cores: 2 processor cores | 3 recommended for these "
                                   "components together"});
    manifest.advice = {{{"server", "balancer"}, "", "", 0, 0, "separate them above 50,000 devices"},
                       {{}, "server", "balancer", 2, 0, "add a balancer"},
                       {{}, "server", "", 2, 0, "make a second network"}};
    CHECK(installer::advice_findings(manifest, {"server"}, {{"server"}, {"balancer"}}).empty());
    const auto advice =
        installer::advice_findings(manifest, {"server", "balancer"}, {{"server"}, {"server"}});
    CHECK(lines(advice) ==
          std::vector<std::string>{"advice: server and balancer on one host | ",
                                   "advice: 3 with server and 1 with balancer in the cluster | at "
                                   "most 2 for each",
                                   "advice: 3 with server in the cluster | at most 2"});
    manifest.advice = {{{}, "balancer", "", 0, 2, "one is not enough"}};
    CHECK(installer::advice_findings(manifest, {"server"}, {{"balancer"}, {"balancer"}}).empty());
    CHECK(lines(installer::advice_findings(manifest, {"balancer"}, {{"server"}})) ==
          std::vector<std::string>{"advice: 1 with balancer in the cluster | at least 2"});
    for (const auto& all : {findings, advice})
        for (const Finding& finding : all)
            CHECK(finding.severity == Severity::warning);
}

TEST_CASE("needs: of each component, and of all together") {
    suite::Manifest manifest = small_manifest();
    manifest.files = {{"server", "run", suite::File::Type::regular, 0755, 25U << 20, "", ""}};
    std::vector<std::string> told;
    for (const installer::ComponentNeed& need :
         installer::needs_of(manifest, {"server", "balancer"}))
        told.push_back(
            fmt::format("{} {} {}", need.component, need.disk_bytes >> 20, need.memory_mb));
    // Of the disk what is unpacked counts where it is more than disk-mb: 25 of the server, not 20.
    CHECK(told == std::vector<std::string>{"server 25 10", "balancer 2 1", "together 25 11"});
}

TEST_CASE("database: the oldest version that the manifest names, to the minor one") {
    suite::Engine engine;
    CHECK(installer::database_version_findings(engine, 120'000).empty());
    engine.oldest = engine::Version::parse("13");
    CHECK(installer::database_version_findings(engine, 130'000).empty());
    CHECK(
        lines(installer::database_version_findings(engine, 120'017)) ==
        std::vector<std::string>{"datasource-version: PostgreSQL 12.17 | PostgreSQL 13 or newer"});
    engine.oldest = engine::Version::parse("13.4");
    CHECK(installer::database_version_findings(engine, 130'003).size() == 1);
    CHECK(installer::database_version_findings(engine, 130'010).empty());
}

TEST_CASE("reach: who cannot reach whom, what nobody reaches, and who refuses, is a warning") {
    const cluster::Unreached timeout{{"the agent of b", "10.0.0.2:61616"}, "no answer", false};
    const cluster::Unreached refusal{
        {"port device of the server on b", "10.0.0.2:30001"}, "Connection refused", true};
    const auto findings = installer::reach_findings("a", {timeout, refusal});
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].found == "a cannot reach the agent of b at 10.0.0.2:61616: no answer");
    CHECK(findings[0].severity == Severity::error);
    CHECK(contains(findings[0].remedy, "open TCP port 61616 of 10.0.0.2 for a"));
    CHECK(findings[1].severity == Severity::warning);
    const auto silent = installer::reach_findings("a", {timeout}, {{"b", "no sign"}});
    CHECK(silent[0].severity == Severity::warning);
    CHECK(contains(silent[0].found, "(nor can others)"));
    // An agent that is known to answer others, and refuses here, is kept off by something.
    cluster::Unreached agent = timeout;
    agent.refused = true;
    CHECK(installer::reach_findings("a", {agent})[0].severity == Severity::error);
}

TEST_CASE("host facts: what an agent tells arrives as it was") {
    const HostFacts told = host();
    const HostFacts heard = installer::host_facts_from_json(to_json(told));
    CHECK(heard.system == told.system);
    CHECK(heard.architecture == told.architecture);
    CHECK(heard.cores == told.cores);
    CHECK(heard.memory_bytes == told.memory_bytes);
    CHECK(heard.folders.at("data").path == "/var/opt/small");
    CHECK(heard.folders.at("data").system.device == 2);
    CHECK(heard.folders.at("data").system.free_bytes == 50 * mega);
}
