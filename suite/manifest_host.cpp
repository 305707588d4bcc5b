// What runs on a host: components, topologies, ports, configs.

#include "suite/manifest_reader.hpp"

#include "suite/paths.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <limits>

namespace locum::suite {

namespace {

using Needs = std::vector<std::string> Component::*;

// Components that need each other could never be installed one after the other.
bool reaches(const Manifest& manifest, Needs needs, const std::string& from, const std::string& to,
             std::vector<std::string>& seen) {
    const Component* component = manifest.component(from);
    if (component == nullptr || std::find(seen.begin(), seen.end(), from) != seen.end())
        return false;
    seen.push_back(from);
    for (const std::string& next : component->*needs)
        if (next == to || reaches(manifest, needs, next, to, seen))
            return true;
    return false;
}

void refuse_circles(const Manifest& manifest, Section& table, const Text& name) {
    for (const Needs needs : {&Component::requires_, &Component::cluster_requires}) {
        std::vector<std::string> seen;
        if (reaches(manifest, needs, name.value, name.value, seen))
            table.fail(
                name.at,
                fmt::format("the component '{}', which requires itself in the end", name.value),
                "requirements without a circle");
    }
}

// As dpkg and rpm name packages, and nothing that their commands could take for an option.
std::vector<std::string> read_packages(Section& section) {
    std::vector<std::string> packages;
    for (const Text& package : section.texts("packages")) {
        const std::string& name = package.value;
        const bool good = !name.empty() && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
                          name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
                                                 "WXYZ0123456789+-._") == name.npos;
        if (!good || std::find(packages.begin(), packages.end(), name) != packages.end())
            section.fail(package.at, fmt::format("'{}' in 'packages'", name),
                         "names of packages, each once");
        packages.push_back(name);
    }
    return packages;
}

// One folder, or one for each of some systems.
void read_payloads(Section& section, Component& component) {
    if (!section.is_table("payload")) {
        component.payload = read_path(section, "payload");
        return;
    }
    Section table = section.section("payload");
    for (const Text& word : table.keys()) {
        if (!is_system_word(word.value))
            table.fail(word.at, fmt::format("'{}' in 'payload'", word.value),
                       std::string(system_word_rule));
        component.payloads[word.value] = read_path(table, word.value);
    }
    if (component.payloads.empty())
        table.fail(table.at(), "a payload for no system",
                   "a folder for one at least, such as windows-x86_64 = \"payload/windows\"");
    for (const auto& [payload, folder] : payload_folders(component))
        if (payload_part(payload).size() > longest_part_path)
            table.fail(table.at(), fmt::format("the part '{}'", payload_part(payload)),
                       fmt::format("at most {} characters", longest_part_path));
}

void read_protocols(Section& section, Port& port) {
    if (!section.has("protocols"))
        return;
    port.tcp = false;
    for (const Text& protocol : section.texts("protocols")) {
        bool& flag = protocol.value == "udp" ? port.udp : port.tcp;
        if (flag || (protocol.value != "udp" && protocol.value != "tcp"))
            section.fail(protocol.at, fmt::format("'{}' in 'protocols'", protocol.value),
                         "\"tcp\", \"udp\" or both, each once");
        flag = true;
    }
    if (!port.tcp && !port.udp)
        section.fail(section.at(), "no protocol in 'protocols'", "\"tcp\", \"udp\" or both");
}

// Where a file may go: the agent writes it, often as root.
std::string read_target(References& references, Section& section, const KnownIn& known) {
    const Text text = section.one_line("to");
    std::string path = text.value;
    if (path.starts_with('{')) {
        const std::string name = path.substr(1, std::max<std::size_t>(path.find('}'), 1) - 1);
        const auto folders = {"data", "etc", "run", "log", "component.dir"};
        // One that nobody knows is told with those that are.
        if (std::find(folders.begin(), folders.end(), name) != folders.end() ||
            !(is_known_variable(name) || name.starts_with("port.")))
            path.erase(0, std::min(path.size(), name.size() + 2));
    }
    if (!is_plain_absolute(path))
        section.fail(text.at, fmt::format("'{}' for 'to'", text.value),
                     "a file below {data}, {etc}, {run}, {log} or {component.dir}, or an absolute "
                     "path, without '.' and '..'");
    references.variables(section, text, known);
    return text.value;
}

// What comes with another one is wherever that is, and nothing comes with it in turn.
void check_companions(const Manifest& manifest, Section& topologies) {
    for (const Component& component : manifest.components) {
        const Component* main = manifest.component(component.with);
        if (main == nullptr)
            continue; // it is chosen; or what is not there is told with the other references
        if (!main->with.empty())
            topologies.fail(topologies.at(),
                            fmt::format("the component '{}', which comes with '{}', which comes "
                                        "with '{}'",
                                        component.name, main->name, main->with),
                            "'with' a component that operators choose");
        if (component.role == Role::server || component.role == Role::balancer)
            topologies.fail(topologies.at(),
                            fmt::format("the component '{}' of role {}, which comes with '{}'",
                                        component.name, name(component.role), main->name),
                            "'with' consoles and mirrors only");
        for (const Topology& topology : manifest.topologies) {
            const auto& all = topology.components;
            const auto has = [&](const std::string& name) {
                return std::find(all.begin(), all.end(), name) != all.end();
            };
            if (has(main->name) != has(component.name))
                topologies.fail(
                    topologies.at(),
                    fmt::format("the topology '{}' with one of '{}' and '{}' only", topology.name,
                                main->name, component.name),
                    fmt::format("both or none: '{}' comes with '{}'", component.name, main->name));
        }
    }
}

} // namespace

