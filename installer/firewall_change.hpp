#pragma once
// The agent and the commands change firewall.json and the host's firewall one at a time: a change
// of rules may take a firewall seconds, and the record is stored after it.

#include "installer/firewall.hpp"
#include "platform/lock.hpp"

namespace locum::installer {

// From the record's load to its store. Waits for a minute; then throws Error(busy) that names the
// holder. The lock is a file of the state folder, firewall.lock.
platform::Lock hold_firewall(const cluster::Layout& layout);

// Under that lock: changes the record as it is now, stores it, and lets the firewall have its
// rules. There must be one.
void change_firewall(const cluster::Layout& layout, const FindFirewall& find,
                     const std::function<void(FirewallRecord&)>& change);

} // namespace locum::installer
