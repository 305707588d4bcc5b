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

namespace {

void update_in_place(Plan& plan, Conductor& conductor, const std::string& node) {
    const std::string server = conductor.server_component();
    auto add = [&plan](engine::Step step) {
        plan.add(std::move(step), OnFailure::undo_group_then_stop);
    };
    add(steps::drain(conductor, node + "/drain", node, steps::Others::must_serve));
    add(steps::stop(conductor, node + "/stop", node, server, conductor.upgrade().old_version()));
    add(steps::switch_version(conductor, node + "/switch", node, server));
    add(steps::configure(conductor, node + "/configure", node, server, Mode::normal));
    add(steps::start(conductor, node + "/start", node, server));
    add(steps::undrain(conductor, node + "/undrain", node, steps::Others::must_serve,
                       steps::IfSilent::begin_nothing));
}

// While servers work on it.
void change_schema(Plan& plan, Conductor& conductor, InPlace in) {
    auto add = [&plan](engine::Step step) {
        plan.add(std::move(step), OnFailure::undo_group_then_stop);
    };
    add(steps::back_up(conductor, "schema/backup"));
    add(steps::migrate_in_use(conductor, "schema/migrate", in));
}

} // namespace

Plan in_place_plan(Conductor& conductor, const Order& order, InPlace in) {
    Plan plan;
    plan.title =
        fmt::format("upgrade {} from {} to {}, in place, {}", conductor.upgrade().manifest().title,
                    conductor.upgrade().old_version(), conductor.upgrade().version(),
                    in == InPlace::servers_only    ? "servers only"
                    : in == InPlace::servers_first ? "servers first"
                                                   : "schema first");
    add_agents(plan, conductor, order.agents);
    add_staging(plan, conductor, order.nodes);
    if (in == InPlace::schema_first)
        change_schema(plan, conductor, in);
    for (const std::string& node : order.servers)
        update_in_place(plan, conductor, node);
    if (in == InPlace::servers_first)
        change_schema(plan, conductor, in);
    add_balancers_and_end(plan, conductor, order);
    return plan;
}

} // namespace locum::upgrade
