#include "installer/resources/accounts.hpp"

#include "cluster/service_units.hpp"
#include "installer/accounts.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"

namespace locum::installer::resources {

using engine::Reporter;
using engine::Severity;

namespace {

// Of the version that the node's server runs, or its other components.
const suite::Manifest* manifest_of(const InstalledNode& node) {
    const auto version = node.versions.find(node.state.version);
    return version == node.versions.end() ? nullptr : &version->second.manifest;
}

} // namespace

Resource accounts(const InstalledNode& node, Purge purge) {
    const cluster::Layout& layout = node.layout;
    Resource resource;
    resource.id = "accounts";
    resource.says = purge == Purge::yes ? "the accounts of the services, and their folders"
                                        : "the declaration of the services' folders";
    resource.drift = [&node] {
        std::vector<Drift> drifts;
        const suite::Manifest* manifest = manifest_of(node);
        if (manifest == nullptr)
            return drifts; // told with the version's files
        for (const AccountFault& fault : account_faults(node.layout, node.state, *manifest))
            drifts.push_back({{"accounts", Severity::error, fault.found, fault.expected,
                               "locum repair" + node.root_option()},
                              false});
        return drifts;
    };
    resource.repair = [&node](Reporter&) {
        if (const suite::Manifest* manifest = manifest_of(node))
            make_accounts(node.layout, node.state, *manifest);
    };
    if (purge == Purge::yes) {
        resource.there = [&layout] { return accounts_are_there(layout); };
        resource.remove = [&layout](Reporter&) { remove_accounts(layout); };
    } else {
        resource.there = [&layout] {
            return cluster::service_manager_used(layout) &&
                   !platform::declared_folders(layout.suite).empty();
        };
        resource.remove = [&layout](Reporter&) { platform::withdraw_folders(layout.suite); };
    }
    return resource;
}

} // namespace locum::installer::resources
