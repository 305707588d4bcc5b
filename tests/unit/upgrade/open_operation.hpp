#pragma once
// A node whose cluster has an upgrade of the small suite from 1.0 to 2.0 open, as it was left by
// whoever began it. Registry and productive database are embedded; no agent runs.

#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "platform/hash.hpp"
#include "tests/support/site.hpp"
#include "upgrade/coordinator.hpp"
#include "upgrade/session.hpp"

namespace locum::testing {

class OpenOperation {
public:
    // servers: planned; this node is node-1, and the only one that is registered.
    explicit OpenOperation(const std::vector<std::string>& servers, bool host_by_host = false) :
        site_({"server"}), file_(made_bundle()),
        bundle_(suite::Bundle::open(file_, site_.vendor().key())),
        store_(*site_.installation().facts.datasource, "small"), registry_(store_) {
        registry_.set_fact(cluster::fact::version, "1.0");
        upgrade::Inputs inputs;
        inputs.host_by_host = host_by_host;
        inputs.from = "1.0";
        inputs.to = "2.0";
        inputs.manifest = bundle_.manifest_sha256();
        if (!host_by_host)
            inputs.servers = servers;
        inputs.schema = host_by_host ? "" : "1"; // Locum 0.1 kept none
        cluster::Operation operation;
        operation.id = "upgrade-1";
        operation.kind = "upgrade";
        operation.inputs = upgrade::to_json(inputs);
        operation.input_hash = hash_ = platform::sha256_hex(operation.inputs);
        cluster::Operations(store_).begin(operation);
    }

    cluster::Registry& registry() { return registry_; }
    const suite::Bundle& bundle() const { return bundle_; }
    const Site& site() const { return site_; }

    // As the coordinator that was lost has left them.
    void begun(const std::vector<std::string>& steps) { record(steps, false); }
    void done(const std::vector<std::string>& steps) { record(steps, true); }
    void add_server(const std::string& name) {
        cluster::NodeRow row = registry_.node("node-1");
        row.name = name;
        row.installation = "of " + name;
        registry_.add_node(row);
    }
    void set_schema(const std::string& version) {
        datasource::connect(settings(), settings().locum)
            ->execute("UPDATE schema_version SET version = $1", {version});
    }

    void resume() {
        engine::SilentReporter silent;
        upgrade::resume(request(), silent);
    }
    void roll_back(bool restored = false) {
        engine::SilentReporter silent;
        upgrade::Request wanted = request();
        wanted.restored = restored;
        upgrade::roll_back(wanted, silent);
    }
    // "open: paused", "rolled-back".
    std::string state() {
        if (const auto open = cluster::Operations(store_).open())
            return "open: " + std::string(cluster::name(open->state));
        return std::string(cluster::name(cluster::Operations(store_).last().value().state));
    }

private:
    std::string made_bundle() {
        site_.run_until("agent/start");
        return site_.vendor().build("2.0");
    }
    const datasource::Settings& settings() const { return *site_.installation().facts.datasource; }
    upgrade::Request request() const {
        upgrade::Request request;
        request.layout = site_.layout();
        request.bundle = file_;
        return request;
    }
    void record(const std::vector<std::string>& steps, bool done) {
        const cluster::Lease lease(settings(), "small", "test");
        cluster::RegistryJournal journal(store_);
        for (const std::string& step : steps) {
            journal.append({"upgrade-1", lease.epoch(), step, engine::Mark::intent, hash_, ""});
            if (done)
                journal.append({"upgrade-1", lease.epoch(), step, engine::Mark::done, hash_, ""});
        }
    }

    Site site_;
    std::string file_;
    suite::Bundle bundle_;
    cluster::Store store_;
    cluster::Registry registry_;
    std::string hash_;
};

} // namespace locum::testing
