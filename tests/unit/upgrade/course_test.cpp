// What an open operation's journal and the productive database say of how it goes on.

#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/course.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Mark;
using upgrade::Inputs;
using upgrade::SchemaState;

namespace {

using Names = std::vector<std::string>;

engine::MemoryJournal journal_of(const std::vector<std::pair<const char*, Mark>>& records) {
    engine::MemoryJournal journal;
    for (const auto& [step, mark] : records)
        journal.append({"upgrade-1", 1, step, mark, "hash", ""});
    return journal;
}

// Of the servers that are left, after node-3 was lost.
bool only_returns(const std::vector<std::pair<const char*, Mark>>& records,
                  const SchemaState& schema) {
    return upgrade::only_returns(journal_of(records), "upgrade-1", {"node-1", "node-2"}, schema);
}

const SchemaState migrated{"1", "2", "2", ""};

} // namespace

TEST_CASE("course: all return where the one that migrated is gone, and the migration is over") {
    const std::vector<std::pair<const char*, Mark>> lost{{"node-1/copy", Mark::done},
                                                         {"node-3.last/migrate", Mark::intent}};
    CHECK(only_returns(lost, migrated));
    CHECK(!only_returns({{"node-1/copy", Mark::done}}, migrated)); // nobody was the last yet
    CHECK(!only_returns({{"node-2.last/migrate", Mark::done}}, migrated));
    // Handed over: taken back by the one that is gone.
    CHECK(!only_returns(
        {{"node-3.last/barrier", Mark::intent}, {"node-3.last/barrier", Mark::undone}}, migrated));
    // Not begun, in between, cut off in a part before the last, or in the last one.
    CHECK(!only_returns(lost, {"1", "2", "1", ""}));
    CHECK(!only_returns(lost, {"1", "2", "1.5", ""}));
    CHECK(!only_returns(lost, {"1", "2", "1.5", "part 2 of 3: a"}));
    CHECK(!only_returns(lost, {"1", "2", "2", "part 1 of 2: a"}));
    CHECK(!only_returns(lost, {"1", "2", "2", "the last part of 2: a"}));
}

TEST_CASE("course: where the schema stays, all return once one does") {
    const SchemaState same{"1", "1", "1", ""};
    CHECK(!only_returns({{"node-3.last/fence", Mark::intent}}, same));
    CHECK(only_returns(
        {{"node-3.last/normal-mode", Mark::done}, {"node-1.return/drain", Mark::intent}}, same));
}

TEST_CASE("course: once servers return, the last is the one whose part is over") {
    using Records = std::vector<std::pair<const char*, Mark>>;
    const auto with = [](Records more) {
        Records all{{"node-3.last/normal-mode", Mark::done}, {"node-1.return/drain", Mark::done}};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    };
    CHECK(only_returns(with({}), migrated));
    CHECK(only_returns(with({{"node-2.last/barrier", Mark::intent}}), migrated));
    CHECK(!only_returns(
        with({{"node-2.last/migrate", Mark::done}, {"node-2.last/normal-mode", Mark::done}}),
        migrated));
    // The same of a way back, whatever was done to the database meanwhile.
    const auto back = [](const Records& records) {
        return upgrade::had_returns(journal_of(records), "upgrade-1", {"node-1", "node-2"});
    };
    CHECK(back(with({})));
    CHECK(!back({{"node-3.last/normal-mode", Mark::done}}));
}

TEST_CASE("course: the old version goes back to its own schema, and to one that it works on") {
    suite::Manifest to = small_manifest("2.0");
    Inputs inputs;
    inputs.from = "1.0";
    const auto may = [&](const char* found, const char* begun = "") {
        return upgrade::may_go_back({"1", "2", found, begun}, inputs, to);
    };
    CHECK(may("1"));
    CHECK(!may("1.5"));
    CHECK(!may("2"));
    CHECK(!may(""));
    CHECK(!may("1", "part 1 of 2: a"));
    to.old_binary_on_new_schema = suite::Compatibility::works;
    CHECK(!may("2"));
    inputs.mode = upgrade::UpgradeMode::in_place;
    CHECK(may("2"));
    CHECK(!may("1.5"));
    CHECK(!may("2", "part 1 of 2: a"));
    CHECK(!upgrade::may_go_back({"1", "2", "2", "", true}, inputs, to)); // a command undoes nothing
    // One that is being taken back cannot go on any more.
    const auto remedy = [&](bool forward) {
        return error_of([&] {
                   upgrade::require_way_back({"1", "2", "1.5", ""}, inputs, to, forward);
               })
            .remedy();
    };
    CHECK(
        remedy(true).starts_with("locum upgrade resume; for the old version restore the database"));
    CHECK(remedy(false).starts_with("restore the database as it was before the migration, then: "
                                    "locum upgrade rollback --database-restored"));
}

TEST_CASE("course: the backup of before is the last one before the migration was done") {
    engine::MemoryJournal journal;
    const auto done = [&](const char* step, const char* text) {
        journal.append({"upgrade-1", 1, step, Mark::done, "hash", text});
    };
    CHECK(upgrade::backup_of_before(journal, "upgrade-1") == "");
    done("node-3.last/backup", "first");
    journal.append({"upgrade-1", 1, "node-3.last/migrate", Mark::intent, "hash", ""});
    done("node-2.last/backup", "second");
    CHECK(upgrade::backup_of_before(journal, "upgrade-1") == "second");
    done("node-2.last/backup", ""); // made when the migration was begun
    CHECK(upgrade::backup_of_before(journal, "upgrade-1") == "second");
    done("node-2.last/migrate", "");
    done("node-1.last/backup", "of the new schema");
    CHECK(upgrade::backup_of_before(journal, "upgrade-1") == "second");
}
