#pragma once
// What is installed on this host by its own word (node.json, the kept bundles) and by the
// cluster's: gathered once, for verify, repair and uninstall.

#include "cluster/node_state.hpp"
#include "cluster/registry.hpp"
#include "installer/rendering.hpp"
#include "installer/requirements.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::installer {

// A version that is unpacked here.
struct VersionHere {
    suite::Manifest manifest; // with the lists of parts and files
    std::string text;         // of the manifest
    std::string bundle;       // that it was unpacked from, kept here; empty: none is
};

struct OpenOperation {
    std::string id;
    std::string kind;
    std::string state;
};

// As the registry has it.
struct ClusterView {
    std::string why_not; // why it could not be asked; empty: it was
    // It has left its cluster, or was removed from it: a server says so, or the registry has no row
    // of this installation, or the node has kept that it left.
    bool not_member = false;
    bool registry = false;
    std::vector<cluster::NodeRow> nodes; // where this node has a datasource
    // By the node's name; nullopt: it is not known, since nobody answered, or an older Locum did.
    std::optional<std::map<std::string, Components>> components;
    std::vector<BalancedNode> servers;
    std::optional<OpenOperation> open;
};

struct InstalledNode {
    cluster::Layout layout;
    std::string program; // that the agent runs from
    cluster::NodeState state;
    std::optional<datasource::Settings> datasource;
    std::uint32_t owner = 0; // user id that Locum's files belong to
    // The version of Locum whose program is to be here and to be what the link leads to; "": none.
    std::string program_version;
    std::map<std::string, VersionHere> versions;
    std::map<std::string, std::string> version_of; // component → version that it is to be
    ClusterView cluster;

    // What the other nodes of its cluster have; nullopt: it is not known.
    std::optional<std::vector<Components>> others() const;
    // Whose bundle brought the program; nullptr: none of those here.
    const VersionHere* program_source() const;
    // nullptr: the version is not here any more.
    const VersionHere* version(const std::string& component) const;
    // What `locum` is to be called with, besides the command: " --root DIR", or "".
    std::string root_option() const;
};

// What an operator may add to what the node knows.
struct Hints {
    std::vector<std::string> servers; // "HOST:PORT", asked by a node without a datasource
    std::string bundle;               // of a version that is installed here
};

// Throws Error(needs_attention) where node.json is damaged, Error(refused) where the bundle is of
// no version that is installed here. A cluster that does not answer is a fact.
InstalledNode look_at_node(const cluster::Layout& layout, const std::string& program,
                           const Hints& hints = {});

// The kept bundle of a version; versions that an upgrade left behind have none.
std::string kept_bundle(const cluster::Layout& layout, const std::string& manifest_sha256);

// By the SHA-256 of their manifests.
std::vector<std::string> kept_bundles(const cluster::Layout& layout);

// Kept when a node joins, since one without a datasource has nobody else to ask.
void keep_servers(const cluster::Layout& layout, const std::vector<std::string>& addresses);
std::vector<std::string> kept_servers(const cluster::Layout& layout);

// Kept by a node that leaves (cluster::left_marker), since it cannot ask afterwards. It counts for
// this installation only.
void keep_left(const cluster::Layout& layout, const cluster::NodeState& state);
bool has_left(const cluster::Layout& layout, const cluster::NodeState& state);

// What a server's agent answers. JSON of the registry's open operation, or null; of each node's
// components, by its name.
std::string open_operation_json(cluster::Store& store);
std::string components_json(cluster::Store& store);

} // namespace locum::installer
