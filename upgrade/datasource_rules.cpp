#include "upgrade/datasource_rules.hpp"

#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <tuple>

namespace locum::upgrade {

using cluster::Mode;
using cluster::NodeRow;
using engine::Error;
using engine::Kind;

namespace {

std::string names_of(const std::vector<ServerView>& servers,
                     const std::function<bool(const ServerView&)>& which) {
    std::vector<std::string> names;
    for (const ServerView& server : servers)
        if (which(server))
            names.push_back(server.row.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

// It has its load, as far as anybody can tell.
bool has_load(const ServerView& server) {
    return server.serves && !server.row.out;
}

// What a dump of before a join, a removal or a modification has otherwise.
auto membership(const NodeRow& row) {
    return std::tie(row.name, row.installation, row.address, row.agent_port, row.roles,
                    row.components, row.ports);
}

std::vector<std::string> not_among(const std::vector<NodeRow>& others,
                                   const std::vector<NodeRow>& some) {
    std::vector<std::string> names;
    for (const NodeRow& row : some)
        if (std::none_of(others.begin(), others.end(), [&](const NodeRow& other) {
                return membership(other) == membership(row);
            }))
            names.push_back(row.name);
    return names;
}

} // namespace

bool works_on(const ServerView& server, const WantedDatasource& wanted) {
    return !server.changing && server.datasource == wanted.name &&
           server.fingerprint == wanted.fingerprint;
}

bool same_database(const ServerView& server, const WantedDatasource& wanted) {
    if (server.fingerprint == wanted.fingerprint)
        return true;
    return server.identity.empty() ? server.place == wanted.place
                                   : server.identity == wanted.identity;
}

std::vector<Turn> turns_of(const std::vector<ServerView>& servers, const WantedDatasource& wanted,
                           const std::string& own, bool balancers) {
    std::vector<const ServerView*> order;
    for (const ServerView& server : servers)
        order.push_back(&server);
    std::stable_sort(order.begin(), order.end(), [&](const ServerView* a, const ServerView* b) {
        const auto rank = [&own](const ServerView& server) {
            return std::pair(has_load(server), server.row.name == own);
        };
        return rank(*a) < rank(*b);
    });
    std::vector<Turn> turns;
    for (const ServerView* server : order) {
        Turn turn{server->row.name, !server->serves || !works_on(*server, wanted)};
        // What is stopped has no clients; what is not well has the balancers keep them from it.
        if (turn.restart && balancers && servers.size() > 1 && server->runs)
            turn.drain = server->serves ? steps::Others::must_serve : steps::Others::may_stop;
        const bool misses_load = server->row.out || (balancers && !server->in_rotation);
        turn.undrain = turn.restart ? balancers || server->row.out : misses_load;
        if (turn.restart || turn.undrain)
            turns.push_back(turn);
    }
    return turns;
}

void require_answers(const std::vector<ServerView>& servers) {
    for (const ServerView& server : servers)
        if (!server.facts)
            throw Error(fmt::format("{} cannot be asked: {}", server.row.name, server.unreachable),
                        Kind::refused)
                .remedy(fmt::format("start its agent, or, where it is gone: locum node remove {}",
                                    server.row.name));
}

void require_one_meaning(const std::vector<ServerView>& servers, const WantedDatasource& wanted) {
    for (const ServerView& server : servers) {
        if (server.fingerprint == wanted.fingerprint)
            require_same_sight(server, wanted.identity);
        else if (server.datasource == wanted.name)
            throw Error(fmt::format("{} works on {} already, by other settings than this host has "
                                    "under that name",
                                    server.row.name, wanted.name),
                        Kind::refused)
                .remedy(fmt::format("locum datasource copy {} NAME, then: locum datasource "
                                    "activate NAME",
                                    wanted.name));
    }
}

void require_same_sight(const ServerView& server, const std::string& identity) {
    if (!server.identity.empty() && !identity.empty() && server.identity != identity)
        throw Error(fmt::format("by the same settings ({}) {} reaches another database ({}) than "
                                "this host ({})",
                                server.place, server.row.name, server.identity, identity),
                    Kind::refused)
            .remedy("see that the name of the database's host is the same address on both");
}

void require_normal(const std::vector<ServerView>& servers) {
    const std::string updated = names_of(servers, [](const ServerView& server) {
        return server.row.mode != Mode::normal ||
               (server.facts && server.facts->mode != Mode::normal);
    });
    if (!updated.empty())
        throw Error(updated + ": in update mode, on a copy of its own; expected normal mode",
                    Kind::refused)
            .remedy("end the upgrade first: locum upgrade resume, or locum upgrade rollback");
}

void require_stopped(const std::vector<ServerView>& servers, const std::string& why) {
    const std::string running =
        names_of(servers, [](const ServerView& server) { return server.runs; });
    if (!running.empty())
        throw Error(fmt::format("servers run on {}; {}", running, why), Kind::refused)
            .remedy("stop each: locum node stop NAME; where the database is away, on its host: "
                    "locum node stop --emergency");
}

void require_may_leave(const std::string& left, const ReachedDatabase& old, const std::string& next,
                       const std::vector<NodeRow>& nodes) {
    if (!old.operation.empty())
        throw Error(fmt::format("in the database of {}, operation {} is open, and would be left "
                                "in the middle",
                                left, old.operation),
                    Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
    if (!old.fence.empty())
        throw Error(fmt::format("the database of {} is fenced by {}", left, old.fence),
                    Kind::refused)
            .remedy("locum upgrade status");
    for (const NodeRow& row : old.nodes)
        if (row.mode != Mode::normal)
            throw Error(fmt::format("in the database of {}, {} is in update mode", left, row.name),
                        Kind::refused)
                .remedy("end the upgrade first: locum upgrade resume, or locum upgrade rollback");
    const std::vector<std::string> only_old = not_among(nodes, old.nodes);
    const std::vector<std::string> only_next = not_among(old.nodes, nodes);
    if (only_old.empty() && only_next.empty())
        return;
    const auto shown = [](const std::vector<std::string>& names) {
        return names.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", "));
    };
    throw Error(fmt::format("the databases of {} and {} do not have the same nodes: so only in {}: "
                            "{}; so only in {}: {}",
                            left, next, left, shown(only_old), next, shown(only_next)),
                Kind::refused)
        .remedy(fmt::format("bring suite and registry of {} over anew, now that the servers are "
                            "stopped, then again",
                            left));
}

} // namespace locum::upgrade
