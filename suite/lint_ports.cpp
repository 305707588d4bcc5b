// Numbers of ports: two that meet on one host, small ones, unused ones.

#include "suite/lint_checks.hpp"
#include "suite/references.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace locum::suite {

namespace {

using Host = std::set<std::string>; // the components on it

std::uint16_t number_on(const Host& host, const Port& port) {
    const auto choice =
        std::find_if(port.choices.begin(), port.choices.end(), [&](const PortChoice& one) {
            return one.when.empty() || host.contains(one.when);
        });
    return choice == port.choices.end() ? 0 : choice->port;
}

void add_required(const Manifest& manifest, const std::string& component, Host& host) {
    if (!host.insert(component).second)
        return;
    if (const Component* found = manifest.component(component))
        for (const std::string& other : found->requires_)
            add_required(manifest, other, host);
}

// A host that a topology allows, on which both ports have one number.
std::optional<Host> clash(const Manifest& manifest, const Port& one, const Port& other) {
    std::set<std::string> mentioned;
    for (const Port* port : {&one, &other})
        for (const PortChoice& choice : port->choices)
            if (!choice.when.empty())
                mentioned.insert(choice.when);
    std::vector<Host> hosts(1);
    add_required(manifest, one.component, hosts[0]);
    add_required(manifest, other.component, hosts[0]);
    constexpr std::size_t most = 1024; // hosts: more than ten conditions are no suite's
    for (const std::string& when : mentioned)
        for (std::size_t i = 0, count = hosts.size(); i < count && hosts.size() < most; ++i) {
            Host with = hosts[i];
            add_required(manifest, when, with);
            hosts.push_back(std::move(with));
        }
    for (const Host& host : hosts) {
        const bool allowed = std::any_of(
            manifest.topologies.begin(), manifest.topologies.end(), [&](const Topology& topology) {
                const std::set<std::string> all(topology.components.begin(),
                                                topology.components.end());
                return std::includes(all.begin(), all.end(), host.begin(), host.end());
            });
        if (allowed && number_on(host, one) == number_on(host, other))
            return host;
    }
    return std::nullopt;
}

void lint_clashes(const Source& source, Remarks& remarks) {
    const std::vector<Port>& ports = source.manifest.ports;
    for (std::size_t i = 0; i < ports.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (!(ports[i].tcp && ports[j].tcp) && !(ports[i].udp && ports[j].udp))
                continue;
            if (const auto host = clash(source.manifest, ports[j], ports[i]))
                remarks.warning(
                    item_at(source, {"ports"}, i),
                    {"port-clash",
                     fmt::format("the ports '{}' and '{}' are both {} on a host with {}",
                                 ports[j].name, ports[i].name, number_on(*host, ports[i]),
                                 fmt::join(*host, " and ")),
                     "another number for each on every host that a topology allows",
                     fmt::format("add a choice with 'when' to one of them, such as {{ when = "
                                 "\"{}\", port = … }}",
                                 ports[i].component)});
        }
}

// Whichever components a host has, it has an agent.
void lint_agent(const Source& source, Remarks& remarks) {
    constexpr std::uint16_t agent_port = 61616; // unless an operator gives it another
    const std::vector<Port>& ports = source.manifest.ports;
    for (std::size_t i = 0; i < ports.size(); ++i)
        if (ports[i].tcp &&
            std::any_of(ports[i].choices.begin(), ports[i].choices.end(),
                        [](const PortChoice& choice) { return choice.port == agent_port; }))
            remarks.warning(
                item_at(source, {"ports"}, i),
                {"port-clash",
                 fmt::format("the port '{}' is {}, and so is that of Locum's agent, which is on "
                             "each host",
                             ports[i].name, agent_port),
                 "another number: installations would be refused until an operator changes one of "
                 "the two",
                 "choose another 'port'"});
}

void lint_privileged(const Source& source, Remarks& remarks) {
    constexpr std::uint16_t first_free = 1024;
    const Manifest& manifest = source.manifest;
    for (std::size_t i = 0; i < manifest.ports.size(); ++i) {
        const Port& port = manifest.ports[i];
        const auto small =
            std::find_if(port.choices.begin(), port.choices.end(),
                         [&](const PortChoice& one) { return one.port < first_free; });
        const bool may = std::any_of(
            manifest.services.begin(), manifest.services.end(), [&](const Service& service) {
                const auto& all = service.capabilities;
                return service.component == port.component &&
                       std::find(all.begin(), all.end(), "net-bind-service") != all.end();
            });
        if (small == port.choices.end() || may || manifest.services_of(port.component).empty())
            continue;
        remarks.warning(
            item_at(source, {"ports"}, i),
            {"port-privileged",
             fmt::format("the port '{}' is {}, and no service of '{}' has the capability for it",
                         port.name, small->port, port.component),
             fmt::format("a number from {}, or the capability net-bind-service: else it opens "
                         "where the service runs as root only",
                         first_free),
             "write capabilities = [\"net-bind-service\"] in the service that listens there"});
    }
}

void lint_unused(const Source& source, Remarks& remarks) {
    std::set<std::string> used;
    for (const Use& use : uses_of(source))
        used.insert(use.variable);
    for (std::size_t i = 0; i < source.manifest.ports.size(); ++i) {
        const std::string& name = source.manifest.ports[i].name;
        if (!used.contains("port." + name))
            remarks.warning(
                item_at(source, {"ports"}, i),
                {"port-unused",
                 fmt::format("the port '{}', which no text of the suite names", name),
                 "a config, service or probe that takes its number from there: an operator's "
                 "other number has no effect else",
                 fmt::format("write {{port.{}}} where the number is needed, or take the port out",
                             name)});
    }
}

// Where the port's component is on some of the hosts only, its number is known on those only.
void lint_elsewhere(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    std::set<std::pair<std::string, std::string>> seen;
    for (const Use& use : uses_of(source)) {
        const auto port =
            std::find_if(manifest.ports.begin(), manifest.ports.end(),
                         [&](const Port& one) { return use.variable == "port." + one.name; });
        const std::string& on =
            use.of_server && manifest.balancing ? manifest.balancing->server : use.component;
        if (port == manifest.ports.end() || manifest.component(on) == nullptr ||
            beside(manifest, on, port->component) != Beside::sometimes ||
            !seen.emplace(on, port->name).second)
            continue;
        remarks.warning(
            table_at(source, {"components", on}),
            {"port-elsewhere",
             fmt::format("a text names the port '{}' of '{}' on hosts with '{}', on which '{}' "
                         "need not be",
                         port->name, port->component, on, port->component),
             "ports that each such host has: where it has not, the text cannot be made",
             fmt::format("write requires = [\"{}\"] in [components.{}], or {{server.port.{}}} "
                         "where a balanced server is meant",
                         port->component, on, port->name)});
    }
}

} // namespace

void lint_ports(const Source& source, Remarks& remarks) {
    lint_clashes(source, remarks);
    lint_agent(source, remarks);
    lint_privileged(source, remarks);
    lint_unused(source, remarks);
    lint_elsewhere(source, remarks);
}

} // namespace locum::suite
