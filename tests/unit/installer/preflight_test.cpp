// What speaks against an installation, from facts made by hand.

#include "tests/support/findings.hpp"
#include "tests/support/small_suite.hpp"

#include "installer/checks.hpp"
#include "installer/facts.hpp"

#include <algorithm>

using namespace locum;
using namespace locum::testing;
using engine::Finding;
using installer::Answers;
using installer::Facts;

namespace {

struct Case {
    suite::Manifest manifest = small_manifest();
    Answers answers;
    Facts facts;

    // A first node with a server on a host where all is well.
    Case() {
        answers.file = "answers.toml";
        answers.suite = "small";
        answers.licence_accepted = true;
        answers.node_name = "node-1";
        answers.address = "10.0.0.1";
        answers.components = {"server"};
        answers.create_token = "/tokens/network.token";
        facts.here.memory_bytes = 1ULL << 30;
        facts.here.cores = 2;
        for (const auto& [name, path] : {std::pair{"product", "/opt/small"},
                                         {"state", "/var/lib/locum/small"},
                                         {"logs", "/var/log/locum/small"},
                                         {"data", "/var/opt/small"}})
            facts.here.folders[name] = {path, {1, "/", 1ULL << 30, true}};
        facts.run_folder = "/run/small";
        facts.ports = {{"agent", 61616, std::nullopt}, {"device", 30001, std::nullopt}};
        facts.database = installer::DatabaseFacts{};
        facts.database->reachable = true;
    }

    std::vector<Finding> findings() const { return installer::preflight(answers, manifest, facts); }
};

} // namespace

TEST_CASE("preflight: nothing to find where all is well") {
    CHECK(Case().findings().empty());
    Case further;
    further.answers.create_token.clear();
    further.answers.use_token = "/tokens/network.token";
    further.answers.components = {"balancer"};
    further.facts.token = token::NetworkToken{};
    further.facts.token->suite = "small";
    further.facts.database.reset();
    CHECK(further.findings().empty());
}

