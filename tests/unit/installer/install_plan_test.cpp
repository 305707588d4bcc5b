// The plan as it is printed: a pure function of bundle, answers and facts.

#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

std::string printed(const installer::Installation& installation) {
    const engine::Plan plan = installer::install_plan(installation);
    std::string text = plan.title + "\n";
    for (const std::string& line : engine::lines(plan))
        text += "  " + line + "\n";
    return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

// Lines up as the plan does: the ids are padded to the longest.
void check_plan(const Site& site, const std::string& expected) {
    const std::string before = fingerprint(site.folder());
    std::string text = printed(site.installation());
    for (const auto& [path, word] : {std::pair{site.layout().product(), "PRODUCT"},
                                     {site.layout().state(), "STATE"},
                                     {site.layout().etc(), "ETC"},
                                     {site.root(), "ROOT"},
                                     {site.folder(), "FOLDER"}})
        text = replaced(std::move(text), path, word);
    CHECK(text == expected);
    CHECK(fingerprint(site.folder()) == before); // printing the plan is the dry run
}

void make_further(Site& site) {
    installer::Installation& installation = site.installation();
    installation.answers.create_token.clear();
    installation.answers.use_token = site.token();
    installation.answers.node_name = "node-2";
    installation.answers.datasource.reset();
    installation.facts.datasource.reset();
    installation.facts.database.reset();
    token::NetworkToken token;
    token.suite = "small";
    token.cluster_id = "c1";
    token.addresses = {"127.0.0.1:61999"};
    token.ca_pin = std::string(64, 'a');
    token.bundle_key = site.vendor().key().hex();
    installation.facts.token = token;
}

} // namespace

TEST_CASE("plan of a first node with a server and a balancer") {
    const Site site({"balancer", "server"});
    check_plan(site, R"(install Small 1.0 as node-1
  files/folders          create the folders of small below ROOT
  files/unpack           unpack Small 1.0 to PRODUCT/versions/1.0
  files/bundle           keep the bundle in STATE/bundles, to repair from
  files/link-balancer    let balancer be version 1.0
  files/link-server      let server be version 1.0
  network/authority      create the network's certificate authority and the key of node-1
  datasource/registry    create Locum's registry beside the suite's data
  datasource/schema      create the suite's schema, version 1
  network/register       register node-1 in the registry
  files/config-balancer  write the configuration of balancer to ETC
  files/config-server    write the configuration of server to ETC
  agent/start            start the agent on 127.0.0.1:61999
  service/server         start server and wait until its probes pass
  service/balancer       start balancer and wait until its probes pass
  network/token          write the network token to FOLDER/token/network.token
)");
}

TEST_CASE("plan of a further server: it joins, and the balancers are told of it") {
    Site site({"server"});
    make_further(site);
    const std::string fingerprint = site.installation().facts.token->fingerprint();
    check_plan(site, R"(install Small 1.0 as node-2
  files/folders        create the folders of small below ROOT
  files/unpack         unpack Small 1.0 to PRODUCT/versions/1.0
  files/bundle         keep the bundle in STATE/bundles, to repair from
  files/link-server    let server be version 1.0
  network/join         join network )" +
                         fingerprint + R"( as node-2
  files/config-server  write the configuration of server to ETC
  agent/start          start the agent on 127.0.0.1:61999
  service/server       start server and wait until its probes pass
  network/balancers    let the balancers of the network know node-2
)");
}

TEST_CASE("plan of a lone balancer: no datasource, nobody is told") {
    Site site({"balancer"});
    make_further(site);
    const std::string fingerprint = site.installation().facts.token->fingerprint();
    check_plan(site, R"(install Small 1.0 as node-2
  files/folders          create the folders of small below ROOT
  files/unpack           unpack Small 1.0 to PRODUCT/versions/1.0
  files/bundle           keep the bundle in STATE/bundles, to repair from
  files/link-balancer    let balancer be version 1.0
  network/join           join network )" +
                         fingerprint + R"( as node-2
  files/config-balancer  write the configuration of balancer to ETC
  agent/start            start the agent on 127.0.0.1:61999
  service/balancer       start balancer and wait until its probes pass
)");
}

TEST_CASE("plan: the step ids are all different, and every step fails by taking everything back") {
    const Site site({"server", "tool", "balancer"});
    std::set<std::string> ids;
    for (const engine::PlannedStep& planned : installer::install_plan(site.installation()).steps) {
        CHECK(ids.insert(planned.step.id).second);
        CHECK(planned.on_failure == engine::OnFailure::undo_all);
        CHECK(!std::holds_alternative<engine::Irreversible>(planned.step.undo));
    }
}

TEST_CASE(
    "plan: a console that cannot be without a server is a part of it, and no role of the node") {
    const Site site({"server", "tool", "balancer"});
    CHECK(site.installation().roles() == std::vector<std::string>{"server", "balancer"});
}

TEST_CASE("plan: a component that the suite has not got is preflight's to refuse") {
    Site site({"server"});
    site.installation().answers.components = {"server", "servr"};
    CHECK_NOTHROW(printed(site.installation()));
    CHECK(site.installation().roles() == std::vector<std::string>{"server"});
}

TEST_CASE("plan: no secret in any line") {
    Site site({"server", "balancer"});
    datasource::Settings settings;
    settings.kind = datasource::Kind::postgresql;
    settings.application = {"app", engine::Secret("hush")};
    settings.locum = {"locum", engine::Secret("hush")};
    site.installation().facts.datasource = settings;
    CHECK(!contains(printed(site.installation()), "hush"));
}
