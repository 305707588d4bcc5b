#pragma once
// What the components expect around them on this host: packages, privileges, UDP ports, and
// connections to the outside.

#include "engine/check.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <string>
#include <vector>

namespace locum::installer {

struct Packages {
    std::vector<std::string> missing;
    bool rpm = false;        // else dpkg
    std::string not_asked{}; // why it cannot be told; empty: it was
};

struct Surroundings {
    Packages packages;
    std::map<std::string, std::string> udp_faults;   // port → why it cannot be had
    std::map<std::string, std::string> unreachable;  // host:port → why
    std::map<std::string, std::uint16_t> privileged; // ports that this process may not give
    std::map<std::string, std::uint16_t> unasked;    // low ports, and no service asks for the right
    std::vector<std::string> capabilities;           // that services need and this process lacks
};

using PortNumbers = std::map<std::string, std::uint16_t>; // by the port's name

Packages ask_packages(const suite::Manifest& manifest, const std::vector<std::string>& components);
// Of the ports, those below `first` whose component's services cannot get them from an agent that
// is not root: none of them asks for net-bind-service. A component without services is its host's
// own.
std::map<std::string, std::uint16_t> unasked_ports(const suite::Manifest& manifest,
                                                   const PortNumbers& ports, std::uint16_t first);
Surroundings look_around(const suite::Manifest& manifest,
                         const std::vector<std::string>& components, const std::string& address,
                         const PortNumbers& ports);

std::vector<engine::Finding> package_findings(const Packages& packages);
std::vector<engine::Finding> surroundings_findings(const suite::Manifest& manifest,
                                                   const std::vector<std::string>& components,
                                                   const PortNumbers& ports,
                                                   const Surroundings& surroundings);

} // namespace locum::installer
