// What is taken away again of what a migration made on PostgreSQL.

#include "datasource/objects.hpp"
#include "tests/support/postgres.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::testing;

TEST_CASE("an extension that the migration made goes as well") {
    const Postgres server;
    const auto available = server.as_locum()->query(
        "SELECT 1 FROM pg_available_extension_versions WHERE name = 'citext' AND trusted");
    if (available.empty())
        return; // the server's contrib modules are not installed
    const auto locum = server.as_locum();
    const auto before = datasource::objects(*locum);
    locum->script("CREATE EXTENSION citext; CREATE TABLE worded (word citext)");
    CHECK(datasource::objects(*locum) ==
          std::vector<datasource::Object>{{"table", "public.worded"}, {"extension", "citext"}});
    datasource::drop_all_but(*locum, before);
    CHECK(datasource::objects(*locum).empty());
}
