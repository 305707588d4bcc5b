#include "installer/surroundings.hpp"

#include "cluster/connect.hpp"
#include "platform/capabilities.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "token/network_token.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <sstream>

namespace locum::installer {

using engine::Finding;
using engine::Severity;
using suite::Manifest;

namespace {

constexpr std::chrono::seconds connection_limit{3};
constexpr const char* bind_low_ports = "net-bind-service";

bool selected(const std::vector<std::string>& components, const std::string& component) {
    return std::find(components.begin(), components.end(), component) != components.end();
}

// The words of each line that the command prints; it exits with 1 where a package is unknown.
std::vector<std::vector<std::string>> lines_of(std::vector<std::string> argv,
                                               const std::vector<std::string>& packages) {
    platform::Command command;
    command.argv = std::move(argv);
    command.argv.insert(command.argv.end(), packages.begin(), packages.end());
    command.environment["LC_ALL"] = "C";
    std::vector<std::vector<std::string>> lines;
    std::istringstream output(platform::run(command).output);
    for (std::string line; std::getline(output, line);) {
        std::istringstream words(line);
        lines.emplace_back(std::istream_iterator<std::string>(words),
                           std::istream_iterator<std::string>());
    }
    return lines;
}

} // namespace

Packages ask_packages(const Manifest& manifest, const std::vector<std::string>& components) {
    std::set<std::string> wanted;
    for (const suite::Component& component : manifest.components)
        if (selected(components, component.name))
            wanted.insert(component.packages.begin(), component.packages.end());
    Packages packages;
    if (wanted.empty())
        return packages;
    const std::vector<std::string> names(wanted.begin(), wanted.end());
    try {
        // "ii": wanted and installed; a package that was removed is known still.
        for (const auto& words :
             lines_of({"dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n"}, names))
            if (words.size() == 2 && words[0].size() > 1 && words[0][1] == 'i')
                wanted.erase(words[1]);
    } catch (const engine::Error&) {
        try {
            packages.rpm = true;
            for (const auto& words : lines_of({"rpm", "-q", "--qf", "%{NAME}\n"}, names))
                if (words.size() == 1)
                    wanted.erase(words[0]);
        } catch (const engine::Error&) {
            packages.not_asked = fmt::format("neither dpkg-query nor rpm is here to ask for {}",
                                             fmt::join(names, ", "));
            return packages;
        }
    }
    packages.missing.assign(wanted.begin(), wanted.end());
    return packages;
}

std::map<std::string, std::uint16_t> unasked_ports(const Manifest& manifest,
                                                   const PortNumbers& ports, std::uint16_t first) {
    std::map<std::string, std::uint16_t> unasked;
    for (const suite::Port& port : manifest.ports) {
        const auto number = ports.find(port.name);
        if (number == ports.end() || number->second >= first)
            continue;
        bool served = false;
        bool asked = false;
        for (const suite::Service& service : manifest.services) {
            if (service.component != port.component)
                continue;
            served = true;
            asked = asked || std::find(service.capabilities.begin(), service.capabilities.end(),
                                       bind_low_ports) != service.capabilities.end();
        }
        if (served && !asked)
            unasked[port.name] = number->second;
    }
    return unasked;
}

Surroundings look_around(const Manifest& manifest, const std::vector<std::string>& components,
                         const std::string& address, const PortNumbers& ports) {
    Surroundings found;
    found.packages = ask_packages(manifest, components);
    const bool any_port = platform::has_capability(bind_low_ports);
    for (const suite::Port& port : manifest.ports) {
        const auto number = ports.find(port.name);
        if (number == ports.end())
            continue;
        if (!any_port && number->second < platform::first_unprivileged_port())
            found.privileged[port.name] = number->second;
        if (port.udp)
            if (std::string why = platform::udp_port_fault(address, number->second); !why.empty())
                found.udp_faults[port.name] = std::move(why);
    }
    if (!platform::is_root()) // whose services have all of its rights
        found.unasked = unasked_ports(manifest, ports, platform::first_unprivileged_port());
    std::set<std::string> lacking;
    for (const suite::Service& service : manifest.services)
        if (selected(components, service.component))
            for (const std::string& capability : service.capabilities)
                if (!platform::has_capability(capability) &&
                    (capability != bind_low_ports || !found.privileged.empty()))
                    lacking.insert(capability);
    found.capabilities.assign(lacking.begin(), lacking.end());
    for (const suite::Outgoing& outgoing : manifest.outgoing)
        if (selected(components, outgoing.component) && !found.unreachable.contains(outgoing.to))
            if (std::string why = cluster::connection_fault(outgoing.to, connection_limit);
                !why.empty())
                found.unreachable[outgoing.to] = std::move(why);
    return found;
}

std::vector<Finding> package_findings(const Packages& packages) {
    if (!packages.not_asked.empty())
        return {{"packages", Severity::warning, packages.not_asked, "these packages installed",
                 "see by hand that they are", true}};
    if (packages.missing.empty())
        return {};
    const std::string names = fmt::format("{}", fmt::join(packages.missing, " "));
    return {{"packages", Severity::error, "not installed: " + names,
             "the packages that the components need",
             fmt::format("{} install {}", packages.rpm ? "dnf" : "apt-get", names), true}};
}

std::vector<Finding> surroundings_findings(const Manifest& manifest,
                                           const std::vector<std::string>& components,
                                           const PortNumbers& ports,
                                           const Surroundings& surroundings) {
    std::vector<Finding> findings = package_findings(surroundings.packages);
    for (const auto& [name, why] : surroundings.udp_faults)
        findings.push_back({"port-taken", Severity::error,
                            fmt::format("UDP port {} ({}): {}", ports.at(name), name, why),
                            "a free port",
                            "stop the process that has it (ss -ulnp), or set another port"});
    for (const auto& [name, port] : surroundings.unasked)
        findings.push_back(
            {"capability", Severity::error,
             fmt::format("port {} ({}), and no service of its component asks for {}", port, name,
                         bind_low_ports),
             fmt::format("capabilities = [\"{}\"] at the service that listens there, since the "
                         "agent is not root",
                         bind_low_ports),
             fmt::format("set another port in [ports], run as root, or: sysctl "
                         "net.ipv4.ip_unprivileged_port_start={}; the vendor mends the manifest",
                         port),
             true});
    for (const auto& [name, port] : surroundings.privileged) {
        if (surroundings.unasked.contains(name))
            continue; // the right alone would not help
        findings.push_back(
            {"capability", Severity::error,
             fmt::format("port {} ({}), and neither root nor net-bind-service", port, name),
             "the right to use it",
             fmt::format(
                 "run as root, or with the capability (setpriv --inh-caps "
                 "+net_bind_service --ambient-caps +net_bind_service locum ...), or: sysctl "
                 "net.ipv4.ip_unprivileged_port_start={}",
                 port),
             true});
    }
    for (const std::string& capability : surroundings.capabilities)
        if (capability != bind_low_ports) // told with its port
            findings.push_back({"capability", Severity::error,
                                fmt::format("no capability {}", capability),
                                "what a service of the selected components needs",
                                "run as root, or with this capability (setpriv, systemd)", true});
    for (const suite::Outgoing& outgoing : manifest.outgoing) {
        const auto fault = surroundings.unreachable.find(outgoing.to);
        if (fault == surroundings.unreachable.end() || !selected(components, outgoing.component))
            continue;
        const token::Address to = token::parse_address(outgoing.to);
        findings.push_back(
            {"outgoing", outgoing.optional ? Severity::warning : Severity::error,
             fmt::format("no connection to {} for {}: {}", outgoing.to, outgoing.component,
                         fault->second),
             "a TCP connection from this host",
             fmt::format("let this host reach {} at TCP port {}: see its name, its service, and "
                         "the firewalls between",
                         to.host, to.port),
             true});
    }
    return findings;
}

} // namespace locum::installer
