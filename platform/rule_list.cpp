#include "platform/rule_list.hpp"

#include "engine/error.hpp"
#include "platform/addresses.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace locum::platform {

using engine::Error;
using engine::Finding;
using engine::Severity;

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

// What a rule does, whatever it is called: equal texts are equal rules.
std::string effect(const ListedRule& rule) {
    return fmt::format("{}|{}|{}|{}|{}|{}|{}", rule.tcp, rule.ports, rule.from, lower(rule.service),
                       lower(rule.program), rule.profiles, rule.plain);
}

std::vector<ListedRule> ours(const std::vector<ListedRule>& all, const std::string& owner) {
    std::vector<ListedRule> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [&](const ListedRule& rule) { return rule.group == owner; });
    return some;
}

std::map<std::string, ListedRule> listed(const FirewallRules& rules, const std::string& owner) {
    std::map<std::string, ListedRule> all;
    for (const FirewallRule& rule : rules)
        for (ListedRule& one : listed(rule, owner))
            all.emplace(effect(one), std::move(one));
    return all;
}

// "web" of "locum:x web: TCP 8443 from anybody".
std::string short_name(const ListedRule& rule, const std::string& owner) {
    if (!rule.name.starts_with(owner + " "))
        return rule.name;
    const std::string rest = rule.name.substr(owner.size() + 1);
    return rest.substr(0, rest.find(": "));
}

FirewallRule as_rule(const ListedRule& one, const std::string& owner) {
    FirewallRule rule{short_name(one, owner), one.tcp ? Protocol::tcp : Protocol::udp, 0, one.from};
    std::from_chars(one.ports.data(), one.ports.data() + one.ports.size(), rule.port);
    if (!one.service.empty() || !one.program.empty())
        rule.by.push_back({one.service, one.program});
    return rule;
}

// Those with one key as one rule, with all their owners; for whoever listens, if one is.
FirewallRules as_rules(const std::vector<ListedRule>& all, const std::string& owner) {
    FirewallRules rules;
    for (const ListedRule& one : all) {
        FirewallRule rule = as_rule(one, owner);
        if (const auto there = rules.find(rule); there != rules.end()) {
            if (there->by.empty() || rule.by.empty())
                rule.by.clear();
            else
                rule.by.insert(rule.by.end(), there->by.begin(), there->by.end());
            rules.erase(there);
        }
        std::sort(rule.by.begin(), rule.by.end());
        rules.insert(std::move(rule));
    }
    return rules;
}

FirewallDifference compare(const RuleList& list, const std::string& owner,
                           const FirewallRules& wanted) {
    const std::map<std::string, ListedRule> needed = listed(wanted, owner);
    std::set<std::string> there;
    std::vector<ListedRule> surplus;
    for (const ListedRule& rule : ours(list.read(owner), owner)) {
        there.insert(effect(rule));
        if (!needed.contains(effect(rule)) && rule.plain)
            surplus.push_back(rule);
    }
    FirewallDifference found;
    found.surplus = as_rules(surplus, owner);
    for (const FirewallRule& rule : wanted)
        for (const ListedRule& one : listed(rule, owner))
            if (!there.contains(effect(one)))
                found.missing.insert(rule);
    return found;
}

// What differs, as it is to be changed. Rules go by their name, so where one of a name has to go
// all of them do, and those that are wanted come again.
struct Changes {
    std::vector<ListedRule> first; // added while the old ones still let in
    std::map<std::string, std::size_t> removed;
    std::vector<ListedRule> then;

    bool none() const { return first.empty() && removed.empty() && then.empty(); }
};

Changes changes(const std::vector<ListedRule>& all, const std::string& owner,
                const std::map<std::string, ListedRule>& needed) {
    const std::vector<ListedRule> there = ours(all, owner);
    Changes changes;
    std::set<std::string> seen;
    for (const ListedRule& rule : there)
        if (!needed.contains(effect(rule)) || !seen.insert(effect(rule)).second)
            changes.removed[rule.name] = 0;
    std::set<std::string> kept;
    for (const ListedRule& rule : there)
        if (const auto goes = changes.removed.find(rule.name); goes != changes.removed.end())
            ++goes->second;
        else
            kept.insert(effect(rule));
    for (const auto& [what, rule] : needed)
        if (!kept.contains(what))
            (changes.removed.contains(rule.name) ? changes.then : changes.first).push_back(rule);
    return changes;
}

// A rule is removed by its name: of two that share it, it cannot be told which goes.
void require_ours_alone(const std::vector<ListedRule>& all, const std::string& owner,
                        const std::string& name) {
    if (std::any_of(all.begin(), all.end(), [&](const ListedRule& rule) {
            return rule.group != owner && rule.name == name;
        }))
        throw Error(
            fmt::format("a rule of somebody else has the name of one of Locum's: '{}'", name),
            engine::Kind::refused)
            .remedy("give that rule another name (Rename-NetFirewallRule), then run the command "
                    "again");
}

void make(const RuleList& list, const std::string& owner, const FirewallRules& wanted) {
    const std::map<std::string, ListedRule> needed = listed(wanted, owner);
    const std::vector<ListedRule> all = list.read(owner);
    const Changes change = changes(all, owner, needed);
    if (change.none())
        return;
    for (const auto& [name, count] : change.removed)
        require_ours_alone(all, owner, name);
    for (const ListedRule& rule : change.first)
        list.add(rule);
    for (const auto& [name, count] : change.removed)
        for (std::size_t i = 0; i < count; ++i)
            list.remove(name);
    for (const ListedRule& rule : change.then)
        list.add(rule);
    if (!changes(list.read(owner), owner, needed).none())
        throw Error("the firewall took its new rules, and does not have them")
            .remedy("see in its rules what is in the group " + owner +
                    ", and whether a policy changes them");
}

