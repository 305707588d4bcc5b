#pragma once
// What `locum status`, `node list` and `upgrade status` show, as text and as JSON.

#include "cluster/clock.hpp"
#include "cluster/operations.hpp"
#include "cluster/registry.hpp"
#include "installer/node_operations.hpp"
#include "upgrade/report.hpp"

namespace locum::cli {

struct NodeStatus {
    cluster::NodeRow row;
    std::optional<installer::NodeFacts> live; // nullopt: its agent does not answer
    std::string unreachable;
    bool oldest = false;
};

struct StepLine {
    std::string id;
    std::string state; // "done", "begun", "undone"
};

struct Status {
    std::string suite;
    std::string version;
    std::string cluster;
    bool trial = false;
    std::string fence;
    std::int64_t now_ms = 0; // the database's clock
    std::vector<NodeStatus> nodes;
    std::vector<cluster::Clock> clocks;          // of nodes that answer, and of the database
    std::optional<cluster::Operation> operation; // the open one, else the last
    std::vector<StepLine> steps;
    upgrade::Report report; // of that operation
};

// Throws Error(refused) on a node without a datasource, and on one that was removed from its
// cluster.
Status gather_status(const cluster::Layout& layout);

std::string status_text(const Status& status);
std::string status_json(const Status& status);
std::string node_list_text(const Status& status);
std::string operation_text(const Status& status);
std::string operation_json(const Status& status);

} // namespace locum::cli
