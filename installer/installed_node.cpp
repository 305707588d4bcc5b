#include "installer/installed_node.hpp"

#include "cluster/departure.hpp"
#include "cluster/members.hpp"
#include "cluster/operations.hpp"
#include "cluster/peers.hpp"
#include "cluster/program.hpp"
#include "engine/error.hpp"
#include "installer/steps/files.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/operating_system.hpp"
#include "platform/tree.hpp"
#include "suite/bundle.hpp"
#include "suite/layout.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using engine::Error;
using nlohmann::json;

namespace {

std::string servers_file(const cluster::Layout& layout) {
    return layout.state_file("servers");
}

VersionHere version_in(const std::string& bundle, const suite::PublicKey& key) {
    VersionHere here{{}, suite::signed_manifest(bundle, key), bundle};
    here.manifest =
        suite::for_system(suite::parse_manifest(here.text, bundle), platform::system_name());
    return here;
}

// The bundles' manifests by the version that they are of: the vendor's word, whatever became of
// what was unpacked.
std::map<std::string, VersionHere> kept_versions(const InstalledNode& node) {
    std::map<std::string, VersionHere> versions;
    const std::string folder = node.layout.state_file("bundles");
    const suite::PublicKey key = suite::PublicKey::parse(node.state.bundle_key);
    for (const std::string& name : platform::list_folder(folder)) {
        if (!name.ends_with(".bundle"))
            continue;
        try {
            VersionHere kept = version_in(folder + "/" + name, key);
            const std::string version = kept.manifest.version.text();
            versions.insert_or_assign(version, std::move(kept));
        } catch (const Error&) {
            // Damaged, or another key's: then nothing is said by it.
        }
    }
    return versions;
}

std::optional<VersionHere> unpacked_version(const cluster::Layout& layout,
                                            const std::string& version) {
    const std::string file = layout.version(version) + "/.suite/manifest.toml";
    if (!platform::exists(file))
        return std::nullopt;
    try {
        VersionHere here{{}, platform::read_file(file, suite::layout::largest_manifest), ""};
        here.manifest =
            suite::for_system(suite::parse_manifest(here.text, file), platform::system_name());
        return here;
    } catch (const Error&) {
        return std::nullopt; // damaged, and no bundle says what it should be
    }
}

// "2.0" of ".../versions/2.0/server"; "" of any other text.
std::string version_of_link(const cluster::Layout& layout, const std::string& component) {
    const std::string folder = platform::parent_of(platform::read_link(layout.current(component)));
    const std::string name = folder.substr(folder.rfind('/') + 1);
    return folder == layout.version(name) ? name : "";
}

// The operator's bundle in place of a kept one: of the same version, and the same one.
void add_given(std::map<std::string, VersionHere>& kept, const InstalledNode& node,
               const std::string& bundle) {
    VersionHere given = version_in(bundle, suite::PublicKey::parse(node.state.bundle_key));
    suite::require_suite(given.manifest, node.layout.suite);
    const std::string version = given.manifest.version.text();
    const std::optional<VersionHere> here = unpacked_version(node.layout, version);
    if (version != node.state.version || (here && here->text != given.text))
        throw Error(fmt::format("{} is version {} with manifest {}; installed here is {}{}", bundle,
                                version, platform::sha256_hex(given.text), node.state.version,
                                here ? " with manifest " + platform::sha256_hex(here->text) : ""),
                    engine::Kind::refused)
            .remedy("name the bundle that was installed");
    kept.insert_or_assign(version, std::move(given));
}

OpenOperation operation_of(const json& value) {
    return {value.at("id"), value.at("kind"), value.at("state")};
}

std::map<std::string, Components> components_of(const std::vector<cluster::NodeRow>& nodes) {
    std::map<std::string, Components> all;
    for (const cluster::NodeRow& node : nodes)
        all[node.name] = node.components;
    return all;
}

ClusterView ask_registry(const InstalledNode& node) {
    ClusterView view;
    const datasource::Settings& settings = *node.datasource;
    if (settings.kind == datasource::Kind::sqlite &&
        !platform::exists(cluster::registry_file(settings)))
        return view;
    cluster::Store store(settings, node.layout.suite);
    view.registry = store.exists();
    if (!view.registry)
        return view;
    view.nodes = cluster::Registry(store).nodes();
    view.components = components_of(view.nodes);
    view.not_member =
        std::none_of(view.nodes.begin(), view.nodes.end(), [&](const cluster::NodeRow& row) {
            return row.name == node.state.name && row.installation == node.state.installation_id;
        });
    if (const json open = json::parse(open_operation_json(store)); !open.is_null())
        view.open = operation_of(open);
    return view;
}

ClusterView ask_server(const InstalledNode& node, const std::vector<std::string>& servers) {
    ClusterView view;
    token::NetworkToken token;
    token.addresses = servers;
    const cluster::Peers peers(node.layout);
    const auto ask = [&](const std::string& question) {
        return cluster::any_server(
            token, [&](const cluster::Address& server) { return peers.ask(server, question); });
    };
    view.servers = balanced_from_json(ask("servers"));
    if (const json open = json::parse(ask("operation")); !open.is_null())
        view.open = operation_of(open);
    try {
        view.components = json::parse(ask("components")).get<std::map<std::string, Components>>();
    } catch (const Error&) {
        // A server whose Locum does not know the question. What it is for is advice.
    }
    view.registry = true;
    return view;
}

// By a server of this network, which the node trusts: it is not registered there.
bool was_refused(const Error& error) {
    return error.kind() == engine::Kind::not_trusted &&
           error.one_line().find(cluster::not_registered) != std::string::npos;
}

void ask_cluster(InstalledNode& node, const std::vector<std::string>& servers) {
    if (has_left(node.layout, node.state)) {
        node.cluster.not_member = true;
        node.cluster.why_not = node.state.name + " has left it";
        return;
    }
    try {
        node.cluster = node.datasource ? ask_registry(node) : ask_server(node, servers);
    } catch (const Error& error) {
        node.cluster = {};
        node.cluster.why_not = error.one_line();
        node.cluster.not_member = was_refused(error);
    }
}

// As linked; where the link is gone, as the node's version brought it.
std::string program_of(const InstalledNode& node) {
    if (const std::string linked = cluster::linked_program(node.layout); !linked.empty())
        return linked;
    const auto here = node.versions.find(node.state.version);
    if (here == node.versions.end() || !here->second.manifest.program)
        return "";
    const std::string version = here->second.manifest.program->version.text();
    const bool placed = platform::exists(cluster::program_file(node.layout, version));
    return placed || steps::brings_program(here->second.manifest) ? version : "";
}

} // namespace

