#include "cluster/operations.hpp"

#include "engine/error.hpp"

#include <array>
#include <fmt/format.h>

namespace locum::cluster {

namespace {

constexpr std::array<std::string_view, 5> state_names = {"running", "paused", "rolling-back",
                                                         "done", "rolled-back"};

std::optional<Operation> first(const datasource::Rows& rows) {
    if (rows.empty())
        return std::nullopt;
    const datasource::Row& row = rows[0];
    Operation operation;
    operation.id = row[0].value();
    operation.kind = row[1].value();
    for (std::size_t i = 0; i < state_names.size(); ++i)
        if (state_names[i] == row[2].value())
            operation.state = static_cast<OperationState>(i);
    operation.inputs = row[3].value();
    operation.input_hash = row[4].value();
    operation.plan_hash = row[5].value();
    operation.plan = row[6].value();
    operation.message = row[7].value();
    operation.started_ms = std::stoll(row[8].value());
    operation.changed_ms = std::stoll(row[9].value());
    return operation;
}

constexpr std::string_view select =
    "SELECT id, kind, state, inputs, input_hash, plan_hash, plan, message, started_ms, changed_ms "
    "FROM {r}operation WHERE state ";

} // namespace

std::string_view name(OperationState state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::optional<Operation> Operations::open() {
    return first(store_.query(std::string(select) + "IN ('running', 'paused', 'rolling-back')"));
}

std::optional<Operation> Operations::last() {
    return first(store_.query(std::string(select) +
                              "IN ('done', 'rolled-back') ORDER BY changed_ms DESC LIMIT 1"));
}

void Operations::begin(const Operation& operation) {
    // The clock is read once: two readings may differ.
    std::int64_t added = store_.execute(
        "INSERT INTO {r}operation (id, kind, state, inputs, input_hash, plan_hash, plan, message, "
        "started_ms, changed_ms) SELECT $1, $2, 'running', $3, $4, $5, $6, '', clock.ms, clock.ms "
        "FROM (SELECT {now} AS ms) AS clock WHERE NOT "
        "EXISTS (SELECT 1 FROM {r}operation WHERE state IN ('running', 'paused', 'rolling-back'))",
        {operation.id, operation.kind, operation.inputs, operation.input_hash, operation.plan_hash,
         operation.plan});
    if (added == 1)
        return;
    std::optional<Operation> other = open();
    throw engine::Error(fmt::format("operation {} ({}) is open", other ? other->id : "?",
                                    other ? name(other->state) : "?"),
                        engine::Kind::busy)
        .remedy("locum upgrade resume, or locum upgrade rollback");
}

void Operations::set_state(std::string_view id, std::uint64_t epoch, OperationState state,
                           std::string_view message) {
    std::int64_t changed = store_.execute(
        "UPDATE {r}operation SET state = $2, message = $3, changed_ms = {now} WHERE id = $1 AND "
        "$4 = (SELECT epoch FROM {r}lease WHERE name = 'cluster')",
        {std::string(id), std::string(name(state)), std::string(message),
         static_cast<std::int64_t>(epoch)});
    if (changed != 1)
        throw engine::Error(
            fmt::format("operation {} is another coordinator's: epoch {} is not the lease's", id,
                        epoch),
            engine::Kind::busy)
            .remedy("locum upgrade status");
}

std::vector<Moment> Operations::timeline(std::string_view id) {
    std::vector<Moment> moments;
    for (const datasource::Row& row : store_.query(
             "SELECT step, mark, at_ms FROM {r}step WHERE operation = $1 ORDER BY sequence",
             {std::string(id)}))
        moments.push_back({row[0].value(), static_cast<engine::Mark>(std::stoi(row[1].value())),
                           std::stoll(row[2].value())});
    return moments;
}

void RegistryJournal::append(const engine::Record& record) {
    std::int64_t added =
        store_.execute("INSERT INTO {r}step (sequence, operation, epoch, step, mark, input_hash, "
                       "text, at_ms) SELECT "
                       "coalesce((SELECT max(sequence) FROM {r}step WHERE operation = $1), 0) + 1, "
                       "$1, $2, $3, $4, $5, "
                       "$6, {now} WHERE $2 = (SELECT epoch FROM {r}lease WHERE name = 'cluster')",
                       {record.operation, static_cast<std::int64_t>(record.epoch), record.step,
                        static_cast<std::int64_t>(record.mark), record.input_hash, record.text});
    if (added != 1)
        throw engine::Error(
            fmt::format("the lease was taken over: epoch {} is not the current one", record.epoch),
            engine::Kind::busy)
            .remedy("locum upgrade status");
}

std::vector<engine::Record> RegistryJournal::records(std::string_view operation) const {
    std::vector<engine::Record> records;
    for (const datasource::Row& row : store_.query(
             "SELECT epoch, step, mark, input_hash, text FROM {r}step WHERE operation = $1 "
             "ORDER BY sequence",
             {std::string(operation)}))
        records.push_back({std::string(operation), std::stoull(row[0].value()), row[1].value(),
                           static_cast<engine::Mark>(std::stoi(row[2].value())), row[3].value(),
                           row[4].value()});
    return records;
}

} // namespace locum::cluster