std::vector<std::string> read_systems(Section& section, const Manifest& manifest,
                                      const std::string& component) {
    std::vector<std::string> words;
    if (!section.has("systems"))
        return words;
    const Component* known = manifest.component(component);
    for (const Text& word : section.texts("systems")) {
        if (!is_system_word(word.value) ||
            std::find(words.begin(), words.end(), word.value) != words.end())
            section.fail(word.at, fmt::format("'{}' in 'systems'", word.value),
                         fmt::format("{}, each once", system_word_rule));
        std::vector<std::string> folders;
        if (known != nullptr)
            for (const auto& [system, folder] : known->payloads)
                folders.push_back(system);
        if (!overlap(folders, {word.value}))
            section.fail(word.at,
                         fmt::format("'{}' in 'systems', for which '{}' has no payload", word.value,
                                     component),
                         "one of " + systems_text(*known));
        words.push_back(word.value);
    }
    if (words.empty())
        section.fail(section.at(), "no system in 'systems'",
                     fmt::format("{}; or none of this key, for every system", system_word_rule));
    return words;
}

void ManifestReader::read_components() {
    Section components = file.section("components", true);
    const auto names = components.keys();
    for (const Text& name : names) {
        Section section = components.section(name.value);
        references.declare(section, "component", name);
        if (is_reserved_for_program(name.value))
            section.fail(name.at, fmt::format("the component name '{}'", name.value),
                         "another one: Locum's own program is called so");
        Component component;
        component.name = name.value;
        component.title = section.one_line("title").value;
        component.role = static_cast<Role>(
            read_choice(section, "role", {"server", "balancer", "console", "mirror"}));
        read_payloads(section, component);
        component.requires_ = refer_all(references, section, section.texts("requires"));
        component.cluster_requires =
            refer_all(references, section, section.texts("cluster-requires"));
        if (section.has("with")) {
            component.with = refer_one(references, section, "with");
            auto& needed = component.requires_;
            if (std::find(needed.begin(), needed.end(), component.with) == needed.end())
                needed.push_back(component.with);
        }
        constexpr std::int64_t most = 1 << 30;
        component.memory_mb = static_cast<std::uint64_t>(section.number("memory-mb", 0, most, 0));
        component.disk_mb = static_cast<std::uint64_t>(section.number("disk-mb", 0, most, 0));
        component.recommended_memory_mb =
            static_cast<std::uint64_t>(section.number("recommended-memory-mb", 0, most, 0));
        component.recommended_cores =
            static_cast<unsigned>(section.number("recommended-cores", 0, 4096, 0));
        component.packages = read_packages(section);
        section.done();
        manifest.components.push_back(std::move(component));
    }
    if (names.empty())
        components.fail(components.at(), "no component", "at least one");
    const auto is_server = [](const Component& c) { return c.role == Role::server; };
    const auto first =
        std::find_if(manifest.components.begin(), manifest.components.end(), is_server);
    if (first != manifest.components.end())
        if (const auto second = std::find_if(first + 1, manifest.components.end(), is_server);
            second != manifest.components.end())
            components.fail(components.at(),
                            fmt::format("the components '{}' and '{}' of role server", first->name,
                                        second->name),
                            "one: it is what an upgrade drains, stops and starts; it may have "
                            "several services");
    for (const Text& name : names)
        refuse_circles(manifest, components, name);

    Section topologies = file.section("topologies", true);
    for (const Text& name : topologies.keys()) {
        Section section = topologies.section(name.value);
        references.declare(section, "topology", name);
        Topology topology;
        topology.name = name.value;
        topology.title = section.one_line("title").value;
        topology.components = refer_all(references, section, section.texts("components"));
        if (topology.components.empty())
            section.fail(section.at(),
                         fmt::format("the topology '{}' without components", name.value),
                         "at least one");
        section.done();
        manifest.topologies.push_back(std::move(topology));
    }
    if (manifest.topologies.empty())
        topologies.fail(topologies.at(), "no topology", "at least one");
    check_companions(manifest, topologies);
}

