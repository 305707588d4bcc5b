// Probes that ask PostgreSQL, on a server of the test's own.

#include "datasource/fence.hpp"
#include "tests/integration/cluster/probing.hpp"
#include "tests/support/port.hpp"

#include <future>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

TEST_CASE("the first column of the first row, as text, by the application's account") {
    make_domains();
    CHECK(ask("SELECT serial, name FROM domain ORDER BY serial", "7") == "");
    CHECK(ask("SELECT coalesce(catalog, 'none') FROM domain WHERE name = 'probe'", "none") == "");
    CHECK(ask("SELECT current_user || ' ' || current_setting('application_name') || ' ' || "
              "current_setting('transaction_read_only')",
              "application locum-probe on") == "");
    CHECK(ask("SELECT true;", "t") == "");
    CHECK(ask("SELECT serial FROM domain ORDER BY serial", "8") ==
          "probe schema: the statement gave \"7\"; expected \"8\"");
    CHECK(ask("SELECT serial FROM domain WHERE name = 'gone'", "7") ==
          "probe schema: the statement gave no row; expected \"7\"");
    CHECK(ask("SELECT catalog FROM domain WHERE name = 'probe'", "NULL") ==
          "probe schema: the statement gave NULL; expected \"NULL\"");
    CHECK(ask("SELECT catalog FROM domain WHERE name = 'probe'", "") ==
          "probe schema: the statement gave NULL; expected \"\"");
    // Only the first of them is taken.
    CHECK(ask("SELECT i FROM generate_series(1, 3000000) AS i", "1") == "");
}

TEST_CASE("what fails is a reason, and no exception") {
    make_domains();
    CHECK(contains(ask("SELECT region FROM domain", "1"), "\"region\" does not exist [42703]"));
    CHECK(contains(ask("SELEKT 1", "1"), "syntax error at or near \"SELEKT\" [42601]"));
    CHECK(contains(ask("SELECT 1; SELECT 2", "1"), "[42601]"));
    CHECK(ask("SELECT set_config('search_path', '', true)", "") == "");
    datasource::Settings wrong = server().settings();
    wrong.application.password = engine::Secret("not it");
    const std::string why =
        cluster::ask({"schema", cluster::SqlTarget{wrong, "SELECT 1", "1"}}).value_or("");
    CHECK(contains(why, "[28P01]"));
    CHECK(!contains(why, "not it"));
}

TEST_CASE("nothing is written") {
    make_domains();
    CHECK(contains(ask("DELETE FROM domain RETURNING '1'", "1"), "[25006]"));
    CHECK(contains(ask("COMMIT; DELETE FROM domain", "1"), "[42601]"));
    CHECK(contains(ask("WITH gone AS (DELETE FROM domain RETURNING 1) SELECT 1 FROM gone", "1"),
                   "[25006]"));
    CHECK(ask("SELECT count(*) FROM domain", "2") == "");
}

TEST_CASE("a statement, and a lock that it waits for, end with the time") {
    make_domains();
    const auto begun = std::chrono::steady_clock::now();
    CHECK(contains(ask("SELECT pg_sleep(60)", "", 400ms), "[57014]"));
    const auto locum = server().as_locum();
    datasource::Transaction transaction(*locum);
    locum->script("LOCK TABLE domain");
    CHECK(contains(ask("SELECT count(*) FROM domain", "2", 400ms), "timeout"));
    CHECK(std::chrono::steady_clock::now() - begun < 20s);
}

TEST_CASE("a server that takes connections and says nothing is given up") {
    const Socket listener = open_socket(SOCK_STREAM);
    const std::uint16_t port = bind_to_loopback(listener);
    REQUIRE(port != 0);
    REQUIRE(::listen(listener, 1) == 0);
    datasource::Settings silent = server().settings();
    silent.port = port;
    const auto begun = std::chrono::steady_clock::now();
    const std::string why =
        cluster::ask({"schema", cluster::SqlTarget{silent, "SELECT 1", "1"}, 400ms}).value_or("");
    close_socket(listener);
    CHECK(contains(why, "no answer within 400 ms"));
    CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE("while the fence stands a probe fails, and one under way does not hold up the eviction") {
    make_domains();
    const datasource::Settings settings = server().settings();
    const auto locum = server().as_locum();
    auto asked =
        std::async(std::launch::async, [] { return ask("SELECT pg_sleep(600)", "", 60s); });
    REQUIRE(within(20s, [&] {
        const auto who = datasource::occupants(*locum, settings);
        return !who.empty() && contains(who.front(), "(locum-probe, in a transaction)");
    }));
    datasource::fence(*locum, settings);
    const auto begun = std::chrono::steady_clock::now();
    datasource::evict(*locum, settings, 60s);
    CHECK(std::chrono::steady_clock::now() - begun < 20s);
    CHECK(contains(asked.get(), "probe schema: PostgreSQL: terminating connection"));
    const std::string why = ask("SELECT 1", "1");
    CHECK(contains(why, "account \"application\" may not connect to database \"suite\""));
    CHECK(contains(why, "[42501]"));
    CHECK(datasource::occupants(*locum, settings).empty());
    datasource::unfence(*locum, settings);
    CHECK(ask("SELECT 1", "1") == "");
}
