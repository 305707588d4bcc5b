// Answers over an installation: what they say otherwise is told, key by key, and nothing else is.

#include "installer/unused_answers.hpp"
#include "tests/support/findings.hpp"
#include "tests/support/site.hpp"

#include <functional>

using namespace locum;
using namespace locum::testing;
using engine::Finding;
using installer::Clients;

namespace {

// A node with a server and a balancer, and the answers that it was installed by.
struct Case {
    suite::Manifest manifest = small_manifest();
    installer::Answers answers;
    installer::Kept kept;

    Case() {
        answers = installer::parse_answers(R"(format = 1
suite = "small"
licence-accepted = true
components = ["server", "balancer"]
run-directory = "/run/short"
[node]
name = "node-1"
address = "10.0.0.1"
[token]
create = "/tokens/network.token"
[datasource]
type = "postgresql"
host = "db1"
database = "small"
application = { user = "app", password = { file = "app.password" } }
locum = { user = "locum", password = { prompt = true } }
[ports]
device = 8443
[services.balancer]
account = "shop"
[firewall.rules]
agent = "peers"
front = ["10.0.0.0/8"]
)",
                                           "/answers.toml");
        kept.layout = {"", "small"};
        kept.node.suite = "small";
        kept.node.components = answers.components;
        kept.node.agent_port = 61616;
        kept.node.data_folder = kept.layout.data();
        kept.node.run_folder = platform::absolute("/run/short");
        kept.node.ports = {{"device", 8443}, {"front", 30001}};
        kept.node.services = {{"balancer", {"shop", false}}};
        kept.datasource = datasource::Settings{};
        kept.datasource->kind = datasource::Kind::postgresql;
        kept.datasource->host = "db1";
        kept.datasource->port = 5432;
        kept.datasource->database = "small";
        kept.datasource->application = {"app", engine::Secret("a")};
        kept.datasource->locum = {"locum", engine::Secret("b")};
        kept.firewall = installer::FirewallRecord{
            installer::port_rules(manifest, kept.node.ports, 61616, answers.firewall),
            {},
            "nftables"};
    }

    std::vector<Finding> findings() const {
        return installer::unused_answers(answers, manifest, kept);
    }
};

// A path as it is said.
std::string quoted(const std::string& path) {
    return "\"" + platform::absolute(path) + "\"";
}

} // namespace

TEST_CASE("unused answers: those that a node was installed by have none") {
    CHECK(names(Case().findings()).empty());
    // Nor those of a node that holds neither datasource nor firewall, and of one below a folder.
    Case other;
    other.kept.datasource.reset();
    other.kept.firewall.reset();
    other.kept.layout.root = "/srv/node";
    other.kept.node.data_folder = other.kept.layout.data();
    CHECK(names(other.findings()).empty());
}

TEST_CASE("unused answers: each key that differs, what is installed, and what to type") {
    const std::string anew =
        "to change it: locum uninstall, and install it with these answers; else correct them";
    const std::string balancer =
        "to change it: locum modify --remove balancer, then: locum modify --add balancer --answers "
        "/answers.toml; else correct the answers";
    const std::string database = "to work on another one: locum datasource add NAME, then: locum "
                                 "datasource activate NAME; else correct the answers";
    struct Row {
        std::function<void(Case&)> change;
        std::string found;
        std::string installed;
        std::string remedy;
    };
    const std::vector<Row> rows = {
        {[](Case& c) { c.answers.data_directory = "/srv/small"; },
         "data-directory = " + quoted("/srv/small"), quoted(Case().kept.layout.data()), anew},
        {[](Case& c) { c.answers.run_directory.clear(); },
         "run-directory = " + quoted(Case().kept.layout.run()), quoted("/run/short"), anew},
        {[](Case& c) { c.answers.agent_port = 7000; }, "node.agent-port = 7000", "61616", anew},
        {[](Case& c) { c.answers.ports["device"] = 8444; }, "ports.device = 8444", "8443", anew},
        {[](Case& c) { c.answers.ports["front"] = 443; }, "ports.front = 443", "30001", balancer},
        {[](Case& c) { c.answers.services["server"].by_hand = true; },
         "services.server.start = \"manual\"", "\"automatic\"", anew},
        {[](Case& c) { c.answers.services.clear(); }, "services.balancer.account = the suite's",
         "\"shop\"", balancer},
        {[](Case& c) {
             c.answers.firewall = {false, {}};
         },
         "firewall.manage = false", "true", anew},
        {[](Case& c) { c.answers.firewall.rules["agent"] = {Clients::Who::any}; },
         "firewall.rules.agent = \"any\"", "\"peers\"", anew},
        {[](Case& c) { c.answers.firewall.rules["front"] = {Clients::Who::nobody}; },
         "firewall.rules.front = \"off\"", "[\"10.0.0.0/8\"]", balancer},
        {[](Case& c) { c.kept.datasource->host = "db2"; }, "datasource.host = \"db1\"", "\"db2\"",
         database},
        {[](Case& c) { c.answers.datasource->port = 5433; }, "datasource.port = 5433", "5432",
         database},
        {[](Case& c) { c.answers.datasource->database = "other"; },
         "datasource.database = \"other\"", "\"small\"", database},
        {[](Case& c) { c.answers.datasource->application.user = "web"; },
         "datasource.application.user = \"web\"", "\"app\"", database},
        {[](Case& c) { c.answers.datasource->locum.user = "root"; },
         "datasource.locum.user = \"root\"", "\"locum\"", database},
        {[](Case& c) { c.answers.datasource = installer::DatasourceAnswer{}; },
         "datasource.type = \"embedded\"", "\"postgresql\"", database},
        {[](Case& c) {
             c.answers.datasource = installer::DatasourceAnswer{};
             c.kept.datasource->kind = datasource::Kind::sqlite;
             c.kept.datasource->file = "/srv/small.sqlite";
         },
         "datasource.file = " + quoted(Case().kept.layout.data() + "/small.sqlite"),
         "\"/srv/small.sqlite\"", database},
    };
    for (const Row& row : rows) {
        CAPTURE(row.found);
        Case one;
        row.change(one);
        const std::vector<Finding> findings = one.findings();
        REQUIRE(names(findings) == std::vector<std::string>{"answers-unused"});
        CHECK(findings[0].severity == engine::Severity::warning);
        CHECK(findings[0].found == row.found + " by /answers.toml");
        CHECK(findings[0].expected == row.installed + ", as this node is installed: it stays so");
        CHECK(findings[0].remedy == row.remedy);
    }
}

TEST_CASE("unused answers: the vendor's choice of another version is nobody's answer") {
    Case one;
    one.answers.ports.clear();
    one.answers.firewall.rules.clear();
    // And what is for components of other hosts is passed over, as by an installation.
    one.answers.services["elsewhere"].by_hand = true;
    CHECK(names(one.findings()).empty());
}

TEST_CASE("unused answers: what an installation keeps is what its answers say") {
    Site site({"server", "balancer"});
    site.run_until("agent/start");
    CHECK(
        names(installer::unused_answers(site.installation().answers, site.installation().manifest(),
                                        installer::what_is_kept(site.layout())))
            .empty());
    site.installation().answers.agent_port = 61998;
    const auto findings =
        installer::unused_answers(site.installation().answers, site.installation().manifest(),
                                  installer::what_is_kept(site.layout()));
    REQUIRE(findings.size() == 1);
    CHECK(contains(findings[0].remedy, "locum uninstall --root " + site.root()));
}
