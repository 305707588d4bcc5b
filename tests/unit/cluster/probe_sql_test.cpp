#include "cluster/probe.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

namespace {

struct Copy {
    Scratch scratch;
    datasource::Settings settings;

    Copy() {
        settings.file = scratch / "copy.sqlite";
        datasource::ConnectOptions options;
        options.create = true;
        datasource::connect_file(settings.file, options)
            ->script("CREATE TABLE domain (name TEXT, catalog TEXT, serial INTEGER);"
                     "INSERT INTO domain VALUES ('probe', NULL, 7), ('other', 'c', 8)");
    }
    // "" where it is well.
    std::string ask(const std::string& sql, const std::string& output,
                    std::chrono::milliseconds limit = 20s) const {
        return cluster::ask({"schema", cluster::SqlTarget{settings, sql, output}, limit})
            .value_or("");
    }
};

} // namespace

TEST_CASE("sql probe on SQLite: the first column of the first row, as text") {
    const Copy copy;
    CHECK(copy.ask("SELECT serial, name FROM domain ORDER BY serial", "7") == "");
    CHECK(copy.ask("SELECT coalesce(catalog, 'none') FROM domain WHERE name = 'probe';", "none") ==
          "");
    CHECK(copy.ask("SELECT ''", "") == "");
    CHECK(copy.ask("SELECT serial FROM domain ORDER BY serial", "8") ==
          "probe schema: the statement gave \"7\"; expected \"8\"");
    CHECK(copy.ask("SELECT 1 WHERE 0", "1") ==
          "probe schema: the statement gave no row; expected \"1\"");
    CHECK(copy.ask("SELECT NULL", "NULL") ==
          "probe schema: the statement gave NULL; expected \"NULL\"");
    CHECK(copy.ask("SELECT NULL", "") == "probe schema: the statement gave NULL; expected \"\"");
}

TEST_CASE("sql probe on SQLite: what fails is a reason, and no exception") {
    Copy copy;
    CHECK(contains(copy.ask("SELECT region FROM domain", "1"), "no such column: region [42703]"));
    CHECK(contains(copy.ask("SELEKT 1", "1"), "syntax error"));
    CHECK(contains(copy.ask("SELECT 1; SELECT 2", "1"), "expected one SQL statement"));
    copy.settings.file += ".gone";
    CHECK(contains(copy.ask("SELECT 1", "1"), "there is no database file"));
    CHECK(!platform::exists(copy.settings.file));
}

TEST_CASE("sql probe on SQLite: nothing is written, here or elsewhere") {
    const Copy copy;
    CHECK(contains(copy.ask("DELETE FROM domain RETURNING '1'", "1"), "[25006]"));
    CHECK(contains(copy.ask("VACUUM INTO '" + copy.scratch / "leak" + "'", "1"), "[25006]"));
    CHECK(!platform::exists(copy.scratch / "leak"));
    CHECK(copy.ask("SELECT count(*) FROM domain", "2") == "");
}

TEST_CASE("sql probe on SQLite: it reads beside a writer, and ends with its time") {
    const Copy copy;
    const auto writer = datasource::connect_file(copy.settings.file, {});
    datasource::Transaction transaction(*writer);
    writer->script("DELETE FROM domain");
    CHECK(copy.ask("SELECT count(*) FROM domain", "2") == "");
    const auto begun = std::chrono::steady_clock::now();
    CHECK(
        contains(copy.ask("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
                          "max(i) FROM n",
                          "1", 300ms),
                 "gave no answer within 300 ms"));
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
}
