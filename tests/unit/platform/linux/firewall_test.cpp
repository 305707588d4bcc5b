// What each firewall calls a rule, and what is in force, from what the tools say on Debian 12.

#include "platform/linux/firewall.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::platform;
using nlohmann::json;

namespace {

const FirewallRule front{"front", Protocol::tcp, 30001, ""};
const FirewallRule peer{"web", Protocol::tcp, 8443, "198.51.100.12"};
const FirewallRule peer6{"web", Protocol::udp, 8443, "2001:db8::12"};
const FirewallRule network4{"web", Protocol::tcp, 8443, "10.0.0.0/8"};

// An input chain with these rules, as `nft -j list ruleset` shows it; handles from 4 on.
std::string ruleset(const std::string& family, const std::string& policy,
                    const std::vector<std::string>& rules, const std::string& others = "") {
    std::string text = R"({"nftables": [{"metainfo": {"json_schema_version": 1}}, {"chain": )"
                       R"({"family": ")" +
                       family +
                       R"(", "table": "filter", "name": "input", "handle": 1, "type": "filter", )"
                       R"("hook": "input", "prio": 0, "policy": ")" +
                       policy + R"("}})";
    unsigned handle = 4;
    for (const std::string& rule : rules)
        text += R"(, {"rule": {"family": ")" + family +
                R"(", "table": "filter", "chain": "input", "handle": )" + std::to_string(handle++) +
                ", " + rule + "}}";
    return text + others + "]}";
}

std::string expr(const std::string& parts) {
    return "\"expr\": [" + parts + "]";
}

const std::string loopback = expr(
    R"({"match": {"op": "==", "left": {"meta": {"key": "iif"}}, "right": "lo"}}, {"accept": null})");
const std::string invalid = expr(
    R"({"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "invalid"}}, {"drop": null})");
const std::string banned = expr(
    R"({"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@banned"}}, {"drop": null})");
const std::string reset = expr(
    R"({"match": {"op": "==", "left": {"meta": {"key": "l4proto"}}, "right": "tcp"}}, {"counter": {"packets": 0, "bytes": 0}}, {"reject": {"type": "tcp reset"}})");
const std::string too_many =
    expr(R"({"limit": {"rate": 5, "burst": 5, "per": "second", "inv": true}}, {"drop": null})");
const std::string all_denied = expr(R"({"counter": {"packets": 0, "bytes": 0}}, {"drop": null})");
const std::string xt_reject = expr(
    R"({"counter": {"packets": 0, "bytes": 0}}, {"xt": {"type": "target", "name": "REJECT"}})");
const std::string xt_match_reject = expr(
    R"({"xt": {"type": "match", "name": "set"}}, {"xt": {"type": "target", "name": "REJECT"}})");
const std::string not_from_here = expr(
    R"({"match": {"op": "!=", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": {"prefix": {"addr": "10.0.0.0", "len": 8}}}}, {"drop": null})");
const std::string not_new = expr(
    R"({"match": {"op": "!=", "left": {"&": [{"payload": {"protocol": "tcp", "field": "flags"}}, ["fin", "syn", "rst", "ack"]]}, "right": "syn"}}, {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "new"}}, {"drop": null})");
const std::string fragments = expr(
    R"({"match": {"op": "!=", "left": {"&": [{"payload": {"protocol": "ip", "field": "frag-off"}}, 8191]}, "right": 0}}, {"drop": null})");
const std::string not_hops = expr(
    R"({"match": {"op": "!=", "left": {"payload": {"protocol": "ip6", "field": "hoplimit"}}, "right": 255}}, {"drop": null})");
const std::string not_this_port = expr(
    R"({"match": {"op": "!=", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}}, {"drop": null})");
const std::string not_this_interface = expr(
    R"({"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "eth0"}}, {"drop": null})");
const std::string jump = expr(R"({"jump": {"target": "tail"}})");
const std::string by_interface = expr(
    R"({"vmap": {"key": {"meta": {"key": "iifname"}}, "data": {"set": [["lo", {"accept": null}], ["eth0", {"jump": {"target": "tail"}}]]}}})");

