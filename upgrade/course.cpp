#include "upgrade/course.hpp"

#include "cluster/installed.hpp"
#include "datasource/migration_command.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "upgrade/steps/database.hpp"
#include "upgrade/steps/migrate.hpp"
#include "upgrade/steps/node.hpp"
#include "upgrade/steps/productive.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;

namespace {

using States = std::map<std::string, engine::StepState, std::less<>>;

bool passed(const engine::StepState& state) {
    return state.begun || state.done;
}

// Servers were on their way back from their copies.
bool returns(const States& states) {
    return std::any_of(states.begin(), states.end(), [](const auto& step) {
        return engine::group_of(step.first).ends_with(return_group) && passed(step.second);
    });
}

// The part of the last server is begun, by one that none of these is. Once others were on their way
// back, whoever has only begun that part is not the one that went through it.
bool last_is_gone(const States& states, const std::vector<std::string>& servers) {
    const bool over = returns(states);
    bool gone = false;
    for (const auto& [step, state] : states) {
        const std::string_view group = engine::group_of(step);
        if (!group.ends_with(last_group) || !passed(state))
            continue;
        const std::string node(group.substr(0, group.size() - last_group.size()));
        const auto end = states.find(std::string(group) + "/normal-mode");
        if (!engine::contains(servers, node))
            gone = true;
        else if (!over || (end != states.end() && end->second.done))
            return false;
    }
    return gone;
}

} // namespace

std::vector<std::string> server_order(const engine::Journal& journal, const std::string& operation,
                                      const ClusterFacts& facts,
                                      const std::vector<std::string>& planned) {
    const std::vector<std::string> registered = servers_of(facts);
    std::vector<std::string> order;
    std::string last;
    auto place = [&](const std::string& name) {
        if (engine::contains(registered, name) && name != last && !engine::contains(order, name))
            order.push_back(name);
    };
    const std::vector<engine::Record> records = journal.records(operation);
    const auto states = engine::states(records);
    for (const std::string& name : registered)
        for (const auto& [step, state] : states)
            if (engine::group_of(step) == name + std::string(last_group) && passed(state))
                last = name;
    for (const engine::Record& record : records)
        if (record.step.ends_with("/copy") && states.at(record.step).begun)
            place(std::string(engine::group_of(record.step)));
    for (const std::string& name : planned)
        place(name);
    for (const std::string& name : registered)
        place(name);
    if (!last.empty())
        order.push_back(last);
    return order;
}

bool had_copy(const engine::Journal& journal, const std::string& operation,
              const std::string& node) {
    const auto states = engine::states(journal.records(operation));
    return std::any_of(states.begin(), states.end(), [&](const auto& step) {
        return engine::group_of(step.first) == node && step.second.begun;
    });
}

SchemaState schema_state(Conductor& conductor, const Inputs& inputs) {
    const Upgrade& upgrade = conductor.upgrade();
    SchemaState state;
    state.before = inputs.schema.empty() // of a Locum that did not keep it
                       ? cluster::InstalledVersion(upgrade.layout, inputs.from).manifest().schema
                       : inputs.schema;
    state.target = upgrade.manifest().schema;
    state.found = steps::schema_of(upgrade);
    state.begun = conductor.registry().fact(cluster::fact::migration);
    state.by_command = datasource::has_command(steps::engine_of(upgrade).migrations);
    return state;
}

bool may_go_back(const SchemaState& schema, const Inputs& inputs, const suite::Manifest& to) {
    const bool bears = inputs.mode == UpgradeMode::in_place && !schema.by_command &&
                       to.old_binary_on_new_schema == suite::Compatibility::works;
    return schema.begun.empty() &&
           (schema.found == schema.before || (bears && schema.found == schema.target));
}

void require_way_back(const SchemaState& schema, const Inputs& inputs, const suite::Manifest& to,
                      bool forward) {
    if (may_go_back(schema, inputs, to))
        return;
    const std::string restore = "restore the database as it was before the migration, then: locum "
                                "upgrade rollback --database-restored";
    throw Error(
        fmt::format("the productive database has schema {}{}, so the upgrade cannot be undone: "
                    "version {} needs {}",
                    schema.found.empty() ? "(none)" : schema.found,
                    schema.begun.empty()
                        ? " already"
                        : fmt::format(", and its migration is begun ({})", schema.begun),
                    inputs.from, schema.before),
        Kind::refused)
        .remedy(forward ? "locum upgrade resume; for the old version " + restore : restore);
}

bool only_returns(const engine::Journal& journal, const std::string& operation,
                  const std::vector<std::string>& servers, const SchemaState& schema) {
    const auto states = engine::states(journal.records(operation));
    // Where the schema stays, that it is there says nothing of how far the last one came.
    return last_is_gone(states, servers) && schema.arrived() &&
           (schema.found != schema.before || returns(states));
}

bool had_returns(const engine::Journal& journal, const std::string& operation,
                 const std::vector<std::string>& servers) {
    const auto states = engine::states(journal.records(operation));
    return last_is_gone(states, servers) && returns(states);
}

void add_fences_of_others(engine::Plan& plan, Conductor& conductor,
                          const engine::Journal& journal) {
    const auto states = engine::states(journal.records(conductor.upgrade().operation));
    for (const auto& [step, state] : states) {
        const bool planned = std::any_of(
            plan.steps.begin(), plan.steps.end(),
            [id = std::string_view(step)](const auto& one) { return one.step.id == id; });
        if (steps::is_fence(step) && state.begun && !planned)
            plan.add(steps::fence(conductor, step), engine::OnFailure::stop);
    }
}

void require_not_stopped(const engine::Journal& journal, const std::string& operation,
                         const engine::Plan& plan, const std::string& server, bool may_go_back) {
    const auto known = engine::states(journal.records(operation));
    const bool ahead =
        std::any_of(plan.steps.begin(), plan.steps.end(), [&](const engine::PlannedStep& planned) {
            const auto state = known.find(planned.step.id);
            return steps::is_stop(planned.step.id) && (state == known.end() || !state->second.done);
        });
    if (ahead)
        throw Error(fmt::format("{} is the only server left, and is stopped while the upgrade goes "
                                "on: nobody serves meanwhile",
                                server),
                    Kind::downtime_needed)
            .remedy(fmt::format(
                "plan a short downtime, then: locum upgrade resume --mode short-downtime{}",
                may_go_back ? "; back to the old version: locum upgrade rollback" : ""));
}

void require_migration_goes_on(Conductor& conductor, const engine::Journal& journal) {
    try {
        steps::is_migrated(conductor);
    } catch (Error& error) {
        std::string remedy =
            with_backup(error.remedy(), backup_of_before(journal, conductor.upgrade().operation));
        throw std::move(error).remedy(std::move(remedy));
    }
}

std::string backup_of_before(const engine::Journal& journal, const std::string& operation) {
    std::string backup;
    for (const engine::Record& record : journal.records(operation)) {
        if (record.mark != engine::Mark::done)
            continue;
        if (steps::is_migration(record.step))
            break;
        if (record.step.ends_with("/backup") && !record.text.empty())
            backup = record.text;
    }
    return backup;
}

std::string with_backup(const std::string& remedy, const std::string& backup) {
    return backup.empty() ? remedy
                          : remedy + "\n  the database as it was before the migration: " + backup;
}

} // namespace locum::upgrade
