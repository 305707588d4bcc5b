#pragma once
// What an agent lends to the operations that it executes on its node.

#include "cluster/node_state.hpp"
#include "cluster/services.hpp"
#include "engine/reporter.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace locum::cluster {

struct Node {
    Layout layout;
    Services& services;
    std::mutex& state_mutex; // held while the node's state is read, changed and stored

    NodeState state() const { return load_node_state(layout); }
    void change(const std::function<void(NodeState&)>& edit) {
        std::lock_guard lock(state_mutex);
        NodeState state = load_node_state(layout);
        edit(state);
        store_node_state(layout, state);
    }
};

// A call by name. Parameters and result are JSON texts. Questions, which change nothing, have no
// operation, and as epoch the greatest that this agent was told in a command.
struct NodeCommand {
    std::string operation;
    std::uint64_t epoch = 0;
    std::string parameters;
};

// Whose word it takes: said by each operation, since what is taken for a question by mistake is an
// order that everyone may give.
enum class Calls {
    question, // changes nothing: any member asks it
    look,     // changes nothing, but does what the caller names, as connecting: servers ask it
    command   // changes the node: servers give it, and never as a question
};
struct NodeOperation {
    Calls calls;
    std::function<std::string(Node&, const NodeCommand&, engine::Reporter&)> carry_out;
};
// What installer and upgrade supply; put together in cli/.
using NodeOperations = std::map<std::string, NodeOperation>;

} // namespace locum::cluster
