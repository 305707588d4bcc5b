#pragma once
// What a node knows of itself, kept in its state folder (0600): the answer to "what am I and what
// do I run".

#include "cluster/layout.hpp"
#include "datasource/connection.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::cluster {

enum class Mode { normal, update };
std::string_view name(Mode mode);

// The temporary embedded database of this node.
struct NodeCopy {
    std::string file;
    std::int64_t snapshot_ms = 0; // Unix time in ms, the productive database's clock
    std::string operation;        // the upgrade it was made for
    std::string schema;           // schema version after its migration
};

// What the operator chose for a service; empty or false: the suite's way.
struct ServiceChoice {
    std::string account;
    bool by_hand = false; // not started at boot
};

struct NodeState {
    std::string suite;
    std::string cluster_id;
    std::string name;
    std::string installation_id;
    std::string address; // where the agent and the services listen
    std::uint16_t agent_port = 61616;
    std::vector<std::string> components;
    std::map<std::string, std::uint16_t> ports;    // answers' overrides applied
    std::map<std::string, ServiceChoice> services; // by service; those with a choice only
    std::string data_folder;
    std::string run_folder;
    std::string bundle_key; // hex of the trusted public key
    bool trial = false;
    std::string version; // of the suite that is configured here
    Mode mode = Mode::normal;
    std::optional<NodeCopy> copy;

    bool has(std::string_view component) const;
};

// As the file has it. from: named in errors.
std::string to_json(const NodeState& state);
NodeState node_state_from_json(const std::string& text, const std::string& from);
NodeState load_node_state(const Layout& layout);
void store_node_state(const Layout& layout, const NodeState& state);

// The productive datasource's settings, 0600; nullopt on a node that holds none (no server there).
std::optional<datasource::Settings> load_datasource(const Layout& layout);
void store_datasource(const Layout& layout, const datasource::Settings& settings);

// The JSON of the settings with both accounts' passwords: for the 0600 file and the join answer
// only.
std::string datasource_json(const datasource::Settings& settings);
datasource::Settings datasource_from_json(const std::string& text);

} // namespace locum::cluster
