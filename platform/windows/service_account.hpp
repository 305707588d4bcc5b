#pragma once
// Whether an account may be a service's.

#include "platform/service.hpp"
#include "platform/windows/acl.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

// Tests put recorded ones in their place.
struct AccountCalls {
    // Who has the right to log on as a service (SeServiceLogonRight); nullopt: cannot be told.
    std::function<std::optional<std::vector<Sid>>()> with_right;
    std::function<Sid(const std::string& account)> sid_of;
    // Of this host, through others too.
    std::function<std::vector<Sid>(const std::string& account)> groups_of;
};
AccountCalls account_calls();

// False: no account of the name, or neither it nor a group that this host knows it in has the
// right; a group of a domain may. True also where that cannot be told.
struct AccountAnswer {
    bool exists = true;
    bool may_log_on = true;
};
AccountAnswer ask_account(const AccountCalls& calls, const std::string& account);
// What keeps the service from running as the account; that it has not got the right is not certain.
std::optional<ServiceTrouble> account_trouble(const AccountCalls& calls, const std::string& service,
                                              const std::string& account);

} // namespace locum::platform
