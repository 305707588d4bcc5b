#include "datasource/copy.hpp"

#include "datasource/checksum.hpp"
#include "datasource/guard.hpp"
#include "tests/integration/endpoint-manager/checks.hpp"
#include "tests/support/postgres.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace endpoint::testing;
using namespace locum;

namespace {

struct Database {
    Suite suite;
    testing::Postgres postgres;
    datasource::Settings settings = postgres.settings();
    engine::SilentReporter silent;

    Database() { migrate(*postgres.as_locum(), settings, "", "1.0"); }

    datasource::CopyResult copy(const std::string& name) {
        datasource::CopyRequest request;
        request.source = settings;
        request.target = suite.folder() + "/" + name;
        return datasource::copy(request, silent);
    }
};

} // namespace

TEST_CASE_FIXTURE(Database,
                  "the copy's migration and the productive one lead to the same content") {
    {
        Node node = suite.start("node-1", "1.0", settings);
        CHECK(suite.run_load({node.front}, 1).exit_code == 0); // rows that the seed does not have
    }
    copy("first.db");
    const auto migrated = datasource::connect_file(suite.folder() + "/first.db", {});
    migrate(*migrated, settings, "1.0", "2.0");

    const auto productive = postgres.as_locum();
    migrate(*productive, settings, "1.0", "2.0");
    std::map<std::string, std::string> expected;
    for (const auto& table : copy("second.db").tables)
        expected[table.name] = table.checksum;
    const datasource::Schema schema = datasource::read_schema(*productive);
    CHECK(schema.tables.size() == expected.size());
    CHECK(expected.size() == 8);
    for (const auto& table : schema.tables) {
        CAPTURE(table.name);
        CHECK(datasource::checksum(*migrated, table) == datasource::checksum(*productive, table));
        CHECK(datasource::checksum(*migrated, table).sum == expected[table.name]);
        CHECK(datasource::checksum(*migrated, table).rows > 0);
    }
}

TEST_CASE_FIXTURE(Database, "a server in update mode serves from a copy while others write") {
    Node first = suite.start("node-1", "1.0", settings);
    datasource::Settings copied;
    copied.kind = datasource::Kind::sqlite;
    copied.file = suite.folder() + "/copy.db";
    const std::int64_t snapshot = copy("copy.db").snapshot_ms;
    const auto file = datasource::connect_file(copied.file, {});
    migrate(*file, copied, "1.0", "2.0");
    datasource::guard(*file, {"session", "device_seen"});
    Node second = suite.start("node-2", "2.0", copied, snapshot);

    const LoadResult load = suite.run_load({first.front, second.front}, 3);
    CAPTURE(load.errors);
    check_unharmed(load);
    CHECK(load["stale"] > 0);
    CHECK(load["writes_refused"] > 0);
    CHECK(load["writes_acknowledged"] > 0);
    CHECK(file->query("SELECT count(*) FROM session").at(0).at(0) != "0");
    CHECK(file->query("SELECT count(*) FROM device_seen").at(0).at(0) != "0");
}