TEST_CASE("preflight: each thing that is wrong is found once, by its name, with a remedy") {
    struct {
        std::string name;
        std::function<void(Case&)> spoil;
        std::string found;
        std::string expected;
    } const table[] = {
        {"component-unknown",
         [](Case& c) {
             c.answers.components = {"server", "servr"};
         },
         "component servr", "one of server, tool, balancer"},
        {"component-requires",
         [](Case& c) {
             c.answers.components = {"tool"};
             c.answers.create_token.clear();
         },
         "tool without server", "server on the same host"},
        {"server-first", [](Case& c) { c.answers.components = {"balancer"}; },
         "a first node without a server", "a server: it creates the cluster"},
        {"topology",
         [](Case& c) {
             c.manifest.topologies = {{"alone", "Alone", {"server"}}};
             c.answers.components = {"server", "balancer"};
         },
         "components server, balancer", "components of one topology: alone (server)"},
        {"port-unknown",
         [](Case& c) {
             c.answers.ports = {{"devise", 1}};
         },
         "ports.devise", "a port of the manifest"},
        {"suite", [](Case& c) { c.answers.suite = "large"; }, "answers for large",
         "answers for small"},
        {"licence", [](Case& c) { c.answers.licence_accepted = false; }, "licence-accepted = false",
         "the licence accepted (licence.txt)"},
        {"memory", [](Case& c) { c.facts.here.memory_bytes = 9ULL << 20; }, "9 MB",
         "10 MB for the selected components"},
        {"disk",
         [](Case& c) {
             c.facts.here.folders["product"].system = {7, "/opt", 19ULL << 20};
         },
         "19 MB free in the file system at /opt",
         "20 MB: 20 MB for the selected components in /opt/small"},
        {"folder-writeable",
         [](Case& c) {
             c.facts.unwriteable = {"/etc/opt/small"};
             c.facts.root = true;
         },
         "/etc/opt/small cannot be written", "a folder to write to"},
        {"privileges",
         [](Case& c) {
             c.facts.unwriteable = {"/opt/small", "/etc/opt/small"};
         },
         "no right to write /opt/small, /etc/opt/small",
         "root, since the installation is the host's own"},
        {"other-installation",
         [](Case& c) {
             c.facts.other_agents = {{"/srv/a", 4711}};
         },
         "small is installed on this host already, below /srv/a (agent: process 4711)",
         "one installation of the suite on a host"},
        {"clock-database",
         [](Case& c) {
             c.facts.database->version_num = 150'006;
             c.facts.database->clock_ahead_ms = -61'000;
         },
         "clocks 61.0 s apart, and no majority says who is right (from their middle: node-1 (this "
         "host) +30.5 s, the database -30.5 s)",
         "all clocks within 60 s of each other"},
        {"datasource-version",
         [](Case& c) {
             c.manifest.database.engines.at(datasource::Kind::postgresql).oldest =
                 engine::Version::parse("15.7");
             c.facts.database->version_num = 150'006;
             c.facts.database->clock_ahead_ms = 0;
         },
         "PostgreSQL 15.6", "PostgreSQL 15.7 or newer"},
        {"address", [](Case& c) { c.answers.address = "0.0.0.0"; }, "address 0.0.0.0",
         "the one address at which the other nodes reach this one"},
        {"address", [](Case& c) { c.answers.address = "::"; },
         "address ::", "the one address at which the other nodes reach this one"},
        {"address", [](Case& c) { c.facts.address_fault = "no such name"; },
         "address 10.0.0.1: no such name", "an address of this host"},
        {"socket-path",
         [](Case& c) {
             c.answers.components = {"server", "balancer"};
             c.facts.run_folder = "/" + std::string(85, 'r');
         },
         "/" + std::string(85, 'r') + "/haproxy.sock (99 characters)", "at most 97 characters"},
        {"port-taken",
         [](Case& c) {
             c.facts.ports[1].taken_by = platform::Listener{"0.0.0.0", 30001, 4711, "nginx"};
         },
         "10.0.0.1:30001 (device) is taken by nginx (process 4711)", "a free port"},
        {"port-taken",
         [](Case& c) {
             c.facts.ports[0].taken_by = platform::Listener{"0.0.0.0", 61616, std::nullopt, ""};
         },
         "10.0.0.1:61616 (agent) is taken by a process (process unknown)", "a free port"},
        {"token-exists", [](Case& c) { c.facts.token_exists = true; },
         "/tokens/network.token exists",
         "no file there: a second token would not admit the first one's nodes"},
        {"token-folder", [](Case& c) { c.facts.token_folder_writeable = false; },
         "the folder of /tokens/network.token cannot be written",
         "a folder to write the network token to"},
        {"token-suite",
         [](Case& c) {
             c.facts.token = token::NetworkToken{};
             c.facts.token->suite = "large";
         },
         "a network token of large", "one of small"},
        {"keystore-suite",
         [](Case& c) {
             c.facts.keystore = token::Keystore{};
             c.facts.keystore->suite = "large";
         },
         "a keystore of large", "one of small"},
        {"keystore-warning", [](Case& c) { c.answers.keystore = installer::KeystoreAnswer{}; },
         "keystore.warning-accepted = false",
         fmt::format("the warning accepted: {}", installer::keystore_warning)},
        {"datasource",
         [](Case& c) {
             c.facts.database->reachable = false;
             c.facts.database->why_not = "no route to db.example";
         },
         "no route to db.example", "a database that Locum's account can use"},
        {"registry-exists",
         [](Case& c) {
             c.facts.database->registry = true;
             c.facts.database->objects = {"thing"};
         },
         "this database belongs to a cluster already", "an empty database for a new cluster"},
        {"datasource-foreign-schema",
         [](Case& c) {
             c.facts.database->objects = {"orders", "people"};
         },
         "2 objects in the database: orders, people", "an empty database"},
        {"grant",
         [](Case& c) {
             c.facts.grants = {
                 {"grant", engine::Severity::error, "no CREATE", "CREATE", "GRANT CREATE …"}};
         },
         "no CREATE", "CREATE"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        Case one;
        row.spoil(one);
        const std::vector<Finding> findings = one.findings();
        CHECK(names(findings) == std::vector<std::string>{row.name});
        REQUIRE(!findings.empty());
        CHECK(findings[0].found == row.found);
        CHECK(findings[0].expected == row.expected);
        CHECK(!findings[0].remedy.empty());
        CHECK(findings[0].severity == engine::Severity::error);
    }
}

TEST_CASE("preflight: everything that is wrong is reported together") {
    Case one;
    one.answers.licence_accepted = false;
    one.facts.here.memory_bytes = 0;
    one.facts.here.folders["product"].system = {7, "/opt", 0};
    one.facts.token_exists = true;
    one.facts.unwriteable = {"/opt/small", "/etc/opt/small"};
    one.facts.root = true;
    one.facts.database->reachable = false;
    std::vector<std::string> found = names(one.findings());
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<std::string>{"datasource", "disk", "folder-writeable",
                                            "folder-writeable", "licence", "memory",
                                            "token-exists"});
}

