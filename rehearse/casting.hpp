#pragma once
// Which node of a rehearsal runs what, and where clients connect: pure functions of the manifest.

#include "suite/manifest.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace locum::rehearse {

struct NodePart {
    std::string name;
    std::string address;
    std::vector<std::string> components;
    std::map<std::string, std::uint16_t> ports; // other ones than the manifest's
};

// A server on each, balancers on the first two; and what those need on the same host. Ports below
// 1024 are moved up by 10000, so that nobody needs to be root. first: an IPv4 address; the others
// have the next ones. Throws Error(refused) where no topology has them all, Error(usage) where the
// addresses do not reach.
std::vector<NodePart> cast(const suite::Manifest& manifest, unsigned nodes,
                           const std::string& first);

struct Front {
    std::string port; // its name
    std::string node;
    std::string address; // "127.0.0.2:30001"
};
// The ports of balancers, or of servers where the suite has no balancer, that are for everybody.
std::vector<Front> fronts(const suite::Manifest& manifest, const std::vector<NodePart>& nodes);

} // namespace locum::rehearse
