#pragma once
// The ways through an upgrade, as lists of steps that one can read aloud.

#include "engine/step.hpp"
#include "upgrade/conductor.hpp"
#include "upgrade/verdict.hpp"

namespace locum::upgrade {

// What a plan is made from: names only, no I/O. The conductor must outlive the plan.
struct Order {
    std::vector<std::string> servers; // the last one migrates the productive database
    // The last one was updated on a copy before those after it were removed from the cluster.
    bool last_had_copy = false;
    // One that is not among them migrated the database, and was removed since: all return.
    bool last_is_gone = false;
    std::vector<std::string> balancers; // nodes with the balancer component
    std::vector<std::string> nodes;     // all
    // What else runs on the nodes, consoles and mirrors: node and component.
    std::vector<std::pair<std::string, std::string>> others = {};
    // Nodes whose agents are to run from the program that the bundle brings.
    std::vector<std::string> agents = {};
};

engine::Plan rolling_plan(Conductor& conductor, const Order& order);
// in: not InPlace::unsafe.
engine::Plan in_place_plan(Conductor& conductor, const Order& order, InPlace in);
engine::Plan short_downtime_plan(Conductor& conductor, const Order& order);

// The suffix of the group of steps that only the last server goes through, so that a server that
// was updated already can still become the last: "node-3.last/migrate".
inline constexpr std::string_view last_group = ".last";
// Of the steps by which a server comes back from its copy.
inline constexpr std::string_view return_group = ".return";

// R1's own way, a host at a time: one server's part of the rolling plan (index within
// order.servers), or all that is left when it is the last.
engine::Plan one_server_plan(Conductor& conductor, const Order& order, std::size_t index);
engine::Plan last_server_plan(Conductor& conductor, const Order& order);

} // namespace locum::upgrade
