#pragma once
// Facts of the cluster and its nodes, as rows of the registry.

#include "cluster/node_state.hpp"
#include "cluster/store.hpp"

namespace locum::cluster {

// Names of facts.
namespace fact {
inline constexpr std::string_view cluster = "cluster";       // id
inline constexpr std::string_view bundle_key = "bundle-key"; // hex
inline constexpr std::string_view version = "version";   // of the suite, after the last operation
inline constexpr std::string_view manifest = "manifest"; // SHA-256 of its bundle's manifest
inline constexpr std::string_view fence = "fence";       // operation that fences; "" for none
inline constexpr std::string_view bears =
    "bears"; // "VERSION SCHEMA": servers of that version work on that schema, newer than their own
// Part of a migration with commands that was begun; "" for none, and when all are done.
inline constexpr std::string_view migration = "migration";
// Operation whose rollback rests on a database that was put back; "" for none.
inline constexpr std::string_view restored = "restored";
// Name of the datasource that no server may start on until it is activated again; "" for none.
inline constexpr std::string_view deactivated = "deactivated";
inline constexpr std::string_view trial_machine =
    "trial-machine"; // machine that a trial cluster lives on
} // namespace fact

struct NodeRow {
    std::string name;
    std::string installation;
    std::string machine;
    std::string address;
    std::uint16_t agent_port = 0;
    std::vector<std::string> roles;
    std::vector<std::string> components;
    std::map<std::string, std::uint16_t> ports;
    std::map<std::string, std::string> versions;
    Mode mode = Mode::normal;
    bool out = false;
    std::int64_t process = 0;
    std::map<std::string, std::string> services;
    std::int64_t joined_ms = 0;
    std::int64_t seen_ms = 0;

    bool has_role(std::string_view role) const;
    bool has(std::string_view component) const;
};

// A row as JSON text, for the wire.
std::string to_json(const NodeRow& node);
NodeRow node_from_json(const std::string& text);

class Registry {
public:
    explicit Registry(Store& store) : store_(store) {}

    std::string fact(std::string_view name); // "" where it is not set
    void set_fact(std::string_view name, std::string_view value);

    std::vector<NodeRow> nodes(); // oldest first
    // Throws Error(usage) that lists the names where it is not registered.
    NodeRow node(std::string_view name);
    // Throws Error(refused) where the name or the installation is there already.
    void add_node(const NodeRow& node);
    void remove_node(std::string_view name);
    // Another installation of that name stays.
    void remove_node(std::string_view name, std::string_view installation);
    // What runs on a node: roles, components, ports and versions. Throws Error(refused) where this
    // installation is not registered.
    void change_selection(const NodeRow& node);
    void set_mode(std::string_view node, Mode mode);
    void set_out(std::string_view node, bool out);
    // What an agent reports of itself; a node that is not registered stays so.
    bool report(const NodeRow& node);
    void add_admission(std::string_view node, std::string_view by, std::string_view certificate);
    std::int64_t now_ms();

private:
    Store& store_;
};

// Throws Error(refused) where the node's name or installation is another's already.
void require_free(Registry& registry, const NodeRow& node);

// A node of this name was admitted once, whether it is registered still or not.
bool was_admitted(Store& store, std::string_view node);

} // namespace locum::cluster
