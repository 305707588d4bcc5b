#include "rehearse/casting.hpp"

#include "engine/error.hpp"
#include "installer/rendering.hpp"
#include "suite/topology.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::rehearse {

using engine::Error;
using engine::Kind;

namespace {

constexpr std::uint16_t first_free_port = 1024;
constexpr std::uint16_t moved_up = 10'000;
constexpr unsigned balancers = 2;

std::string server_of(const suite::Manifest& manifest) {
    if (manifest.balancing)
        return manifest.balancing->server;
    for (const suite::Component& component : manifest.components)
        if (component.role == suite::Role::server)
            return component.name;
    throw Error(fmt::format("{} has no component with the role server", manifest.name),
                Kind::refused)
        .remedy("a suite without servers has nothing that an upgrade could interrupt");
}

void add_with_needed(const suite::Manifest& manifest, const std::string& name,
                     std::vector<std::string>& components) {
    if (std::find(components.begin(), components.end(), name) != components.end())
        return;
    components.push_back(name);
    if (const suite::Component* component = manifest.component(name))
        for (const std::string& needed : component->requires_)
            add_with_needed(manifest, needed, components);
}

std::string address_at(const std::string& first, unsigned index) {
    const auto dot = first.rfind('.');
    unsigned last = 0;
    const char* end = first.data() + first.size();
    const auto [stop, error] =
        std::from_chars(first.data() + (dot == std::string::npos ? 0 : dot + 1), end, last);
    if (dot == std::string::npos || error != std::errc{} || stop != end || last + index > 254)
        throw Error(fmt::format("'{}' is no address that {} more can follow", first, index),
                    Kind::usage)
            .remedy("give an IPv4 address such as 127.0.0.2");
    return fmt::format("{}.{}", first.substr(0, dot), last + index);
}

} // namespace

std::vector<NodePart> cast(const suite::Manifest& manifest, unsigned nodes,
                           const std::string& first) {
    const std::string server = server_of(manifest);
    std::vector<NodePart> parts;
    for (unsigned i = 0; i < nodes; ++i) {
        NodePart part{fmt::format("node-{}", i + 1), address_at(first, i), {}, {}};
        add_with_needed(manifest, server, part.components);
        if (manifest.balancing && i < balancers && nodes > 1)
            add_with_needed(manifest, manifest.balancing->component, part.components);
        const std::vector<std::string> whole = suite::completed(manifest, part.components);
        if (!suite::topology_of(manifest, whole))
            throw Error(fmt::format("no topology of {} has all of {}", manifest.name,
                                    fmt::join(whole, ", ")),
                        Kind::refused)
                .remedy("the topologies are: " + suite::topologies_text(manifest));
        for (const auto& [name, port] : installer::ports_of(manifest, whole, {}))
            if (port < first_free_port)
                part.ports[name] = static_cast<std::uint16_t>(port + moved_up);
        parts.push_back(std::move(part));
    }
    return parts;
}

std::vector<Front> fronts(const suite::Manifest& manifest, const std::vector<NodePart>& nodes) {
    const std::string component =
        manifest.balancing ? manifest.balancing->component : server_of(manifest);
    const auto has = [](const NodePart& node, const std::string& name) {
        return std::find(node.components.begin(), node.components.end(), name) !=
               node.components.end();
    };
    const bool any_balancer = std::any_of(
        nodes.begin(), nodes.end(), [&](const NodePart& node) { return has(node, component); });
    const std::string front = any_balancer ? component : server_of(manifest);
    std::vector<Front> all;
    for (const NodePart& node : nodes) {
        if (!has(node, front))
            continue;
        const auto ports =
            installer::ports_of(manifest, suite::completed(manifest, node.components), node.ports);
        for (const suite::Port& port : manifest.ports)
            if (port.component == front && (port.from == suite::Clients::any || !any_balancer) &&
                ports.contains(port.name))
                all.push_back({port.name, node.name,
                               fmt::format("{}:{}", node.address, ports.at(port.name))});
    }
    return all;
}

} // namespace locum::rehearse
