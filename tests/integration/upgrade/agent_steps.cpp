// The steps of a rolling upgrade keep the contract of steps where agents carry them out. Started by
// agent_steps.sh on a cluster of two nodes: each step of the plan is held to the contract, then
// done for good, so that the next one finds the world that it is made for.

#include "tests/support/scratch.hpp"
#include "tests/support/step_contract.hpp"
#include "upgrade/session.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using nlohmann::json;

namespace {

// Steps that prove something anew each time, or may be repeated at will: their probe never says
// that they are done. And what is so already when the plan comes to it.
bool has_no_state(const std::string& id) {
    for (const char* end :
         {"/barrier", "/barrier-again", "/backup", "/reload", ".balancer/configure"})
        if (id.ends_with(end))
            return true;
    return false;
}
bool is_so_already(const std::string& id) {
    return id == "node-2.last/evict" || id == "node-2.last/normal-mode";
}

class Cluster {
public:
    Cluster() :
        session_({root("node-1"), "endpoint-manager"}),
        upgrade_(session_.upgrade(trial() + "/endpoint-manager-2.0.bundle", std::nullopt)),
        order_(upgrade::order_of(session_.facts(upgrade_.manifest()), upgrade_.manifest(),
                                 {"node-1", "node-2"})) {
        upgrade_.operation = "upgrade-contract";
        cluster::Operation operation;
        operation.id = upgrade_.operation;
        operation.kind = "upgrade";
        operation.inputs = upgrade::to_json(
            {upgrade::UpgradeMode::rolling, false, "1.0", "2.0", upgrade_.manifest_sha256, {}});
        operation.input_hash = "inputs";
        cluster::Operations(session_.store()).begin(operation);
        restart();
    }

    // As another coordinator would go on: with a lease and an epoch of its own.
    void restart() {
        plan_ = {};
        conductor_.reset();
        lease_.reset();
        lease_ = std::make_unique<cluster::Lease>(session_.settings(), "endpoint-manager", "test");
        upgrade_.epoch = lease_->epoch();
        conductor_ = std::make_unique<upgrade::Conductor>(upgrade_);
        plan_ = upgrade::rolling_plan(*conductor_, order_);
    }

    engine::Step step(std::size_t index) const { return plan_.steps.at(index).step; }
    std::size_t steps() const { return plan_.steps.size(); }

    // For good, in the operation's own journal. Returns what was reported.
    std::string take(std::size_t index) {
        engine::Plan one;
        one.steps.push_back(plan_.steps.at(index));
        cluster::RegistryJournal journal(session_.store());
        KeepingReporter reporter;
        engine::run(one, {upgrade_.operation, upgrade_.epoch, "inputs", {}, {}}, journal, reporter);
        return reporter.lines.back();
    }
    void end() {
        cluster::Operations(session_.store())
            .set_state(upgrade_.operation, upgrade_.epoch, cluster::OperationState::done, "");
    }

    // All that steps change: registry, nodes, balancers, schema.
    std::string world() {
        std::string text;
        cluster::Registry registry(session_.store());
        for (std::string_view fact :
             {cluster::fact::version, cluster::fact::manifest, cluster::fact::fence})
            text += std::string(fact) + "=" + registry.fact(fact) + "\n";
        const std::vector<cluster::NodeRow> nodes = registry.nodes();
        for (const cluster::NodeRow& node : nodes) {
            text +=
                node.name + " " + std::string(name(node.mode)) + (node.out ? " out" : "") + "\n";
            json facts = json::parse(session_.peers().ask(cluster::address_of(node), "facts"));
            for (const char* varies : {"pid", "free"})
                facts.erase(varies);
            for (json& service : facts.at("services")) {
                service.erase("pid");
                if (service.at("status") == "stopped")
                    service.erase("version"); // only what ran last
            }
            if (!facts.at("copy").is_null())
                facts.at("copy").erase("snapshot-ms");
            text += facts.dump(1) + "\n";
            text += fingerprint(root(node.name) + "/etc/opt/endpoint-manager");
            for (const cluster::NodeRow& server : nodes)
                text += server.name + " in rotation: " +
                        json::parse(session_.peers().ask(
                                        cluster::address_of(node), "balancer",
                                        json{{"server", server.name},
                                             {"servers", json::parse(conductor_->servers())}}
                                            .dump()))
                            .at("in_rotation")
                            .dump() +
                        "\n";
        }
        const auto connection = datasource::connect(session_.settings(), session_.settings().locum);
        return text + "schema " +
               datasource::schema_version(
                   *connection,
                   upgrade_.manifest().database.engines.at(datasource::Kind::postgresql).version)
                   .value_or("none");
    }

private:
    static std::string trial() {
        const char* folder = std::getenv("LOCUM_TRIAL");
        REQUIRE_MESSAGE(folder != nullptr, "to be started by agent_steps.sh");
        return folder;
    }
    static std::string root(const std::string& node) { return trial() + "/" + node; }

    upgrade::Session session_;
    upgrade::Upgrade upgrade_;
    upgrade::Order order_;
    std::unique_ptr<cluster::Lease> lease_;
    std::unique_ptr<upgrade::Conductor> conductor_;
    engine::Plan plan_;
};

} // namespace

TEST_CASE("every step of a rolling upgrade keeps the contract where agents carry it out") {
    Cluster cluster;
    unsigned held = 0;
    for (std::size_t index = 0; index < cluster.steps(); ++index) {
        const std::string id = cluster.step(index).id;
        CAPTURE(id);
        if (!has_no_state(id) && !is_so_already(id)) {
            CHECK(broken_promises({[&] {
                                       cluster.restart();
                                       return cluster.step(index);
                                   },
                                   [&] { return cluster.world(); }}) == "");
            ++held;
        }
        cluster.restart();
        // Steps without an undo are as the contract has left them.
        const std::string said = cluster.take(index);
        CHECK((contains(said, " already") || (contains(said, " done") && !is_so_already(id))));
    }
    cluster.end();
    CHECK(held >= 25);
    MESSAGE(held << " of " << cluster.steps() << " steps were held to the contract");
}
