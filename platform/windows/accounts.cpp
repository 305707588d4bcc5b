#include "platform/accounts.hpp"

#include "platform/tree.hpp"
#include "platform/windows/access.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>

namespace locum::platform {

namespace {

[[noreturn]] void not_here(const std::string& what) {
    throw engine::Error(fmt::format("{} cannot be declared on Windows", what), engine::Kind::usage)
        .remedy("leave accounts out of a suite for Windows: each service runs as an account of its "
                "own (NT SERVICE\\NAME), which the system makes with it");
}

// A name of this host's own is known without the dot only.
Sid known(const std::string& name) {
    return sid_of(name.starts_with(".\\") ? name.substr(2) : name);
}

Sid require_account(const char* what, const std::string& name) {
    Sid sid = known(name);
    if (sid.empty())
        throw engine::Error(fmt::format("there is no {} {}", what, name))
            .remedy("create it, or run the installation again");
    return sid;
}

} // namespace

bool is_system_account(const std::string& name) {
    // Only the manager of services knows the first, and in every language of Windows.
    return name.empty() || boost::iequals(name, "LocalSystem") ||
           boost::iequals(name, ".\\LocalSystem") || boost::iequals(name, "NT AUTHORITY\\SYSTEM") ||
           digits_of(known(name)) == "S-1-5-18";
}

bool account_exists(const std::string& name) {
    return !name.empty() && (is_system_account(name) || !known(name).empty());
}

bool is_other_account_name(const std::string& name) {
    const std::size_t slash = name.find('\\');
    const std::string domain = slash == name.npos ? "." : name.substr(0, slash);
    const std::string own = slash == name.npos ? name : name.substr(slash + 1);
    const auto whole = [](const std::string& part, std::size_t longest) {
        return !part.empty() && part.size() <= longest && part.front() != ' ' &&
               part.back() != ' ' && part.find_first_of("\"/\\[]:;|=,+*?<>") == part.npos &&
               std::none_of(part.begin(), part.end(), [](unsigned char c) { return c < ' '; });
    };
    return whole(domain, 255) && whole(own, 255) && own.back() != '.';
}

std::string other_account_names() {
    return "one that this host knows: .\\NAME, DOMAIN\\NAME, NAME@DOMAIN, or NT "
           "AUTHORITY\\LocalService";
}

bool group_exists(const std::string& name) {
    return !sid_of(name).empty();
}

void declare_accounts(const std::string& name, const std::string&) {
    not_here("the accounts of " + name);
}

void declare_folders(const std::string& name, const std::string&) {
    not_here("the folders of " + name);
}

void withdraw_accounts(const std::string&) {}
void withdraw_folders(const std::string&) {}

std::string declared_accounts(const std::string&) {
    return "";
}

std::string declared_folders(const std::string&) {
    return "";
}

void remove_account(const std::string& name) {
    if (account_exists(name))
        not_here("the end of the account " + name);
}

void remove_group(const std::string& name) {
    if (group_exists(name))
        not_here("the end of the group " + name);
}

void give(const std::string& path, const std::string& account, const std::string& group) {
    set_owner_and_group(path, require_account("account", account), require_account("group", group));
}

bool accounts_are_declared() {
    return false;
}

std::string own_account_of(const std::string& service) {
    return virtual_account_domain + service;
}

void allow(const std::string& path, const std::string& account, Access access) {
    if (!is_system_account(account))
        add_access(path, require_account("account", account), access);
}

unsigned mode_but_for(const std::string& path, const std::vector<std::string>& accounts) {
    std::vector<Sid> insiders;
    for (const std::string& account : accounts)
        if (Sid sid = known(account); !sid.empty())
            insiders.push_back(std::move(sid));
    return mode_of(path, insiders);
}

void set_mode_but_for(const std::string& path, unsigned mode,
                      const std::vector<std::string>& accounts) {
    std::vector<Sid> insiders;
    for (const std::string& account : accounts)
        if (!is_system_account(account))
            insiders.push_back(require_account("account", account));
    set_mode(path, mode, insiders);
}

Ownership ownership(const std::string& path) {
    return {name_of(owner_of(path)), name_of(group_of(path)), mode_of(path)};
}

} // namespace locum::platform
