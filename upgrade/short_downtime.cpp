#include "upgrade/plan_parts.hpp"
#include "upgrade/steps/balance.hpp"
#include "upgrade/steps/database.hpp"
#include "upgrade/steps/migrate.hpp"
#include "upgrade/steps/node.hpp"

#include <fmt/format.h>

namespace locum::upgrade {

using cluster::Mode;
using engine::OnFailure;
using engine::Plan;

Plan short_downtime_plan(Conductor& conductor, const Order& order) {
    Plan plan;
    const std::string server = conductor.server_component();
    plan.title = fmt::format("upgrade {} from {} to {}, with a short downtime",
                             conductor.upgrade().manifest().title,
                             conductor.upgrade().old_version(), conductor.upgrade().version());
    add_agents(plan, conductor, order.agents);
    add_staging(plan, conductor, order.nodes);

    // One group: if the migration fails, the fence falls and every old server starts again.
    OnFailure policy = OnFailure::undo_group_then_stop;
    auto add = [&](engine::Step step) { plan.add(std::move(step), policy); };
    for (const std::string& node : order.servers)
        add(steps::drain(conductor, "outage/drain-" + node, node, steps::Others::may_stop));
    for (const std::string& node : order.servers)
        add(steps::stop(conductor, "outage/stop-" + node, node, server,
                        conductor.upgrade().old_version()));
    add(steps::fence(conductor, "outage/fence"));
    add(steps::evict(conductor, "outage/evict"));
    add(steps::back_up(conductor, "outage/backup"));
    add(steps::migrate(conductor, "outage/migrate"));
    policy = OnFailure::stop;
    add(steps::unfence(conductor, "outage/unfence"));
    for (const std::string& node : order.servers) {
        add(steps::switch_version(conductor, node + "/switch", node, server));
        add(steps::configure(conductor, node + "/configure", node, server, Mode::normal));
        add(steps::start(conductor, node + "/start", node, server));
        // With the first the outage is over; one that stays away does not keep the others.
        policy = OnFailure::skip_group;
        add(steps::undrain(conductor, node + "/undrain", node, steps::Others::may_stop,
                           steps::IfSilent::tell_others));
    }
    add_balancers_and_end(plan, conductor, order);
    return plan;
}

} // namespace locum::upgrade
