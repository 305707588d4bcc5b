#include "suite/topology.hpp"

#include "engine/contains.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using engine::contains;

std::vector<std::string> completed(const Manifest& manifest, std::vector<std::string> components) {
    for (const Component& component : manifest.components)
        if (!component.with.empty() && contains(components, component.with) &&
            !contains(components, component.name) && is_offered(manifest, component.name))
            components.push_back(component.name);
    return components;
}

const Topology* topology_of(const Manifest& manifest, const std::vector<std::string>& components) {
    const auto found = std::find_if(
        manifest.topologies.begin(), manifest.topologies.end(), [&](const Topology& topology) {
            return std::all_of(components.begin(), components.end(), [&](const std::string& name) {
                return manifest.component(name) == nullptr || contains(topology.components, name);
            });
        });
    return found == manifest.topologies.end() ? nullptr : &*found;
}

std::string topologies_text(const Manifest& manifest) {
    std::vector<std::string> texts;
    for (const Topology& topology : manifest.topologies)
        texts.push_back(
            fmt::format("{} ({})", topology.name, fmt::join(topology.components, ", ")));
    return fmt::format("{}", fmt::join(texts, " or "));
}

} // namespace locum::suite