std::string tail(const std::string& rule) {
    return R"(, {"rule": {"family": "inet", "table": "filter", "chain": "tail", "handle": 90, )" +
           rule + "}}";
}

std::string ours(const std::string& comment, const std::string& source, unsigned port) {
    return "\"comment\": \"" + comment + "\", " +
           expr(R"({"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": )"
                R"("saddr"}}, "right": )" +
                source +
                R"(}}, {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": )"
                R"("dport"}}, "right": )" +
                std::to_string(port) + R"(}}, {"accept": null})");
}

std::vector<nftables::Place> places(const std::string& text) {
    return nftables::places(text, "locum:em");
}

// Handle that our rules go in front of; 0: at the end; nothing where the chain lets in by default.
std::optional<std::uint64_t> place(const std::vector<std::string>& rules,
                                   const std::string& policy = "accept",
                                   const std::string& others = "") {
    const auto found = places(ruleset("inet", policy, rules, others));
    return found.empty() ? std::nullopt : std::optional(found.at(0).before);
}

} // namespace

TEST_CASE("firewalld: rich rules with our mark, and no others") {
    CHECK(firewalld::rich_rule(front, 1234) ==
          R"(rule priority="1234" port port="30001" protocol="tcp" accept)");
    CHECK(
        firewalld::rich_rule(peer6, 1234) ==
        R"(rule priority="1234" family="ipv6" source address="2001:db8::12" port port="8443" protocol="udp" accept)");
    const FirewallRules all{front, peer, peer6, network4};
    std::vector<std::string> texts = {
        R"(rule family="ipv4" source address="203.0.113.9" drop)",
        R"(rule priority="1235" port port="30001" protocol="tcp" accept)",
        R"(rule priority="1234" port port="30001-30009" protocol="tcp" accept)",
        R"(rule priority="1234" family="ipv4" source address="198.51.100.9" port port="8443" protocol="tcp" reject)",
    };
    CHECK(firewalld::our_rules(texts, 1234).empty());
    for (const FirewallRule& rule : all)
        texts.push_back(firewalld::rich_rule(rule, 1234));
    CHECK(firewalld::our_rules(texts, 1234) == all);
    CHECK(firewalld::mark("locum:one") != firewalld::mark("locum:two"));
    CHECK(firewalld::mark("locum:one") >= 1000);
    CHECK(firewalld::mark("locum:one") < 32768);
}

TEST_CASE("firewalld: a zone that bans sources stays one") {
    for (const char* target : {"DROP", "%%REJECT%%"}) {
        CHECK(!firewalld::takes_rules({false, false, target}));
        CHECK(firewalld::takes_rules({true, false, target}));
        CHECK(firewalld::takes_rules({false, true, target}));
    }
    CHECK(firewalld::takes_rules({false, false, "default"}));
    CHECK(firewalld::takes_rules({false, false, "ACCEPT"}));
}

TEST_CASE("ufw: what its rule files say") {
    const auto tuples = ufw::tuples(R"(*filter
:ufw-user-input - [0:0]
### RULES ###
### tuple ### allow tcp 30001 0.0.0.0/0 any 0.0.0.0/0 in comment=6c6f63756d3a656d3a66726f6e74
-A ufw-user-input -p tcp --dport 30001 -j ACCEPT
### tuple ### deny udp 8443 ::/0 any 2001:db8::11 in
### tuple ### allow_log tcp 22 0.0.0.0/0 any 10.0.0.0/8 in
### tuple ### allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in_host0
### tuple ### route:allow tcp 99 0.0.0.0/0 any 0.0.0.0/0 in_host0!out_host0 comment=78
### tuple ### allow any any 0.0.0.0/0 any 198.51.100.0/24 in
### tuple ### allow tcp 5000:5010 0.0.0.0/0 any 0.0.0.0/0 in
### tuple ### allow tcp 25 198.51.100.1 any 0.0.0.0/0 in
### END RULES ###
)");
    REQUIRE(tuples.size() == 3);
    CHECK(tuples[0] == ufw::Tuple{"allow", {"", Protocol::tcp, 30001, "0.0.0.0/0"}});
    CHECK(tuples[0].rule.name == "locum:em:front");
    CHECK(tuples[1] == ufw::Tuple{"deny", {"", Protocol::udp, 8443, "2001:db8::11"}});
    CHECK(tuples[2] == ufw::Tuple{"allow", {"", Protocol::tcp, 22, "10.0.0.0/8"}});
}

