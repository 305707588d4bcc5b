#include "installer/firewall_keeper.hpp"

#include "cluster/peers.hpp"
#include "engine/error.hpp"
#include "installer/firewall_change.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::installer {

using engine::Error;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds beat{2};
// Between two questions to a server, and between two look-ups of the members' names.
constexpr std::chrono::seconds asked_each{6};
constexpr std::chrono::seconds looked_up_each{60};

// Of one agent, from its start to its end.
class Keeper {
public:
    Keeper(cluster::Layout layout, FindFirewall find) :
        layout_(std::move(layout)), find_(std::move(find)) {}

    void beat() {
        const std::optional<FirewallRecord> record = load_firewall(layout_);
        if (!record || !record->manage)
            return;
        std::optional<std::vector<Member>> now;
        std::string unasked;
        try {
            now = members_now(record->members);
        } catch (const Error& error) {
            unasked = error.one_line(); // those that are kept must be let in nevertheless
        }
        if (now && !is_in(*now))
            now.reset();
        keep_up(now);
        if (!unasked.empty())
            throw Error("the members of the cluster cannot be asked for: " + unasked);
    }

private:
    // A node that was removed has no say in who the members are.
    bool is_in(const std::vector<Member>& members) const {
        const std::string own = cluster::load_node_state(layout_).name;
        return std::any_of(members.begin(), members.end(),
                           [&](const Member& member) { return member.name == own; });
    }

    // nullopt: it is not the time to ask.
    std::optional<std::vector<Member>> members_now(const std::vector<Member>& known) {
        if (const auto settings = cluster::load_datasource(layout_))
            return registered(*settings);
        if (asked_ && Clock::now() - *asked_ < asked_each)
            return std::nullopt;
        asked_ = Clock::now();
        const cluster::Peers peers(layout_);
        std::string failures = "no server is known";
        for (const Member& server : known) {
            if (!server.server)
                continue;
            try {
                return members_from_json(
                    peers.ask({server.name, server.address, server.agent_port}, "members"));
            } catch (const Error& error) {
                failures = error.one_line();
            }
        }
        throw Error(failures);
    }

    std::vector<Member> registered(const datasource::Settings& settings) {
        try {
            if (!store_)
                store_ = std::make_unique<cluster::Store>(settings, layout_.suite);
            return members(cluster::Registry(*store_).nodes());
        } catch (...) {
            store_.reset(); // connected to anew at the next beat
            throw;
        }
    }

    // By the record as it is now: a command may have changed it while the members were asked for.
    void keep_up(const std::optional<std::vector<Member>>& members) {
        const platform::Lock lock = hold_firewall(layout_);
        std::optional<FirewallRecord> record = load_firewall(layout_);
        if (!record || !record->manage)
            return;
        const bool changed = members && *members != record->members;
        if (changed)
            record->members = *members;
        follow(*record, changed);
    }

    void follow(const FirewallRecord& record, bool changed) {
        if (!changed && set_ && Clock::now() - looked_up_ < looked_up_each)
            return;
        looked_up_ = Clock::now();
        std::vector<std::string> unknown;
        const platform::FirewallRules wanted =
            admitted(layout_, record.rules, record.members, &unknown);
        if (changed || wanted != set_) {
            apply_firewall(layout_, record, find_);
            set_ = wanted;
        }
        if (!unknown.empty())
            throw Error(
                fmt::format("left out of the firewall's rules: {}", fmt::join(unknown, "; ")));
    }

    cluster::Layout layout_;
    FindFirewall find_;
    std::unique_ptr<cluster::Store> store_;
    std::optional<platform::FirewallRules> set_; // by this agent
    std::optional<Clock::time_point> asked_;
    Clock::time_point looked_up_{};
};

} // namespace

std::vector<Member> registered_members(const cluster::Layout& layout) {
    const std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
    if (!settings)
        throw Error("this node runs no server, so it cannot read the registry",
                    engine::Kind::refused)
            .remedy("ask a node with a server");
    cluster::Store store(*settings, layout.suite);
    return members(cluster::Registry(store).nodes());
}

cluster::NodeOperations firewall_operations() {
    return {{"members",
             {cluster::Calls::question,
              [](cluster::Node& node, const cluster::NodeCommand&, engine::Reporter&) {
                  return to_json(registered_members(node.layout));
              }}}};
}

cluster::AgentTask keep_firewall(const cluster::Layout& layout, const FindFirewall& find) {
    return {"firewall", beat,
            [keeper = std::make_shared<Keeper>(layout, find)] { keeper->beat(); }};
}

} // namespace locum::installer
