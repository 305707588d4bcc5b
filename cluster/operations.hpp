#pragma once
// Operations and their steps, as rows of the registry. At most one operation is open at a time.

#include "cluster/store.hpp"
#include "engine/journal.hpp"

#include <optional>

namespace locum::cluster {

enum class OperationState { running, paused, rolling_back, done, rolled_back };
std::string_view name(OperationState state);

struct Operation {
    std::string id;
    std::string kind; // "upgrade"
    OperationState state = OperationState::running;
    std::string inputs; // JSON
    std::string input_hash;
    std::string plan_hash;
    std::string plan;
    std::string message;
    std::int64_t started_ms = 0;
    std::int64_t changed_ms = 0;

    bool open() const {
        return state != OperationState::done && state != OperationState::rolled_back;
    }
};

// When a record was written, by the database's clock.
struct Moment {
    std::string step;
    engine::Mark mark = engine::Mark::intent;
    std::int64_t at_ms = 0;
};

class Operations {
public:
    explicit Operations(Store& store) : store_(store) {}
    // The open one, if there is one.
    std::optional<Operation> open();
    // The one that ended last, if there is one.
    std::optional<Operation> last();
    // Throws Error(busy) naming the open one.
    void begin(const Operation& operation);
    std::vector<Moment> timeline(std::string_view id);
    // Throws Error(busy) where epoch is not the lease's: the operation is another coordinator's.
    void set_state(std::string_view id, std::uint64_t epoch, OperationState state,
                   std::string_view message);

private:
    Store& store_;
};

// The coordinator's journal: rows that are committed before the effect.
class RegistryJournal final : public engine::Journal {
public:
    explicit RegistryJournal(Store& store) : store_(store) {}
    // Throws Error(busy) where the record's epoch is not the lease's any more.
    void append(const engine::Record& record) override;
    std::vector<engine::Record> records(std::string_view operation) const override;

private:
    Store& store_;
};

} // namespace locum::cluster
