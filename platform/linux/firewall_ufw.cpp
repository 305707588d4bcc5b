// ufw keeps what it was told in its rule files, a line for each rule and family that is made for
// machines, too; `ufw status` is for people. Rules are compared without their comments there, so a
// foreign rule that is like ours must not be added again: ufw would take it over for us.

#include "platform/linux/firewall.hpp"

#include "engine/error.hpp"
#include "platform/addresses.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <sstream>

namespace locum::platform::ufw {

namespace {

constexpr const char* any4 = "0.0.0.0/0";
constexpr const char* any6 = "::/0";
constexpr const char* settings_file = "/etc/default/ufw";

std::string from_hex(const std::string& hex) {
    std::string text;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        text += static_cast<char>(value);
    }
    return text;
}

bool filters_ipv6() {
    if (!exists(settings_file))
        return true;
    const std::vector<std::string> all = lines(read_file(settings_file));
    return std::none_of(all.begin(), all.end(), [](const std::string& line) {
        return line == "IPV6=no" || line == "IPV6=\"no\"";
    });
}

std::vector<Tuple> kept() {
    std::vector<Tuple> all;
    // Where they are differs by version.
    for (const char* file : {"user.rules", "user6.rules"})
        for (const char* folder : {"/etc/ufw/", "/lib/ufw/"})
            if (const std::string path = std::string(folder) + file; exists(path)) {
                for (Tuple& tuple : tuples(read_file(path)))
                    all.push_back(std::move(tuple));
                break;
            }
    return all;
}

bool is_ours(const Tuple& tuple, const std::string& owner) {
    return tuple.rule.name.starts_with(owner + ":");
}

// One rule for each family, as ufw keeps them; without IPv6 it has no rules for it.
FirewallRules by_family(const FirewallRules& rules) {
    const bool ipv6 = filters_ipv6();
    FirewallRules all;
    for (const FirewallRule& rule : rules)
        for (const char* any : {any4, any6}) {
            FirewallRule one = rule;
            if (rule.from.empty())
                one.from = any;
            if (ipv6 || !is_ipv6(one.from))
                all.insert(one);
        }
    return all;
}

FirewallRules of_both_families(const FirewallRules& rules) {
    FirewallRules all;
    for (FirewallRule rule : rules) {
        if (rule.from == any4 || rule.from == any6)
            rule.from.clear();
        all.insert(rule);
    }
    return all;
}

FirewallDifference compared(const FirewallRules& wanted, const std::string& owner) {
    FirewallRules ours;
    FirewallRules foreign;
    for (Tuple& tuple : kept()) {
        if (!is_ours(tuple, owner)) {
            if (tuple.action == "allow" || tuple.action == "limit")
                foreign.insert(tuple.rule);
            continue;
        }
        tuple.rule.name.erase(0, owner.size() + 1);
        ours.insert(tuple.rule);
    }
    FirewallDifference found = difference(by_family(wanted), ours);
    std::erase_if(found.missing, [&](const FirewallRule& rule) { return foreign.contains(rule); });
    return found;
}

std::vector<std::string> specification(const FirewallRule& rule) {
    return {"proto", std::string(name(rule.protocol)), "from", rule.from, "to", "any",
            "port",  std::to_string(rule.port)};
}

void tell(std::vector<std::string> verbs, const FirewallRule& rule,
          const std::vector<std::string>& comment) {
    std::vector<std::string> argv{"ufw"};
    for (const auto& part : {std::move(verbs), specification(rule), comment})
        argv.insert(argv.end(), part.begin(), part.end());
    told_by(argv);
}

void make(const FirewallRules& wanted, const std::string& owner) {
    FirewallDifference change = compared(wanted, owner);
    std::optional<engine::Error> contradicted;
    for (const Tuple& tuple : kept())
        if (const auto like = change.missing.find(tuple.rule);
            !is_ours(tuple, owner) && like != change.missing.end()) {
            contradicted =
                engine::Error(fmt::format("ufw has a rule of its administrator: {} {} {} from {}",
                                          tuple.action, name(tuple.rule.protocol), tuple.rule.port,
                                          tuple.rule.from),
                              engine::Kind::refused)
                    .remedy(fmt::format("delete it (ufw status numbered), or say \"off\" for {} in "
                                        "[firewall.rules] of the answers",
                                        like->name));
            change.missing.erase(like);
        }
    // First what lets in: no connection that stays allowed is cut in between.
    for (const FirewallRule& rule : change.missing)
        tell({"allow"}, rule, {"comment", owner + ":" + rule.name});
    for (const FirewallRule& rule : change.surplus)
        tell({"delete", "allow"}, rule, {});
    // Last: one that cannot be had is no reason to keep others out, or in.
    if (contradicted)
        throw engine::Error(*contradicted);
}

} // namespace

std::vector<Tuple> tuples(const std::string& rules_file) {
    std::vector<Tuple> all;
    for (const std::string& line : lines(rules_file)) {
        std::string mark, word, more, action, protocol, port, to, source_port, from, direction;
        std::istringstream words(line);
        words >> mark >> word >> more >> action >> protocol >> port >> to >> source_port >> from >>
            direction;
        if (!words || mark != "###" || word != "tuple" || direction != "in" ||
            source_port != "any" || (to != any4 && to != any6) ||
            (protocol != "tcp" && protocol != "udp"))
            continue;
        Tuple tuple;
        tuple.action = action.substr(0, action.find('_')); // "allow_log"
        tuple.rule.protocol = protocol == "udp" ? Protocol::udp : Protocol::tcp;
        const auto [rest, failed] =
            std::from_chars(port.data(), port.data() + port.size(), tuple.rule.port);
        if (failed != std::errc() || rest != port.data() + port.size())
            continue; // a range, or several
        tuple.rule.from = from;
        for (std::string part; words >> part;)
            if (part.starts_with("comment="))
                tuple.rule.name = from_hex(part.substr(8));
        all.push_back(std::move(tuple));
    }
    return all;
}

bool is_active() {
    if (!has_program("ufw"))
        return false;
    const std::vector<std::string> said = lines(told_by({"ufw", "status"}));
    return std::find(said.begin(), said.end(), "Status: active") != said.end();
}

Firewall firewall(const std::string& owner) {
    return {"ufw", [owner](const FirewallRules& wanted) { make(wanted, owner); },
            [owner](const FirewallRules& wanted) {
                const FirewallDifference found = compared(wanted, owner);
                return FirewallDifference{of_both_families(found.missing),
                                          of_both_families(found.surplus)};
            }};
}

} // namespace locum::platform::ufw