void ManifestReader::read_ports() {
    for (Section section : file.list("ports")) {
        const Text name = section.text("name");
        references.declare(section, "port", name);
        Port port;
        port.name = name.value;
        port.component = refer_one(references, section, "component");
        for (Section choice : section.list("choices")) {
            if (!port.choices.empty() && port.choices.back().when.empty())
                section.fail(choice.at(), "a choice after one that always holds",
                             "the choice without 'when' last");
            PortChoice read;
            if (choice.has("when"))
                read.when = refer_one(references, choice, "when");
            read.port = static_cast<std::uint16_t>(choice.number("port", 1, 65535));
            port.choices.push_back(std::move(read));
            choice.done();
        }
        if (port.choices.empty() || !port.choices.back().when.empty())
            section.fail(
                section.at(),
                fmt::format("the port '{}' without a choice that always holds", name.value),
                "a last choice without 'when'");
        read_protocols(section, port);
        port.from =
            static_cast<Clients>(read_choice(section, "from", {"any", "peers", "host"}, "any"));
        section.done();
        manifest.ports.push_back(std::move(port));
    }
}

void ManifestReader::read_configs() {
    for (Section section : file.list("configs")) {
        Config config;
        config.component = refer_one(references, section, "component");
        config.template_file = read_path(section, "template");
        const KnownIn known{.component = config.component, .datasource = true};
        config.to = read_target(references, section, known);
        config.mode = read_mode(section, "mode", "0640");
        KnownIn in_check = known;
        in_check.besides = "file";
        for (const Text& word : section.texts("check")) {
            references.variables(section, word, in_check);
            config.check.push_back(word.value);
        }
        config.systems = read_systems(section, manifest, config.component);
        for (const Config& other : manifest.configs)
            if (other.to == config.to && overlap(other.systems, config.systems))
                section.fail(section.at(), fmt::format("a second config to '{}'", config.to),
                             "each file once");
        section.done();
        manifest.configs.push_back(std::move(config));
    }
}

} // namespace locum::suite
