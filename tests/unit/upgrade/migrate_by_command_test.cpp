// The coordinator's migration where a part of it is a command: in no transaction, so half of it may
// be there.

#include "datasource/migration.hpp"
#include "engine/runner.hpp"
#include "tests/support/child.hpp"
#include "tests/unit/upgrade/coordinator.hpp"
#include "tests/unit/upgrade/facts.hpp"
#include "upgrade/steps/database.hpp"
#include "upgrade/steps/migrate.hpp"

using namespace locum;
using namespace locum::testing;
namespace steps = upgrade::steps;

namespace {

std::string with_run(const std::string& parts) {
    std::string text = small_suite_toml("2.0");
    const std::string usual = "{ from = \"1\", to = \"2\", file = \"2.sql\" }";
    for (std::size_t at; (at = text.find(usual)) != std::string::npos;)
        text.replace(at, usual.size(), "{ from = \"1\", to = \"2\", run = [" + parts + "] }");
    return text;
}

// The command succeeds once the flag is there.
struct Case {
    Scratch scratch;
    Coordinator coordinator;
    engine::MemoryJournal journal;

    explicit Case(const std::function<std::string(const std::string& command)>& parts) :
        coordinator(
            {{"suite.toml", with_run(parts("{ command = [\"" + child({})[0] + "\", \"expect\", \"" +
                                           (scratch / "flag") + "\"] }"))}}) {
        coordinator.conductor().registry().remove_node("node-1"); // its agent could prove nothing
    }

    upgrade::Conductor& conductor() { return coordinator.conductor(); }
    std::string begun() { return conductor().registry().fact(cluster::fact::migration); }
    std::unique_ptr<datasource::Connection> database() {
        return datasource::connect(conductor().upgrade().settings,
                                   conductor().upgrade().settings.locum);
    }
    std::string version() {
        return database()->query("SELECT version FROM schema_version")[0][0].value();
    }
    bool migrated() {
        return !database()
                    ->query("SELECT 1 FROM pragma_table_info('thing') WHERE name = 'colour'")
                    .empty();
    }
    void raise_flag() { platform::write_file(scratch / "flag", "", 0600); }

    // As the runner ends, with a step before that would be undone.
    std::optional<engine::Error> run() {
        engine::Plan plan;
        plan.add(steps::fence(conductor(), "node-3/fence"),
                 engine::OnFailure::undo_group_then_stop);
        plan.add(steps::migrate(conductor(), "node-3/migrate"),
                 engine::OnFailure::undo_group_then_stop);
        engine::SilentReporter silent;
        try {
            engine::run(plan, {"upgrade-1", 1, "", nullptr, {}}, journal, silent);
        } catch (const engine::Error& error) {
            return error;
        }
        return std::nullopt;
    }
};

const auto command_then_sql = [](const std::string& command) {
    return command + ", { file = \"2.sql\" }";
};
const auto sql_then_command = [](const std::string& command) {
    return "{ file = \"2.sql\" }, " + command;
};

} // namespace

TEST_CASE("a command that fails pauses the upgrade, and nothing is taken back") {
    Case one(command_then_sql);
    const auto error = one.run();
    REQUIRE(error);
    CHECK(error->kind() == engine::Kind::paused);
    CHECK(contains(error->what(), "running part 1 of 2: " + child({})[0] + " expect"));
    CHECK(contains(error->what(), "node-3/migrate is begun and cannot be undone"));
    CHECK(contains(error->remedy(), "migration.log"));
    CHECK(contains(error->remedy(), "locum upgrade resume"));
    CHECK(contains(one.begun(), "part 1 of 2"));
    CHECK(one.conductor().registry().fact(cluster::fact::fence) == "upgrade-1");
    CHECK(one.version() == "1");

    // Resumed, it goes on from the version that it finds.
    one.raise_flag();
    CHECK_FALSE(one.run());
    CHECK(one.begun() == "");
    CHECK(one.version() == "2");
    CHECK(one.migrated());
}