TEST_CASE("preflight: what a folder that cannot be written needs depends on who runs it") {
    Case one;
    one.facts.unwriteable = {"/opt/small"};
    CHECK(contains(one.findings()[0].remedy, "--root"));
    one.facts.root_folder = "/srv";
    CHECK(names(one.findings()) == std::vector<std::string>{"folder-writeable"});
    CHECK(contains(one.findings()[0].remedy, "--root"));
    one.facts.root = true;
    CHECK(!contains(one.findings()[0].remedy, "--root"));
}

TEST_CASE(
    "preflight: what keeps a service from running is refused, what may keep it is a warning") {
    Case one;
    one.facts.service_troubles = {
        {"the service small-server is marked for deletion", "close services.msc", true},
        {"the account .\\shop has not got the right to log on", "grant it: secpol.msc", false}};
    std::vector<Finding> findings = one.findings();
    REQUIRE(names(findings) == std::vector<std::string>{"service-manager", "service-manager"});
    CHECK(findings[0].severity == engine::Severity::error);
    CHECK(findings[0].found == "the service small-server is marked for deletion");
    CHECK(findings[0].expected == "a service that can be installed and started");
    CHECK(findings[0].remedy == "close services.msc");
    CHECK(findings[1].severity == engine::Severity::warning);
    CHECK(findings[1].found == "the account .\\shop has not got the right to log on");
    CHECK(findings[1].remedy == "grant it: secpol.msc");
    CHECK(installer::has_errors(findings));
    findings.erase(findings.begin());
    CHECK(!installer::has_errors(findings));
}

TEST_CASE("preflight: whether a finding may be ignored is as the list of checks says") {
    Case one;
    one.facts.here = {};
    one.facts.here.folders["logs"] = {"/var/log", {3, "/var", 0, true}};
    one.facts.other_agents = {{"/srv/a", 1}};
    one.facts.unwriteable = {"/opt/small"};
    one.facts.database->version_num = 1;
    one.facts.database->clock_ahead_ms = 1'000'000;
    one.facts.surroundings.packages.missing = {"haproxy"};
    one.facts.surroundings.capabilities = {"net-raw"};
    one.facts.token_exists = true;
    const std::vector<Finding> findings = one.findings();
    CHECK(findings.size() == 8);
    for (const Finding& finding : findings) {
        CAPTURE(finding.name);
        const auto info = std::find_if(installer::checks().begin(), installer::checks().end(),
                                       [&](const auto& all) { return all.name == finding.name; });
        REQUIRE(info != installer::checks().end());
        CHECK(finding.may_be_ignored == info->strict.empty());
    }
}

TEST_CASE("--ignore: a warning, or why not") {
    Case one;
    one.facts.here.memory_bytes = 9ULL << 20;
    one.facts.token_exists = true;
    CHECK(contains(to_line(one.findings()[0]), "; or, knowing better: --ignore memory"));
    CHECK(!contains(to_line(one.findings()[1]), "--ignore"));
    const auto demoted = installer::demoted(one.findings(), {"memory"});
    CHECK(demoted[0].severity == engine::Severity::warning);
    CHECK(demoted[1].severity == engine::Severity::error);
    const engine::Error strict =
        error_of([&] { installer::demoted(one.findings(), {"token-exists"}); });
    CHECK(strict.kind() == engine::Kind::usage);
    CHECK(contains(strict.what(), "token-exists cannot be ignored: two clusters would write"));
    // Not even where nothing is found: what is typed once is typed again.
    CHECK(error_of([] { installer::demoted({}, {"clock"}); }).kind() == engine::Kind::usage);
    const engine::Error unknown = error_of([] { installer::demoted({}, {"memroy"}); });
    CHECK(std::string(unknown.what()) == "no check is called 'memroy'");
    CHECK(contains(unknown.remedy(), "memory, disk, os"));
}

