// Registry, operations and lease on the embedded engine.

#include "datasource/connection.hpp"
#include "tests/support/scratch.hpp"

namespace {

struct Database {
    locum::testing::Scratch folder;

    locum::datasource::Settings settings() const {
        locum::datasource::Settings settings;
        settings.file = folder / "suite.sqlite";
        return settings;
    }
};

} // namespace

#include "tests/support/registry_cases.hpp"

#include "tests/support/lease_cases.hpp"

TEST_CASE("store: an embedded registry that is not there is an error, and is not made by asking") {
    const Database database;
    const engine::Error error = error_of([&] { Store(database.settings(), "small"); });
    CHECK(contains(error.what(), cluster::registry_file(database.settings())));
    CHECK(!platform::exists(cluster::registry_file(database.settings())));
}

TEST_CASE("store: the registry of an embedded database is a file beside it") {
    Cluster cluster;
    CHECK(cluster::registry_file(cluster.settings()) == cluster.settings().file + ".registry");
    CHECK(platform::exists(cluster::registry_file(cluster.settings())));
    CHECK(!platform::exists(cluster.settings().file)); // the suite's own is not made by it
    CHECK(cluster::registry_schema("endpoint-manager") == "locum_endpoint_manager");
}