TEST_CASE("SQL that fails before any command leaves nothing, and is taken back as ever") {
    Case one([](const std::string& command) { return "{ file = \"2.sql\" }, " + command; });
    one.database()->script("ALTER TABLE thing ADD COLUMN colour text");
    const auto error = one.run();
    REQUIRE(error);
    CHECK(one.begun() == "");
    CHECK(one.conductor().registry().fact(cluster::fact::fence) == "");
    CHECK(contains(error->what(), "the steps of this group were undone"));
}

TEST_CASE("what ran before the command stays, and the restored database is migrated anew") {
    Case one(sql_then_command);
    const std::string file = one.conductor().upgrade().settings.file;
    one.database()->query("VACUUM INTO $1", {one.scratch / "backup"});
    REQUIRE(one.run());
    CHECK(one.migrated());
    CHECK(one.version() == "1");
    CHECK(contains(one.begun(), "the last part of 2"));
    one.raise_flag();
    const auto again = one.run(); // the SQL runs again, and cannot
    REQUIRE(again);
    CHECK(again->kind() == engine::Kind::paused);
    for (const char* suffix : {"", "-wal", "-shm"})
        platform::remove_all(file + suffix);
    std::filesystem::copy_file(one.scratch / "backup", file);
    CHECK_FALSE(one.run());
    CHECK(one.version() == "2");
    CHECK(one.begun() == "");
}

TEST_CASE("a version between that no migration leads on from needs attention") {
    Case one(command_then_sql);
    REQUIRE(one.run());
    one.database()->script("UPDATE schema_version SET version = '1.5'");
    const auto error = one.run();
    REQUIRE(error);
    CHECK(error->kind() == engine::Kind::needs_attention);
    CHECK(contains(error->what(), "the schema version is 1.5, from which it cannot go on to 2"));
    CHECK(contains(error->remedy(), "restore the database"));
    CHECK(one.conductor().registry().fact(cluster::fact::fence) == "upgrade-1");
}

TEST_CASE("the new version counts as reached only behind the last part") {
    Case one(command_then_sql);
    REQUIRE(one.run());
    one.database()->script("UPDATE schema_version SET version = '2'");
    const auto error = one.run();
    REQUIRE(error);
    CHECK(error->kind() == engine::Kind::needs_attention);
    one.conductor().registry().set_fact(cluster::fact::migration, "the last part of 2: x, ended");
    CHECK_FALSE(one.run());
    CHECK(one.begun() == "");
}

TEST_CASE(
    "that the last part is behind it is recorded by whoever goes on, also as another last one") {
    Case one(command_then_sql);
    one.database()->script("UPDATE schema_version SET version = '2'");
    one.conductor().registry().set_fact(cluster::fact::migration, "the last part of 2: x, ended");
    CHECK_FALSE(one.run());
    CHECK(one.begun() == "");
}

TEST_CASE(
    "a command as the last part that failed is not counted as run, though the version is there") {
    Case one(sql_then_command);
    REQUIRE(one.run());
    CHECK(contains(one.begun(), "the last part of 2: " + child({})[0]));
    one.database()->script("UPDATE schema_version SET version = '2'"); // as columns would tell it
    const auto error = one.run();
    REQUIRE(error);
    CHECK(error->kind() == engine::Kind::needs_attention);
    CHECK(contains(error->remedy(), "restore the database"));
    CHECK(one.begun() != "");
}

TEST_CASE("a command as the last part that ended well is counted as run") {
    Case one(sql_then_command);
    one.database()->script("UPDATE schema_version SET version = '2'");
    one.conductor().registry().set_fact(cluster::fact::migration,
                                        "the last part of 2: /bin/sh, ended");
    CHECK_FALSE(one.run());
    CHECK(one.begun() == "");
}

TEST_CASE("a backup that is made when the migration is begun does not count as one of before") {
    Case one(command_then_sql);
    engine::SilentReporter silent;
    const auto backed_up = [&] {
        return steps::back_up(one.conductor(), "node-3.last/backup").apply(silent);
    };
    CHECK(contains(backed_up(), "to restore it: "));
    one.conductor().registry().set_fact(cluster::fact::migration, "part 1 of 2: x");
    CHECK(backed_up() == "");
}