TEST_CASE("preflight: a socket's path is nobody's concern without a balancer") {
    Case one;
    one.facts.run_folder = "/" + std::string(200, 'r');
    CHECK(one.findings().empty());
}

TEST_CASE("facts: the token's folder must be there, since nothing makes it") {
    Scratch scratch;
    Answers answers = Case().answers;
    answers.address = "127.0.0.1";
    const cluster::Layout layout{scratch / "root", "small"};
    answers.create_token = scratch / "missing/network.token";
    CHECK(!installer::gather_facts(answers, small_manifest(), layout).token_folder_writeable);
    answers.create_token = scratch / "network.token";
    Facts facts = installer::gather_facts(answers, small_manifest(), layout);
    CHECK(facts.token_folder_writeable);
    CHECK(!facts.token_exists);
    CHECK(facts.unwriteable.empty());
    CHECK(facts.data_folder == layout.data());
    CHECK(facts.here.memory_bytes > 1 << 20);
    CHECK(facts.here.folders.at("product").system.free_bytes > 1 << 20);
    CHECK(facts.here.folders.size() == 4);
    REQUIRE(facts.ports.size() == 2);
    CHECK(facts.ports[1].name == "device");
    platform::write_file(answers.create_token, "x", 0600);
    CHECK(installer::gather_facts(answers, small_manifest(), layout).token_exists);
}

TEST_CASE("facts: an embedded database is looked at, not made") {
    Scratch scratch;
    Answers answers = Case().answers;
    answers.address = "127.0.0.1";
    answers.create_token = scratch / "network.token";
    answers.datasource = installer::DatasourceAnswer{};
    answers.datasource->file = scratch / "suite.sqlite";
    const cluster::Layout layout{scratch / "root", "small"};
    Facts facts = installer::gather_facts(answers, small_manifest(), layout);
    CHECK(facts.database->reachable);
    CHECK(!facts.database->registry);
    CHECK(fingerprint(scratch.path()) == "");

    datasource::ConnectOptions options;
    options.create = true;
    datasource::connect_file(scratch / "suite.sqlite", options)
        ->script("CREATE TABLE theirs (id integer PRIMARY KEY)");
    facts = installer::gather_facts(answers, small_manifest(), layout);
    CHECK(facts.database->objects == std::vector<std::string>{"table \"theirs\""});
    CHECK(!facts.database->registry);

    platform::write_file(scratch / "suite.sqlite", "no database", 0600);
    facts = installer::gather_facts(answers, small_manifest(), layout);
    CHECK(!facts.database->reachable);
    CHECK(!facts.database->why_not.empty());
}

TEST_CASE("preflight: a host file that is another one is told with the rest") {
    Case one;
    one.facts.host_files = {{"host-file", engine::Severity::error, "x", "y", "z"}};
    CHECK(names(one.findings()) == std::vector<std::string>{"host-file"});
}

TEST_CASE("preflight: components that the bundle does not bring for the host's system") {
    const auto found = [](const std::string& system, std::vector<std::string> components) {
        Case one;
        one.manifest = mixed_manifest(system);
        one.answers.components = std::move(components);
        std::string all;
        for (const Finding& finding : one.findings()) {
            CHECK(finding.severity == engine::Severity::error);
            CHECK_FALSE(finding.may_be_ignored);
            CHECK(!finding.remedy.empty());
            all +=
                fmt::format("{}: {}; expected {}\n", finding.name, finding.found, finding.expected);
        }
        return all;
    };
    CHECK(found("linux-x86_64", {"server", "tool"}) == "");
    CHECK(found("windows-x86_64", {"server"}) == "");
    CHECK(found("windows-x86_64", {"server", "tool"}) ==
          "component-system: component tool on a host of windows-x86_64; expected one that the "
          "bundle has for it: server\n");
    // A tool of Linux beside a server that is for another architecture.
    CHECK(found("linux-aarch64", {"server"}) ==
          "component-system: component server on a host of linux-aarch64; expected one that the "
          "bundle has for it: balancer\n");
}
