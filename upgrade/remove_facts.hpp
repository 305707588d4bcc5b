#pragma once
// What can be found out about a node that is said to be gone: by its own agent, by every other
// node, by their balancers and by the productive database.

#include "cluster/balancer.hpp"
#include "cluster/operations.hpp"
#include "cluster/reach.hpp"
#include "cluster/registry.hpp"
#include "datasource/sessions.hpp"
#include "installer/node_operations.hpp"
#include "suite/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::upgrade {

// Another node, and what it says of the one in question.
struct Witness {
    cluster::NodeRow row;
    std::string silent;      // why its agent does not answer; empty: it does
    std::string cannot_tell; // why it could not try to connect; empty: it did
    std::vector<cluster::Reach> reached = {};
    // Of the server in its balancer, where it has one that is asked for that.
    std::optional<cluster::BalancedServer> in_balancer = {};
    std::string balancer_silent = {}; // why that could not be asked
    // Its own address as the database sees it; empty: unknown, or no server, or no PostgreSQL.
    std::string database_address = {};
};

struct RemovalFacts {
    std::string suite;
    suite::Manifest manifest;
    std::string own;                           // the node that asks; a witness, too
    std::string node;                          // the one in question
    std::optional<cluster::NodeRow> row;       // nullopt: it is out of the registry already
    std::optional<installer::NodeFacts> facts; // nullopt: its agent does not answer
    std::string silent;                        // why
    // It told the registry something while all were asked.
    bool reported = false;
    std::int64_t silent_ms = 0; // since it did last, by the database's clock
    std::vector<Witness> witnesses;
    datasource::Kind kind = datasource::Kind::sqlite;
    // Of the application on the productive database; and of Locum from its address, where its agent
    // does not answer.
    std::vector<datasource::ClientSession> sessions = {};
    std::string sessions_unknown = {}; // why they could not be listed
    std::optional<cluster::Operation> open = {};

    std::vector<cluster::NodeRow> others() const;
};

// What could be connected to at the node: its agent, and the TCP ports of its components. Pure.
std::vector<cluster::Reach> ways_to(const cluster::NodeRow& node, const suite::Manifest& manifest);

// Asks all at once. Throws Error: refused (this node has no server), usage (no such node, now or
// ever), failed (the database cannot be asked).
RemovalFacts removal_facts(const cluster::Layout& layout, const std::string& node);

} // namespace locum::upgrade
