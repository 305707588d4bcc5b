#pragma once
// [firewall] of the answers: whether Locum tells the host's firewall, and who is let in where the
// operator wants it otherwise than the vendor.

#include "suite/document.hpp"

#include <map>
#include <string>
#include <vector>

namespace locum::installer {

// Who may connect to a port.
struct Clients {
    enum class Who { any, peers, nobody, networks } who = Who::any;
    std::vector<std::string> networks = {}; // as platform::network() spells them
    bool operator==(const Clients&) const = default;
};

struct FirewallAnswer {
    bool manage = true;
    std::map<std::string, Clients> rules = {}; // by the port's name; "agent" is one
};

// Of the whole file; it may have no [firewall].
FirewallAnswer read_firewall(suite::Section& root);

} // namespace locum::installer
