#include "suite/systems.hpp"
#include "upgrade/plan_parts.hpp"
#include "upgrade/steps/agent.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/database.hpp"
#include "upgrade/steps/migrate.hpp"
#include "upgrade/steps/node.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using cluster::Mode;
using engine::OnFailure;
using engine::Plan;

namespace {

// Everything on a server but the last, while the others serve; the copy is made before it is
// drained.
void update_on_copy(Plan& plan, Conductor& conductor, const Order& order, std::size_t index) {
    const std::string& node = order.servers[index];
    const std::string server = conductor.server_component();
    auto add = [&plan](engine::Step step) {
        plan.add(std::move(step), OnFailure::undo_group_then_stop);
    };
    add(steps::copy(conductor, node));
    add(steps::drain(conductor, node + "/drain", node, steps::Others::must_serve));
    add(steps::stop(conductor, node + "/stop", node, server, conductor.upgrade().old_version()));
    add(steps::switch_version(conductor, node + "/switch", node, server));
    add(steps::configure(conductor, node + "/configure", node, server, Mode::update));
    add(steps::start(conductor, node + "/start", node, server));
    add(steps::undrain(conductor, node + "/undrain", node, steps::Others::must_serve,
                       steps::IfSilent::begin_nothing));
    add(steps::set_mode(conductor, node + "/update-mode", node, Mode::update,
                        fmt::format("{} is in update mode: {} of {} servers updated", node,
                                    index + 1, order.servers.size())));
}

// The first `count` servers.
void update_on_copies(Plan& plan, Conductor& conductor, const Order& order, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        update_on_copy(plan, conductor, order, i);
}

// The last server migrates the productive database.
void update_last(Plan& plan, Conductor& conductor, const Order& order) {
    const std::string& node = order.servers.back();
    const std::string server = conductor.server_component();
    const std::string group = node + std::string(last_group);
    OnFailure policy = OnFailure::undo_group_then_stop;
    auto add = [&](engine::Step step) { plan.add(std::move(step), policy); };
    add(steps::barrier(conductor, group + "/barrier", node));
    add(steps::drain(conductor, group + "/drain", node, steps::Others::must_serve));
    add(steps::stop(conductor, group + "/stop", node, server, conductor.upgrade().old_version()));
    add(steps::fence(conductor, group + "/fence"));
    add(steps::evict(conductor, group + "/evict"));
    add(steps::barrier(conductor, group + "/barrier-again", node));
    add(steps::back_up(conductor, group + "/backup"));
    add(steps::migrate(conductor, group + "/migrate"));
    policy = OnFailure::stop; // only forward from here on
    add(steps::unfence(conductor, group + "/unfence"));
    add(steps::switch_version(conductor, group + "/switch", node, server));
    add(steps::configure(conductor, group + "/configure", node, server, Mode::normal));
    add(steps::start(conductor, group + "/start", node, server));
    add(steps::undrain(conductor, group + "/undrain", node, steps::Others::must_serve,
                       steps::IfSilent::tell_others));
    add(steps::set_mode(conductor, group + "/normal-mode", node, Mode::normal,
                        fmt::format("{0} is in normal mode: {1} of {1} servers updated", node,
                                    order.servers.size())));
}

// Back from the copy. One that cannot be brought back does not keep the others.
void return_to_productive(Plan& plan, Conductor& conductor, const std::string& node) {
    const std::string server = conductor.server_component();
    const std::string group = node + std::string(return_group);
    auto add = [&plan](engine::Step step) { plan.add(std::move(step), OnFailure::skip_group); };
    add(steps::drain(conductor, group + "/drain", node, steps::Others::must_serve));
    add(steps::stop(conductor, group + "/stop", node, server, conductor.upgrade().version()));
    add(steps::configure(conductor, group + "/configure", node, server, Mode::normal));
    add(steps::start(conductor, group + "/start", node, server));
    add(steps::undrain(conductor, group + "/undrain", node, steps::Others::must_serve,
                       steps::IfSilent::tell_others));
    add(steps::set_mode(conductor, group + "/normal-mode", node, Mode::normal,
                        node + " is in normal mode"));
}

// The first `count` servers.
void return_servers(Plan& plan, Conductor& conductor, const Order& order, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        return_to_productive(plan, conductor, order.servers[i]);
}

} // namespace

