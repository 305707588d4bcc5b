// Rules of the Windows firewall are not made yet. That none filters would be untrue, so whoever
// wants rules is told; nobody may take the ports for open.
#include "platform/firewall.hpp"

#include "engine/error.hpp"

namespace locum::platform {

std::optional<Firewall> firewall_in_force(const std::string&) {
    throw engine::Error("rules of the Windows firewall cannot be made by this version of Locum")
        .remedy("let in the suite's ports by hand (New-NetFirewallRule), and set manage = false in "
                "[firewall] of the answers");
}

void remove_firewall_rules(const std::string&, const std::string&) {} // none was made

} // namespace locum::platform
