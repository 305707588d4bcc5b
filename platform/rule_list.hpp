#pragma once
// A firewall that is one list of rules for programs, services and kinds of networks (profiles), as
// that of Windows is. What is to be added to the list and taken out of it is told here; how it is
// read and changed is in five functions, so that tests record what would be changed.

#include "platform/firewall.hpp"

#include <string>
#include <vector>

namespace locum::platform {

// Kinds of networks, as bits.
constexpr unsigned domain_profile = 1;
constexpr unsigned private_profile = 2;
constexpr unsigned public_profile = 4;
constexpr unsigned all_profiles = 7;

// One rule of the list. Of rules of other groups only name and group are known.
struct ListedRule {
    std::string name; // not unique in the list
    std::string group;
    std::string description = {};
    bool tcp = true; // else UDP
    std::string ports = {};
    std::string from = {};    // as network() spells it; empty: anybody; or text that says neither
    std::string service = {}; // empty: any
    std::string program = {}; // empty: any; with '/'
    unsigned profiles = all_profiles;
    // Lets in, is enabled, and nothing narrows or widens it besides.
    bool plain = true;
};

struct ProfileState {
    unsigned profile = 0;
    bool in_force = false;      // a network of this kind is connected
    bool on = true;             // the firewall is
    bool denies_unnamed = true; // what no rule lets in is denied
    bool blocks_all_in = false; // whatever rules say
};

// Whether rules that an administrator of the host makes count.
enum class LocalRules { count, overruled };

struct RuleList {
    std::function<std::vector<ListedRule>(const std::string& group)> read;
    std::function<void(const ListedRule&)> add;
    // Takes one or all rules of the name out; none of that name is fine.
    std::function<void(const std::string& name)> remove;
    std::function<std::vector<ProfileState>()> profiles;
    std::function<LocalRules()> local_rules;
};

// What a remote address means that the list spells in its own way: "10.0.0.0/255.0.0.0",
// "198.51.100.7-198.51.100.7", "*". Text that is none of these comes back as it is.
std::string listed_source(const std::string& text);

// As the list is to have it: one for each owner, or one for whoever listens. Rules for named
// sources are for every network; those for anybody are not for public ones.
std::vector<ListedRule> listed(const FirewallRule& rule, const std::string& owner);

// title: "Windows Firewall". nullopt where it filters in no network that is connected.
std::optional<Firewall> firewall_of(const std::string& title, const std::string& owner,
                                    const RuleList& list);
// Takes all of the owner's out of it.
void remove_rules_of(const std::string& owner, const RuleList& list);

} // namespace locum::platform
