#pragma once
// A node from which an upgrade of the small suite from 1.0 to 2.0 can be coordinated: registry and
// productive database are embedded. No agent runs.

#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "tests/support/site.hpp"
#include "upgrade/plans.hpp"

namespace locum::testing {

class Coordinator {
public:
    // texts: of the new version's bundle, where they are not the usual ones.
    explicit Coordinator(const std::map<std::string, std::string>& texts = {}) :
        site_({"server", "balancer"}) {
        site_.run_until("agent/start");
        const suite::Bundle bundle =
            suite::Bundle::open(site_.vendor().build("2.0", texts), site_.vendor().key());
        upgrade_.layout = site_.layout();
        upgrade_.settings = *site_.installation().facts.datasource;
        upgrade_.data_folder = site_.layout().data();
        upgrade_.from = "1.0";
        upgrade_.to = bundle.manifest();
        upgrade_.manifest_sha256 = bundle.manifest_sha256();
        upgrade_.operation = "upgrade-1";
        lease_ = std::make_unique<cluster::Lease>(upgrade_.settings, "small", "test");
        upgrade_.epoch = lease_->epoch();
        conductor_ = std::make_unique<upgrade::Conductor>(upgrade_);
        cluster::Operation operation;
        operation.id = upgrade_.operation;
        operation.kind = "upgrade";
        cluster::Operations(conductor_->store()).begin(operation);
    }

    upgrade::Conductor& conductor() { return *conductor_; }
    const Site& site() const { return site_; }
    // What the new version's manifest says may be changed before a plan is made.
    suite::Manifest& to() { return upgrade_.to; }

private:
    Site site_;
    upgrade::Upgrade upgrade_;
    std::unique_ptr<cluster::Lease> lease_;
    std::unique_ptr<upgrade::Conductor> conductor_;
};

inline const upgrade::Order three_servers{.servers = {"node-1", "node-2", "node-3"},
                                          .balancers = {"node-1", "node-2"},
                                          .nodes = {"node-1", "node-2", "node-3"}};

} // namespace locum::testing