std::string name_of(unsigned profile) {
    return profile == domain_profile ? "Domain" : profile == private_profile ? "Private" : "Public";
}

bool filters(const ProfileState& state) {
    return state.in_force && state.on && (state.denies_unnamed || state.blocks_all_in);
}

std::vector<Finding> hindrances(const std::string& title, const RuleList& list,
                                const FirewallRules& rules) {
    std::vector<Finding> findings;
    if (rules.empty())
        return findings;
    if (list.local_rules() == LocalRules::overruled)
        findings.push_back({"firewall-policy", Severity::error,
                            title + " is set by a group policy that does not let this host's own "
                                    "rules count",
                            "that rules of the host count",
                            "let the policy merge local rules; or put the rules into the policy, "
                            "and set manage = false in [firewall] of the answers"});
    std::vector<std::string> open;
    for (const FirewallRule& rule : rules)
        if (rule.from.empty())
            open.push_back(
                fmt::format("{} {}", rule.protocol == Protocol::udp ? "UDP" : "TCP", rule.port));
    for (const ProfileState& state : list.profiles()) {
        if (!filters(state))
            continue;
        if (state.blocks_all_in)
            findings.push_back(
                {"firewall-blocks", Severity::error,
                 fmt::format("{} lets nobody in by the {} profile, whatever its rules say", title,
                             name_of(state.profile)),
                 "that its rules count",
                 fmt::format("Set-NetFirewallProfile -Profile {} -AllowInboundRules True",
                             name_of(state.profile))});
        else if (state.profile == public_profile && !open.empty())
            findings.push_back(
                {"firewall-public", Severity::warning,
                 fmt::format("a network of this host is public, where {} admits nobody to {}",
                             title, fmt::join(open, ", ")),
                 "a private or domain network, or sources that are named",
                 "Set-NetConnectionProfile -InterfaceAlias NAME -NetworkCategory Private; or name "
                 "the networks in [firewall.rules] of the answers"});
    }
    return findings;
}

} // namespace

std::string listed_source(const std::string& text) {
    if (text.empty() || text == "*")
        return "";
    std::string plain = text;
    if (const std::size_t dash = text.find('-'); dash != text.npos) {
        if (text.substr(0, dash) != text.substr(dash + 1))
            return text;
        plain = text.substr(0, dash);
    }
    const std::size_t slash = plain.find('/');
    if (slash != plain.npos && plain.find('.', slash) != plain.npos) {
        unsigned mask = 0;
        const char* at = plain.data() + slash + 1;
        const char* const end = plain.data() + plain.size();
        for (int i = 0; i < 4; ++i) {
            unsigned char part = 0;
            const auto [rest, failed] = std::from_chars(at, end, part);
            if (failed != std::errc() || (i < 3) == (rest == end) || (i < 3 && *rest != '.'))
                return text;
            mask = mask << 8 | part;
            at = rest + 1;
        }
        const int length = std::countl_one(mask);
        if (length < 32 && (mask << length) != 0)
            return text;
        plain = fmt::format("{}/{}", plain.substr(0, slash), length);
    }
    const std::optional<std::string> known = network(plain);
    if (!known)
        return text;
    return *known == "0.0.0.0/0" || *known == "::/0" ? text : *known;
}

std::vector<ListedRule> listed(const FirewallRule& rule, const std::string& owner) {
    ListedRule one{fmt::format("{} {}: {} {} from {}", owner, rule.name,
                               rule.protocol == Protocol::udp ? "UDP" : "TCP", rule.port,
                               rule.from.empty() ? "anybody" : rule.from),
                   owner};
    one.tcp = rule.protocol == Protocol::tcp;
    one.ports = std::to_string(rule.port);
    one.from = rule.from;
    // A public network is one that nobody vouches for: there only who is named comes in.
    one.profiles = rule.from.empty() ? domain_profile | private_profile : all_profiles;
    one.description =
        fmt::format("Made by Locum, which keeps it as it is: port {} of {}, for {}. "
                    "Say otherwise in [firewall.rules] of the answers.",
                    rule.name, owner.substr(owner.find(':') + 1),
                    rule.from.empty() ? "anybody in domain and private networks" : rule.from);
    std::vector<ListedRule> all;
    for (const PortOwner& by : rule.by) {
        ListedRule narrow = one;
        narrow.service = by.service;
        // A service's name is the same in every version; its program is not.
        narrow.program = by.service.empty() ? by.program : "";
        narrow.name += by.service.empty() ? ", program " + by.program : ", service " + by.service;
        all.push_back(std::move(narrow));
    }
    if (all.empty())
        all.push_back(std::move(one));
    return all;
}

std::optional<Firewall> firewall_of(const std::string& title, const std::string& owner,
                                    const RuleList& list) {
    const std::vector<ProfileState> states = list.profiles();
    if (std::none_of(states.begin(), states.end(), filters))
        return std::nullopt;
    return Firewall{
        title, [owner, list](const FirewallRules& wanted) { make(list, owner, wanted); },
        [owner, list](const FirewallRules& wanted) { return compare(list, owner, wanted); },
        [title, list](const FirewallRules& rules) { return hindrances(title, list, rules); }};
}

void remove_rules_of(const std::string& owner, const RuleList& list) {
    make(list, owner, {});
}

} // namespace locum::platform