void add_balancers_and_end(Plan& plan, Conductor& conductor, const Order& order) {
    for (const std::string& node : order.balancers) {
        const std::string component = conductor.upgrade().manifest().balancing->component;
        const std::string group = node + ".balancer";
        auto add = [&plan](engine::Step step) { plan.add(std::move(step), OnFailure::stop); };
        add(steps::switch_version(conductor, group + "/switch", node, component));
        add(steps::configure(conductor, group + "/configure", node, component, Mode::normal));
        add(steps::reload(conductor, group + "/reload", node, component));
    }
    for (const auto& [node, component] : order.others) {
        const std::string group = fmt::format("{}:{}", node, component);
        auto add = [&plan](engine::Step step) { plan.add(std::move(step), OnFailure::stop); };
        add(steps::switch_version(conductor, group + "/switch", node, component));
        // On a node of a system where it has none nothing is done.
        const suite::Manifest& manifest = suite::whole_of(conductor.upgrade().manifest());
        if (manifest.has_configs(component))
            add(steps::configure(conductor, group + "/configure", node, component, Mode::normal));
        if (manifest.has_life(component))
            add(steps::restart(conductor, group + "/restart", node, component));
    }
    plan.add(steps::publish_version(conductor, "end/version"), OnFailure::stop);
}

void add_agents(Plan& plan, Conductor& conductor, const std::vector<std::string>& nodes) {
    for (const std::string& node : nodes)
        plan.add(steps::exchange_agent(conductor, node), OnFailure::undo_all);
}

void add_staging(Plan& plan, Conductor& conductor, const std::vector<std::string>& nodes) {
    for (const std::string& node : nodes)
        plan.add(steps::stage(conductor, node), OnFailure::undo_all);
}

Plan rolling_plan(Conductor& conductor, const Order& order) {
    Plan plan;
    plan.title =
        fmt::format("upgrade {} from {} to {}, rolling", conductor.upgrade().manifest().title,
                    conductor.upgrade().old_version(), conductor.upgrade().version());
    add_agents(plan, conductor, order.agents);
    add_staging(plan, conductor, order.nodes);
    const std::size_t all = order.servers.size();
    if (order.last_is_gone) {
        update_on_copies(plan, conductor, order, all);
        plan.add(steps::unfence(conductor, "return/unfence"), OnFailure::stop);
        return_servers(plan, conductor, order, all);
    } else {
        update_on_copies(plan, conductor, order, order.last_had_copy ? all : all - 1);
        update_last(plan, conductor, order);
        return_servers(plan, conductor, order, all - 1);
    }
    add_balancers_and_end(plan, conductor, order);
    return plan;
}

Plan one_server_plan(Conductor& conductor, const Order& order, std::size_t index) {
    Plan plan;
    plan.title = fmt::format("update {}, {} of {} servers", order.servers[index], index + 1,
                             order.servers.size());
    const std::string& node = order.servers[index];
    if (std::find(order.agents.begin(), order.agents.end(), node) != order.agents.end())
        add_agents(plan, conductor, {node});
    add_staging(plan, conductor, {node});
    update_on_copy(plan, conductor, order, index);
    return plan;
}

Plan last_server_plan(Conductor& conductor, const Order& order) {
    Plan plan;
    plan.title = fmt::format("update {}, the last of {} servers, and bring all back to normal mode",
                             order.servers.back(), order.servers.size());
    add_agents(plan, conductor, order.agents);
    add_staging(plan, conductor, order.nodes);
    update_last(plan, conductor, order);
    return_servers(plan, conductor, order, order.servers.size() - 1);
    add_balancers_and_end(plan, conductor, order);
    return plan;
}

} // namespace locum::upgrade
