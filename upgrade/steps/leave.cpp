#include "upgrade/steps/leave.hpp"

#include "cluster/departure.hpp"
#include "cluster/peers.hpp"
#include "engine/failpoint.hpp"
#include "installer/announce.hpp"
#include "platform/files.hpp"
#include "platform/in_use.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade::steps {

using engine::Irreversible;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;

namespace {

std::string leaving_file(const installer::InstalledNode& node) {
    return node.layout.state_file(cluster::leaving_marker);
}

bool registered(cluster::Registry& registry, const installer::InstalledNode& node) {
    const std::vector<cluster::NodeRow> rows = registry.nodes();
    return std::any_of(rows.begin(), rows.end(), [&](const cluster::NodeRow& row) {
        return row.name == node.state.name && row.installation == node.state.installation_id;
    });
}

void remove_registry_files(const datasource::Settings& settings) {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        platform::remove_all(cluster::registry_file(settings) + suffix);
}

void drop_registry(const installer::InstalledNode& node) {
    const datasource::Settings& settings = node.datasource.value();
    if (settings.kind != datasource::Kind::sqlite) {
        cluster::Store(settings, node.layout.suite).destroy();
        return;
    }
    try {
        remove_registry_files(settings);
    } catch (const platform::InUse&) {
        // On Windows whoever has it open, as the lease does, keeps it: see remove_empty_registry().
        cluster::Store(settings, node.layout.suite).destroy();
    }
}

bool holds_registry(const datasource::Settings& settings, const std::string& suite) {
    try {
        return cluster::Store(settings, suite).exists();
    } catch (const engine::Error&) {
        return true; // it cannot be read, and is to go all the same
    }
}

bool has_registry(const installer::InstalledNode& node) {
    const datasource::Settings& settings = node.datasource.value();
    if (settings.kind == datasource::Kind::sqlite)
        return platform::exists(cluster::registry_file(settings)) &&
               holds_registry(settings, node.layout.suite);
    return cluster::Store(settings, node.layout.suite).exists();
}

} // namespace

bool is_leaving(const installer::InstalledNode& node) {
    return platform::exists(leaving_file(node));
}

bool left_empty_registry(const datasource::Settings& settings, const std::string& suite) {
    return settings.kind == datasource::Kind::sqlite &&
           platform::exists(cluster::registry_file(settings)) && !holds_registry(settings, suite);
}

void remove_empty_registry(const datasource::Settings& settings, const std::string& suite) {
    if (left_empty_registry(settings, suite))
        remove_registry_files(settings);
}

Step leave(Conductor& conductor, const installer::InstalledNode& node) {
    return {
        "cluster/leave",
        fmt::format("let the balancers forget {}, and take it out of the cluster", node.state.name),
        [&conductor, &node] {
            return !is_leaving(node) && !registered(conductor.registry(), node);
        },
        nullptr,
        [&conductor, &node](Reporter&) {
            platform::write_file(leaving_file(node), "", 0600);
            // In this order: agents take no command from a node that the registry has not.
            if (registered(conductor.registry(), node)) {
                installer::announce(node.layout, conductor.store(), conductor.upgrade().manifest(),
                                    conductor.upgrade().epoch, node.state.name);
                engine::failpoint("uninstall/announced");
                conductor.under_lease([&] {
                    conductor.registry().remove_node(node.state.name, node.state.installation_id);
                });
            }
            installer::keep_left(node.layout, node.state);
            platform::remove_all(leaving_file(node));
            return std::string();
        },
        nullptr,
        Irreversible{"only a new installation joins again", [&node] { return is_leaving(node); }}};
}

Step leave_by_server(const installer::InstalledNode& node,
                     const std::vector<std::string>& servers) {
    return {"cluster/leave",
            fmt::format("take {} out of the cluster, by one of its servers", node.state.name),
            [&node] { return installer::has_left(node.layout, node.state); },
            nullptr,
            [&node, servers](Reporter&) {
                token::NetworkToken token;
                token.addresses = servers;
                const cluster::Peers peers(node.layout);
                cluster::any_server(token, [&](const cluster::Address& server) {
                    peers.leave(server, node.state.installation_id,
                                cluster::Peers::Leaving::unless_busy);
                    return std::string();
                });
                installer::keep_left(node.layout, node.state);
                return std::string();
            },
            nullptr,
            Irreversible{"only a new installation joins again"}};
}

Step keep_left(const installer::InstalledNode& node) {
    return {"cluster/left",
            fmt::format("keep that {} belongs to no cluster any more", node.state.name),
            [&node] { return installer::has_left(node.layout, node.state); },
            nullptr,
            [&node](Reporter&) {
                installer::keep_left(node.layout, node.state);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

Step end_cluster(const installer::InstalledNode& node) {
    return {"cluster/end",
            fmt::format("end the cluster: drop Locum's registry; the data of {} stays",
                        node.state.suite),
            [&node] { return !has_registry(node); },
            nullptr,
            [&node](Reporter&) {
                drop_registry(node);
                installer::keep_left(node.layout, node.state);
                return std::string();
            },
            nullptr,
            Irreversible{"the cluster's keys and its list of nodes are gone with it"}};
}

} // namespace locum::upgrade::steps
