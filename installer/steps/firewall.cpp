#include "installer/steps/firewall.hpp"

#include "cluster/peers.hpp"
#include "engine/error.hpp"
#include "installer/firewall_keeper.hpp"
#include "installer/rendering.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

namespace locum::installer::steps {

using cluster::Layout;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using platform::FirewallRules;

namespace {

FirewallRules wanted(const Layout& layout, const PortRule& rule) {
    const std::optional<FirewallRecord> record = load_firewall(layout);
    return admitted(layout, {rule}, record ? record->members : std::vector<Member>());
}

} // namespace

std::vector<Member> members_now(const Installation& installation) {
    const Layout& layout = installation.layout;
    if (cluster::load_datasource(layout))
        return registered_members(layout);
    const cluster::Peers peers(layout);
    return members_from_json(
        cluster::any_server(*installation.facts.token, [&](const cluster::Address& server) {
            return peers.ask(server, "members");
        }));
}

std::vector<PortRule> firewall_rules(const Installation& installation) {
    return port_rules(installation.manifest(),
                      ports_of(installation.manifest(), installation.answers.components,
                               installation.answers.ports),
                      installation.answers.agent_port, installation.answers.firewall);
}

Step keep_firewall_rules(const Installation& installation) {
    const Layout& layout = installation.layout;
    const bool manage = installation.answers.firewall.manage;
    return {"firewall/rules",
            manage ? "keep who may connect to which port"
                   : "leave the host's firewall alone, as the answers say",
            [&layout, &installation, manage] {
                const std::optional<FirewallRecord> record = load_firewall(layout);
                return record && record->manage == manage &&
                       record->rules == firewall_rules(installation);
            },
            nullptr,
            [&layout, &installation, manage](Reporter&) {
                store_firewall(layout, {firewall_rules(installation),
                                        manage ? members_now(installation) : std::vector<Member>(),
                                        installation.facts.firewall.value_or(""), manage});
                return std::string();
            },
            nullptr,
            Undo{[&layout](const std::string&) {
                platform::remove_all(layout.state_file("firewall.json"));
            }}};
}

Step admit(const Installation& installation, const PortRule& rule, FindFirewall find) {
    const Layout& layout = installation.layout;
    const std::string in_force = installation.facts.firewall.value_or("");
    auto change = [find, &layout, rule](bool let_in) {
        const std::optional<platform::Firewall> firewall = find();
        if (!firewall)
            return;
        FirewallRules ours = firewall->compare({}).surplus;
        for (const platform::FirewallRule& one : wanted(layout, rule)) {
            ours.erase(one);
            if (let_in)
                ours.insert(one);
        }
        firewall->set(ours);
    };
    return {"firewall/" + rule.name,
            in_force.empty()
                ? fmt::format("no firewall is in force: nothing to do for {}", in_words(rule))
                : fmt::format("let {} admit {}", in_force, in_words(rule)),
            [find, &layout, rule] {
                const std::optional<platform::Firewall> firewall = find();
                if (!firewall)
                    return true;
                // Whose members are not known yet is not set either.
                return load_firewall(layout) &&
                       firewall->compare(wanted(layout, rule)).missing.empty();
            },
            nullptr,
            [change](Reporter&) {
                change(true);
                return std::string();
            },
            nullptr,
            Undo{[change](const std::string&) { change(false); }}};
}

} // namespace locum::installer::steps
