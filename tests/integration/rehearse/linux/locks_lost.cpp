// The watch of a migration's locks when its database goes away.

#include "rehearse/lock_watch.hpp"
#include "tests/support/postgres.hpp"

#include <doctest/doctest.h>

using namespace locum;
using engine::Progress;

TEST_CASE("locks of a migration: a database that goes away is told, and fails nothing") {
    testing::Postgres server;
    struct Notes final : engine::Reporter {
        std::string all;
        void step(std::string_view, std::string_view, Progress, std::string_view) override {}
        void work(std::string_view, std::uint64_t, std::uint64_t, std::string_view) override {}
        void note(std::string_view text) override { all += text; }
    } notes;
    rehearse::MigrationWatch watch(server.settings(), notes);
    watch.step("schema/migrate", "", Progress::started, "");
    server.kill();
    watch.step("schema/migrate", "", Progress::failed, "");
    CHECK(!watch.locks());
    CHECK(notes.all.starts_with("the locks of the migration are not measured: "));
    server.start();
}