TEST_CASE("nftables: our rules go in front of the first that denies what it does not name") {
    CHECK(place({loopback, invalid, banned, reset, all_denied}) == 7);
    CHECK(place({loopback, all_denied}) == 5);
    CHECK(place({banned, not_from_here}) == 5);
    CHECK(place({not_new, fragments, not_hops, not_this_port}) == 7);
    CHECK(place({not_new, not_this_interface}) == 5);
    CHECK(place({xt_match_reject, xt_reject}) == 5);
    CHECK(place({loopback, jump}, "accept", tail(all_denied)) == 5);
    CHECK(place({loopback, by_interface}, "accept", tail(reset)) == 5);
}

TEST_CASE("nftables: what lets in by default, or denies by name only, is left alone") {
    CHECK(place({}, "drop") == 0); // at the end
    CHECK(place({loopback, banned}, "drop") == 0);
    CHECK(!place({}));
    CHECK(!place({loopback, invalid, banned, too_many, xt_match_reject}));
    CHECK(!place({not_new, fragments, not_hops}));
    CHECK(!place({jump, by_interface}, "accept", tail(banned)));
    const std::string forward =
        R"({"nftables": [{"chain": {"family": "inet", "table": "t", "name": "f", "handle": 1, )"
        R"("type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}]})";
    CHECK(places(forward).empty());
}

TEST_CASE("nftables: chains that jump in a circle end the search") {
    CHECK(!place({jump}, "accept", tail(jump)));
}

TEST_CASE("nftables: exactly these rules, in one transaction") {
    const std::string mine = ours("locum:em:web", R"("198.51.100.12")", 8443);
    const std::string old =
        ours("locum:em:web", R"({"prefix": {"addr": "10.0.0.0", "len": 8}})", 8443);
    const std::string other = ours("locum:emx:web", R"("198.51.100.12")", 8443);
    const auto found = places(ruleset("inet", "drop", {mine, other, old, reset}));
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].ours.size() == 2);
    CHECK(found[0].ours[0].rule == peer);
    CHECK(found[0].ours[0].rule.name == "web");
    CHECK(found[0].ours[1].rule == network4);
    CHECK(nftables::changes(found, {peer, network4}, "locum:em") == "");
    const json change = json::parse(nftables::changes(found, {peer, front}, "locum:em"));
    CHECK(change == json::parse(R"({"nftables": [
        {"insert": {"rule": {"family": "inet", "table": "filter", "chain": "input", "handle": 7,
            "comment": "locum:em:front", "expr": [
                {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
                 "right": 30001}}, {"accept": null}]}}},
        {"delete": {"rule": {"family": "inet", "table": "filter", "chain": "input",
                             "handle": 6}}}]})"));
    const FirewallDifference difference = nftables::compare(found, {peer, front});
    CHECK(difference.missing == FirewallRules{front});
    CHECK(difference.surplus == FirewallRules{network4});
}

TEST_CASE("nftables: one of ours behind a denial is of no use, and is put in front again") {
    const auto found =
        places(ruleset("inet", "drop", {reset, ours("locum:em:web", R"("198.51.100.12")", 8443)}));
    CHECK(nftables::compare(found, {peer}).missing == FirewallRules{peer});
    const json change = json::parse(nftables::changes(found, {peer}, "locum:em"));
    REQUIRE(change.at("nftables").size() == 2);
    CHECK(change.at("nftables").at(0).at("insert").at("rule").at("handle") == 4);
    CHECK(change.at("nftables").at(1).at("delete").at("rule").at("handle") == 5);
}

TEST_CASE("nftables: a chain of one family gets the rules of that family") {
    const auto four = places(ruleset("ip", "drop", {}));
    CHECK(nftables::compare(four, {front, peer, peer6}).missing == FirewallRules{front, peer});
    const auto six = places(ruleset("ip6", "drop", {}));
    CHECK(nftables::compare(six, {front, peer, peer6}).missing == FirewallRules{front, peer6});
}
