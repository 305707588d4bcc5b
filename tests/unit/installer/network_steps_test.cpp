// The steps that make a cluster keep the contract of steps; here on an embedded database.

#include "cluster/membership.hpp"
#include "cluster/node_keys.hpp"
#include "cluster/registry.hpp"
#include "datasource/schema.hpp"
#include "tests/support/site.hpp"
#include "tests/support/step_contract.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

// with_content: false where each run makes other keys.
std::string promises_broken_by(Site& site, const std::string& id, bool with_content = true) {
    site.run_until(id);
    return broken_promises(
        {[&] { return site.step(id); }, [&] { return site.world(with_content); }});
}

} // namespace

TEST_CASE("network/authority keeps the contract") {
    Site site;
    CHECK(promises_broken_by(site, "network/authority", false) == "");
}

TEST_CASE("network/authority: keys and secrets are ours alone, the CA's key is sealed") {
    Site site;
    site.run_until("datasource/registry");
    for (const char* name : {"node.key", "node.crt", "ca.crt", "ca.key.sealed",
                             "join-secret.sealed", "datasource.json", "node.json"}) {
        CAPTURE(name);
        CHECK(platform::has_mode(permissions(site.layout().state_file(name)), 0600));
    }
    CHECK(!contains(platform::read_file(site.layout().state_file("ca.key.sealed")), "PRIVATE KEY"));
    CHECK_NOTHROW(token::check(cluster::load_identity(site.layout())));
    CHECK(cluster::holds_authority(site.layout()));
    CHECK(cluster::load_node_state(site.layout()).trial); // an embedded database serves one machine
}

TEST_CASE("datasource/registry keeps the contract") {
    Site site;
    CHECK(promises_broken_by(site, "datasource/registry") == "");
}

TEST_CASE("datasource/registry: killed between its tables and its facts, it is finished") {
    Site site;
    site.run_until("datasource/registry");
    {
        cluster::Store store(*site.installation().facts.datasource, "small",
                             cluster::Store::Missing::is_made);
        store.create();
    }
    engine::Plan plan;
    plan.add(site.step("datasource/registry"), engine::OnFailure::stop);
    engine::MemoryJournal journal;
    journal.append({"o", 0, "datasource/registry", engine::Mark::intent, "", ""});
    engine::SilentReporter silent;
    engine::run(plan, {"o", 0, "", nullptr}, journal, silent);
    cluster::Store store(*site.installation().facts.datasource, "small");
    cluster::Registry registry(store);
    CHECK(registry.fact(cluster::fact::cluster) ==
          cluster::load_node_state(site.layout()).cluster_id);
    CHECK(registry.fact(cluster::fact::version) == "1.0");
    CHECK(registry.fact(cluster::fact::manifest) == site.installation().bundle.manifest_sha256());
    CHECK(registry.fact(cluster::fact::bundle_key) == site.vendor().key().hex());
    CHECK(registry.fact(cluster::fact::trial_machine) == site.installation().facts.machine);
}

TEST_CASE("datasource/schema keeps the contract") {
    Site site;
    CHECK(promises_broken_by(site, "datasource/schema") == "");
}

TEST_CASE("datasource/schema: its undo leaves tables that were there before") {
    Site site;
    site.run_until("datasource/schema");
    {
        datasource::ConnectOptions options;
        options.create = true;
        datasource::connect_file(site.installation().facts.datasource->file, options)
            ->script("CREATE TABLE theirs (id integer PRIMARY KEY); INSERT INTO theirs VALUES (7)");
    }
    CHECK(broken_promises({[&] { return site.step("datasource/schema"); },
                           [&] { return site.world(); }}) == "");
    CHECK(datasource::connect_file(site.installation().facts.datasource->file, {})
              ->query("SELECT id FROM theirs")[0][0] == "7");
}

TEST_CASE("network/register keeps the contract") {
    Site site;
    CHECK(promises_broken_by(site, "network/register") == "");
}

TEST_CASE("network/register: the node as it is") {
    Site site({"server", "balancer"});
    site.run_until("files/config-server");
    cluster::Store store(*site.installation().facts.datasource, "small");
    const cluster::NodeRow node = cluster::Registry(store).node("node-1");
    CHECK(node.address == "127.0.0.1");
    CHECK(node.agent_port == 61999);
    CHECK(node.roles == std::vector<std::string>{"server", "balancer"});
    CHECK(node.ports == std::map<std::string, std::uint16_t>{{"device", 30002}, {"front", 30001}});
    CHECK(node.versions ==
          std::map<std::string, std::string>{{"server", "1.0"}, {"balancer", "1.0"}});
    CHECK(node.mode == cluster::Mode::normal);
    CHECK(node.joined_ms > 0);
    const std::string pin =
        token::facts_of(cluster::load_identity(site.layout()).certificate_pem).pin;
    CHECK(cluster::node_keys(store) == std::map<std::string, std::string>{{"node-1", pin}});
}

TEST_CASE("network/token keeps the contract") {
    Site site;
    site.run_until("agent/start");
    CHECK(broken_promises(
              {[&] { return site.step("network/token"); }, [&] { return site.world(); }}) == "");
}

TEST_CASE("network/token: admits to this network, and is ours alone") {
    Site site;
    site.run_until("agent/start");
    engine::SilentReporter silent;
    const std::string result = site.step("network/token").apply(silent);
    CHECK(platform::has_mode(permissions(site.token()), 0600));
    const token::NetworkToken token = token::NetworkToken::load(site.token());
    CHECK(token.suite == "small");
    CHECK(token.addresses == std::vector<std::string>{"127.0.0.1:61999"});
    CHECK(token.bundle_key == site.vendor().key().hex());
    CHECK(token.ca_pin == cluster::load_authority(site.layout()).pin());
    CHECK((token.join_secret == cluster::load_join_secret(site.layout())));
    CHECK(result == "fingerprint " + token.fingerprint());
}

TEST_CASE("the whole plan but for processes: taken back, the host is as before") {
    Site site({"server", "balancer"});
    const std::string before = site.world();
    engine::Plan plan;
    for (engine::PlannedStep& planned : installer::install_plan(site.installation()).steps)
        if (!contains(planned.step.id, "agent/") && !contains(planned.step.id, "service/"))
            plan.steps.push_back(std::move(planned));
    engine::MemoryJournal journal;
    engine::SilentReporter silent;
    const engine::Run run{"o", 0, "", nullptr};
    engine::run(plan, run, journal, silent);
    CHECK(platform::exists(site.token()));
    engine::roll_back(plan, run, journal, silent);
    CHECK(site.world() == before);
}
