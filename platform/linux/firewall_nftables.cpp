// nftables, by nft's JSON. An accept in a table of our own does not help against a drop in another
// one: so our rules go into each chain that denies by default, in front of its first rule that
// denies what it does not name. What the administrator denies by name before that stays denied.
// One rule for each source: iptables-nft shows a rule with a set without it, and would save it so.

#include "platform/linux/firewall.hpp"

#include "platform/addresses.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace locum::platform::nftables {

using nlohmann::json;

namespace {

using ChainName = std::array<std::string, 3>; // family, table, chain

ChainName chain_of(const json& rule) {
    return {rule.at("family"), rule.at("table"), rule.at("chain")};
}

// The rules of all chains, in order.
class Ruleset {
public:
    explicit Ruleset(const json& all) {
        for (const json& object : all.at("nftables"))
            if (object.contains("rule"))
                rules_[chain_of(object.at("rule"))].push_back(object.at("rule"));
    }

    const std::vector<json>& rules(const ChainName& chain) const {
        static const std::vector<json> none;
        const auto found = rules_.find(chain);
        return found == rules_.end() ? none : found->second;
    }

    // Denies packets by nothing that is particular to them: by all, or by protocol, interface,
    // being new, or not being among what is named.
    bool denies_unnamed(const json& rule, unsigned depth = 0) const {
        constexpr unsigned deepest = 16; // as the kernel allows
        if (depth > deepest)
            return false;
        for (const json& part : rule.at("expr")) {
            const std::string what = part.begin().key();
            const json& value = part.begin().value();
            if (what == "drop" || what == "reject")
                return true;
            if (what == "xt" && value.at("type") == "target")
                return value.at("name") == "REJECT" || value.at("name") == "DROP";
            if (what == "jump" || what == "goto")
                return chain_denies(rule, value, depth);
            if (what == "vmap")
                return map_denies(rule, value, depth);
            if (names(what, value))
                return false;
        }
        return false;
    }

private:
    static bool is_plain_address(const json& left) {
        if (!left.contains("payload") || !left.at("payload").contains("field"))
            return false;
        const json& field = left.at("payload").at("field");
        return field == "saddr" || field == "daddr" || field == "dport";
    }

    // The part of a rule narrows it to what its author had in mind.
    static bool names(const std::string& what, const json& value) {
        static const std::vector<std::string> general = {
            "l4proto", "nfproto", "protocol", "pkttype", "iif", "iifname", "iiftype"};
        if (what == "counter" || what == "log")
            return false;
        if (what == "limit")
            return value.value("inv", false); // over a rate: a protection
        if (what != "match")
            return true;
        const json& left = value.at("left");
        if (left.contains("fib")) // reverse path, own addresses
            return true;
        // All but a few sources, ports or interfaces; of a bit or a fragment it says which.
        if (value.at("op") == "!=" && (left.contains("meta") || is_plain_address(left)))
            return false;
        if (left.contains("meta"))
            return std::none_of(general.begin(), general.end(), [&](const std::string& key) {
                return left.at("meta").at("key") == key;
            });
        if (left.contains("ct") && left.at("ct").at("key") == "state")
            return value.at("right") == "invalid" || value.at("right") == json{"invalid"};
        return true;
    }

    bool chain_denies(const json& rule, const json& jump, unsigned depth) const {
        const ChainName chain{rule.at("family"), rule.at("table"), jump.at("target")};
        return std::any_of(rules(chain).begin(), rules(chain).end(),
                           [&](const json& inside) { return denies_unnamed(inside, depth + 1); });
    }

    bool map_denies(const json& rule, const json& map, unsigned depth) const {
        if (!map.at("data").is_object() || !map.at("data").contains("set"))
            return false;
        for (const json& pair : map.at("data").at("set")) {
            const json& verdict = pair.at(1);
            for (const char* jump : {"jump", "goto"})
                if (verdict.contains(jump) && chain_denies(rule, verdict.at(jump), depth))
                    return true;
        }
        return false;
    }