const VersionHere* InstalledNode::version(const std::string& component) const {
    const auto name = version_of.find(component);
    const auto found = name == version_of.end() ? versions.end() : versions.find(name->second);
    return found == versions.end() ? nullptr : &found->second;
}

const VersionHere* InstalledNode::program_source() const {
    for (const auto& [name, here] : versions)
        if (here.manifest.program && here.manifest.program->version.text() == program_version &&
            here.manifest.program->files.contains(platform::system_name()))
            return &here;
    return nullptr;
}

std::optional<std::vector<Components>> InstalledNode::others() const {
    if (!cluster.components)
        return std::nullopt;
    std::vector<Components> all;
    for (const auto& [name, components] : *cluster.components)
        if (name != state.name)
            all.push_back(components);
    return all;
}

std::string InstalledNode::root_option() const {
    return layout.root.empty() ? "" : " --root " + layout.root;
}

InstalledNode look_at_node(const cluster::Layout& layout, const std::string& program,
                           const Hints& hints) {
    InstalledNode node;
    node.layout = layout;
    node.program = program;
    node.state = cluster::load_node_state(layout);
    node.datasource = cluster::load_datasource(layout);
    node.owner = platform::look_at(layout.state_file("node.json")).value().owner;
    ask_cluster(node, hints.servers.empty() ? kept_servers(layout) : hints.servers);
    std::map<std::string, VersionHere> kept = kept_versions(node);
    if (!hints.bundle.empty())
        add_given(kept, node, hints.bundle);
    for (const std::string& component : node.state.components) {
        // Components are switched apart while an upgrade is open; else they are what the node is.
        const std::string linked = version_of_link(layout, component);
        const std::string version =
            node.cluster.open && !linked.empty() ? linked : node.state.version;
        node.version_of[component] = version;
        if (const auto bundle = kept.find(version); bundle != kept.end())
            node.versions.insert(*bundle);
        else if (std::optional<VersionHere> here = unpacked_version(layout, version))
            node.versions.emplace(version, std::move(*here));
    }
    node.program_version = program_of(node);
    if (!node.program_version.empty())
        node.program = cluster::linked_program_file(layout);
    if (node.datasource)
        for (const std::string& component : node.state.components)
            if (const VersionHere* version = node.version(component); version)
                node.cluster.servers = balanced(node.cluster.nodes, version->manifest);
    return node;
}

std::string kept_bundle(const cluster::Layout& layout, const std::string& manifest_sha256) {
    return layout.state_file("bundles/" + manifest_sha256 + ".bundle");
}

std::vector<std::string> kept_bundles(const cluster::Layout& layout) {
    constexpr std::string_view suffix = ".bundle";
    std::vector<std::string> manifests;
    for (const std::string& name : platform::list_folder(layout.state_file("bundles")))
        if (name.ends_with(suffix))
            manifests.push_back(name.substr(0, name.size() - suffix.size()));
    return manifests;
}

void keep_servers(const cluster::Layout& layout, const std::vector<std::string>& addresses) {
    platform::write_file(servers_file(layout), json(addresses).dump(), 0600);
}

std::vector<std::string> kept_servers(const cluster::Layout& layout) {
    const std::string file = servers_file(layout);
    if (!platform::exists(file))
        return {};
    try {
        return json::parse(platform::read_file(file)).get<std::vector<std::string>>();
    } catch (const json::exception&) {
        return {}; // damaged: none are known
    }
}

void keep_left(const cluster::Layout& layout, const cluster::NodeState& state) {
    platform::write_file(layout.state_file(cluster::left_marker), state.installation_id, 0600);
}

bool has_left(const cluster::Layout& layout, const cluster::NodeState& state) {
    const std::string file = layout.state_file(cluster::left_marker);
    return platform::exists(file) && platform::read_file(file) == state.installation_id;
}

std::string open_operation_json(cluster::Store& store) {
    const std::optional<cluster::Operation> open = cluster::Operations(store).open();
    if (!open)
        return "null";
    return json{{"id", open->id}, {"kind", open->kind}, {"state", name(open->state)}}.dump();
}

std::string components_json(cluster::Store& store) {
    return json(components_of(cluster::Registry(store).nodes())).dump();
}

} // namespace locum::installer
