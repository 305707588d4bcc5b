#pragma once
// The Windows Firewall as one list of rules, by the objects that it is asked through. Which these
// are is passed in: tests record what they are told.

#include "platform/rule_list.hpp"
#include "platform/windows/com.hpp"

#include <functional>
#include <netfw.h>

namespace locum::platform {

// Both throw Error where there is none.
struct FirewallObjects {
    std::function<Com<INetFwPolicy2>()> policy;
    std::function<Com<INetFwRule>()> new_rule; // of no list yet
};
FirewallObjects real_firewall();
RuleList listed_by(const FirewallObjects& objects);

} // namespace locum::platform