    std::map<ChainName, std::vector<json>> rules_;
};

std::string address_of(const json& right) {
    if (right.is_string())
        return right;
    if (!right.contains("prefix"))
        return "?"; // none that we write
    return right.at("prefix").at("addr").get<std::string>() + "/" +
           std::to_string(right.at("prefix").at("len").get<unsigned>());
}

// Of a rule with our mark.
FirewallRule read(const json& rule, const std::string& owner) {
    FirewallRule read;
    read.name = rule.at("comment").get<std::string>().substr(owner.size() + 1);
    for (const json& part : rule.at("expr")) {
        if (!part.contains("match") || !part.at("match").at("left").contains("payload"))
            continue;
        const json& payload = part.at("match").at("left").at("payload");
        const json& right = part.at("match").at("right");
        if (payload.at("field") == "saddr")
            read.from = address_of(right);
        else if (payload.at("field") == "dport" && right.is_number_unsigned()) {
            read.protocol = payload.at("protocol") == "udp" ? Protocol::udp : Protocol::tcp;
            read.port = right;
        }
    }
    return read;
}

json is(const std::string& protocol, const std::string& field, json right) {
    return {{"match",
             {{"op", "=="},
              {"left", {{"payload", {{"protocol", protocol}, {"field", field}}}}},
              {"right", std::move(right)}}}};
}

json written(const FirewallRule& rule, const Place& place, const std::string& owner) {
    json parts = json::array();
    if (!rule.from.empty()) {
        json right = rule.from;
        if (const std::size_t slash = rule.from.find('/'); slash != std::string::npos)
            right = {{"prefix",
                      {{"addr", rule.from.substr(0, slash)},
                       {"len", std::stoi(rule.from.substr(slash + 1))}}}};
        parts.push_back(is(is_ipv6(rule.from) ? "ip6" : "ip", "saddr", right));
    }
    parts.push_back(is(std::string(name(rule.protocol)), "dport", rule.port));
    parts.push_back({{"accept", nullptr}});
    json all = {{"family", place.family},
                {"table", place.table},
                {"chain", place.chain},
                {"comment", owner + ":" + rule.name},
                {"expr", std::move(parts)}};
    if (place.before == 0)
        return {{"add", {{"rule", std::move(all)}}}};
    all["handle"] = place.before;
    return {{"insert", {{"rule", std::move(all)}}}};
}

// A chain of one family sees nothing of the other.
bool concerns(const FirewallRule& rule, const Place& place) {
    if (rule.from.empty() || place.family == "inet")
        return true;
    return is_ipv6(rule.from) == (place.family == "ip6");
}

FirewallRules of(const FirewallRules& wanted, const Place& place) {
    FirewallRules all;
    std::copy_if(wanted.begin(), wanted.end(), std::inserter(all, all.end()),
                 [&](const FirewallRule& rule) { return concerns(rule, place); });
    return all;
}

FirewallRules useful(const Place& place) {
    FirewallRules all;
    for (const Place::Ours& ours : place.ours)
        if (ours.in_front)
            all.insert(ours.rule);
    return all;
}

std::string ruleset() {
    return told_by({"nft", "-j", "list", "ruleset"});
}

} // namespace

std::vector<Place> places(const std::string& text, const std::string& owner) {
    const json all = json::parse(text);
    const Ruleset ruleset(all);
    std::vector<Place> found;
    for (const json& object : all.at("nftables")) {
        if (!object.contains("chain") || object.at("chain").value("hook", "") != "input" ||
            object.at("chain").value("type", "") != "filter")
            continue;
        const json& chain = object.at("chain");
        Place place{chain.at("family"), chain.at("table"), chain.at("name"), 0, {}};
        if (place.family != "ip" && place.family != "ip6" && place.family != "inet")
            continue;
        for (const json& rule : ruleset.rules({place.family, place.table, place.chain})) {
            if (rule.value("comment", "").starts_with(owner + ":"))
                place.ours.push_back({read(rule, owner), rule.at("handle"), place.before == 0});
            else if (place.before == 0 && ruleset.denies_unnamed(rule))
                place.before = rule.at("handle");
        }
        // One that lets in by default is of no interest, unless ours are left in it.
        if (place.before != 0 || chain.value("policy", "accept") == "drop" || !place.ours.empty())
            found.push_back(std::move(place));
    }
    return found;
}

std::string changes(const std::vector<Place>& places, const FirewallRules& wanted,
                    const std::string& owner) {
    json commands = json::array();
    for (const Place& place : places) {
        const FirewallRules here = of(wanted, place);
        FirewallRules missing = difference(here, useful(place)).missing;
        for (const FirewallRule& rule : missing)
            commands.push_back(written(rule, place, owner));
        FirewallRules kept;
        for (const Place::Ours& ours : place.ours)
            if (!ours.in_front || !here.contains(ours.rule) || !kept.insert(ours.rule).second)
                commands.push_back({{"delete",
                                     {{"rule",
                                       {{"family", place.family},
                                        {"table", place.table},
                                        {"chain", place.chain},
                                        {"handle", ours.handle}}}}}});
    }
    return commands.empty() ? "" : json{{"nftables", commands}}.dump();
}

FirewallDifference compare(const std::vector<Place>& places, const FirewallRules& wanted) {
    FirewallDifference found;
    for (const Place& place : places) {
        const FirewallRules here = of(wanted, place);
        found.missing.merge(difference(here, useful(place)).missing);
        for (const Place::Ours& ours : place.ours)
            if (!here.contains(ours.rule))
                found.surplus.insert(ours.rule);
    }
    return found;
}

bool filters() {
    return has_program("nft") && !places(ruleset(), "").empty();
}

Firewall firewall(const std::string& owner) {
    return {
        "nftables",
        [owner](const FirewallRules& wanted) {
            const std::string change = changes(places(ruleset(), owner), wanted, owner);
            if (!change.empty())
                told_by({"nft", "-j", "-f", "-"}, change);
        },
        [owner](const FirewallRules& wanted) { return compare(places(ruleset(), owner), wanted); }};
}

} // namespace locum::platform::nftables
