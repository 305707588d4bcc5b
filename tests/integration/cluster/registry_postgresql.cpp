// Registry, operations and lease on a real PostgreSQL: the same cases as on the embedded engine.

#include "tests/support/postgres.hpp"

namespace {

struct Database {
    Database() { server().reset(); }
    locum::datasource::Settings settings() const { return server().settings(); }

    static const locum::testing::Postgres& server() {
        static const locum::testing::Postgres one;
        return one;
    }
};

} // namespace

#include "tests/support/registry_cases.hpp"

#include "tests/support/lease_cases.hpp"

TEST_CASE("store: a schema of its own, that leaves the suite's tables alone") {
    Database database;
    const auto connection = Database::server().as_locum();
    connection->script("CREATE TABLE node (id integer PRIMARY KEY); INSERT INTO node VALUES (7)");
    Store store(database.settings(), "small-suite");
    store.create();
    Registry(store).add_node(node("node-1"));
    CHECK(connection->query("SELECT name FROM locum_small_suite.node")[0][0] == "node-1");
    store.destroy();
    CHECK(connection->query("SELECT id FROM node")[0][0] == "7");
    CHECK(connection->query("SELECT 1 FROM pg_namespace WHERE nspname = 'locum_small_suite'")
              .empty());
}

TEST_CASE("store: the application's account cannot look into the registry") {
    Cluster cluster;
    CHECK_THROWS_AS(Database::server().as_application()->query("SELECT * FROM locum_small.node"),
                    engine::Error);
}
