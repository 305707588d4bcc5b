#include "platform/windows/service_account.hpp"

#include "platform/windows/wide.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>
#include <lm.h>
#include <memory>
#include <ntsecapi.h>
#include <sddl.h>

namespace locum::platform {

namespace {

struct NetFreed {
    void operator()(void* memory) const { ::NetApiBufferFree(memory); }
};
struct LsaFreed {
    void operator()(void* memory) const { ::LsaFreeMemory(memory); }
};
struct LsaClosed {
    using pointer = LSA_HANDLE;
    void operator()(LSA_HANDLE policy) const { ::LsaClose(policy); }
};

Sid from_digits(const wchar_t* digits) {
    PSID made = nullptr;
    if (::ConvertStringSidToSidW(digits, &made) == 0)
        return {};
    const std::unique_ptr<void, LocalFreed> owned(made);
    return bytes_of(made);
}

std::optional<std::vector<Sid>> with_right() {
    LSA_OBJECT_ATTRIBUTES attributes{};
    LSA_HANDLE opened = nullptr;
    if (::LsaOpenPolicy(nullptr, &attributes, POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION,
                        &opened) < 0)
        return std::nullopt;
    const std::unique_ptr<LSA_HANDLE, LsaClosed> policy(opened);
    wchar_t name[] = L"SeServiceLogonRight";
    LSA_UNICODE_STRING right{sizeof name - sizeof(wchar_t), sizeof name, name};
    void* found = nullptr;
    ULONG count = 0;
    if (::LsaEnumerateAccountsWithUserRight(opened, &right, &found, &count) < 0)
        return std::nullopt;
    const std::unique_ptr<void, LsaFreed> owned(found);
    std::vector<Sid> sids;
    for (ULONG i = 0; i < count; ++i)
        sids.push_back(bytes_of(static_cast<LSA_ENUMERATION_INFORMATION*>(found)[i].Sid));
    return sids;
}

std::vector<Sid> groups_of(const std::string& account) {
    unsigned char* found = nullptr;
    DWORD count = 0;
    DWORD total = 0;
    // A name of this host's own comes without the dot.
    const std::string plain = account.starts_with(".\\") ? account.substr(2) : account;
    if (::NetUserGetLocalGroups(nullptr, wide(plain).c_str(), 0, LG_INCLUDE_INDIRECT, &found,
                                MAX_PREFERRED_LENGTH, &count, &total) != 0)
        return {};
    const std::unique_ptr<unsigned char, NetFreed> owned(found);
    std::vector<Sid> groups;
    for (DWORD i = 0; i < count; ++i)
        groups.push_back(
            sid_of(utf8(reinterpret_cast<LOCALGROUP_USERS_INFO_0*>(found)[i].lgrui0_name)));
    return groups;
}

// They need no right, or always have it.
bool is_of_the_system(const std::string& account) {
    return is_system_account(account) || boost::istarts_with(account, "NT AUTHORITY\\");
}

} // namespace

AccountCalls account_calls() {
    return {with_right,
            [](const std::string& account) {
                return sid_of(account.starts_with(".\\") ? account.substr(2) : account);
            },
            groups_of};
}

AccountAnswer ask_account(const AccountCalls& calls, const std::string& account) {
    if (is_of_the_system(account))
        return {};
    const bool virtual_one = boost::istarts_with(account, virtual_account_domain);
    // One of a service exists with it.
    std::vector<Sid> its = {from_digits(L"S-1-1-0"), from_digits(L"S-1-5-11")};
    if (virtual_one) {
        its.push_back(from_digits(L"S-1-5-80-0")); // NT SERVICE\ALL SERVICES
    } else {
        its.push_back(calls.sid_of(account));
        if (its.back().empty())
            return {false, false};
    }
    const std::optional<std::vector<Sid>> allowed = calls.with_right();
    if (!allowed || allowed->empty())
        return {};
    if (!virtual_one)
        for (Sid& group : calls.groups_of(account))
            its.push_back(std::move(group));
    const bool may = std::any_of(its.begin(), its.end(), [&](const Sid& sid) {
        return !sid.empty() && std::find(allowed->begin(), allowed->end(), sid) != allowed->end();
    });
    return {true, may};
}

std::optional<ServiceTrouble> account_trouble(const AccountCalls& calls, const std::string& service,
                                              const std::string& account) {
    const AccountAnswer answer = ask_account(calls, account);
    if (!answer.exists)
        return ServiceTrouble{
            fmt::format("there is no account {} for the service {}", account, service),
            "create it, or name another one", true};
    if (!answer.may_log_on)
        return ServiceTrouble{
            fmt::format("the account {} of the service {} has not got the right to log on as a "
                        "service (SeServiceLogonRight), as far as this host can tell",
                        account, service),
            "grant it: secpol.msc, Local Policies, User Rights Assignment, Log on as a service; "
            "where a policy of the domain sets it: there",
            false};
    return std::nullopt;
}

} // namespace locum::platform
