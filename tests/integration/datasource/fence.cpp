// The old application is shut out, its sessions end, and all is given back as it was.

#include "datasource/fence.hpp"

#include "platform/host.hpp"
#include "platform/process.hpp"
#include "tests/integration/datasource/server.hpp"
#include "tests/support/child.hpp"

#include <atomic>
#include <thread>

using namespace locum;
using namespace locum::datasource;
using namespace std::chrono_literals;
using testing::failure;
using testing::holds;
using testing::server;

namespace {

// Who may connect and by whose leave, whatever form PostgreSQL keeps it in.
Rows rights() {
    return server().as_superuser()->query(
        "SELECT a.grantor::regrole, a.grantee::regrole, a.privilege_type, a.is_grantable FROM "
        "pg_database d CROSS JOIN aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a "
        "WHERE "
        "datname = 'suite' ORDER BY 1, 2, 3");
}

} // namespace

TEST_CASE("fence and unfence: nobody new comes in, and all is given back as it was") {
    server().reset();
    const auto locum = server().as_locum();
    const Settings settings = server().settings();
    const auto super = server().as_superuser();
    SUBCASE("by PUBLIC's right, as PostgreSQL makes a database") {}
    SUBCASE("by a right of its own, which it may pass on") {
        super->script("REVOKE CONNECT ON DATABASE suite FROM PUBLIC; GRANT CONNECT, TEMPORARY ON "
                      "DATABASE suite TO application WITH GRANT OPTION");
    }
    SUBCASE("by both, beside another account") {
        super->script("DROP ROLE IF EXISTS monitor; CREATE ROLE monitor; GRANT CONNECT ON DATABASE "
                      "suite TO application, monitor");
    }
    const Rows before = rights();
    CHECK(!fenced(*locum, settings));
    fence(*locum, settings);
    CHECK(fenced(*locum, settings));
    CHECK(holds(failure([] { server().as_application(); }), "[42501]"));
    server().as_locum(); // still comes in
    fence(*locum, settings);
    CHECK(fenced(*locum, settings));
    unfence(*locum, settings);
    CHECK(!fenced(*locum, settings));
    CHECK(rights() == before);
    CHECK(server().as_application()->query("SELECT 1") == Rows{{"1"}});
    unfence(*locum, settings);
    CHECK(rights() == before);
    CHECK(locum->query("SELECT to_regnamespace('locum__fence')") == Rows{{std::nullopt}});
}

TEST_CASE("an account that would come in all the same is refused, and nothing is changed") {
    server().reset();
    const auto locum = server().as_locum();
    const auto super = server().as_superuser();
    Settings settings = server().settings();
    const Rows before = rights();
    SUBCASE("a superuser") {
        super->script("ALTER ROLE application SUPERUSER");
        const std::string why = failure([&] { fence(*locum, settings); });
        super->script("ALTER ROLE application NOSUPERUSER");
        CHECK(holds(why, "it is a superuser"));
    }
    SUBCASE("a member of a role that may") {
        super->script(
            "DROP ROLE IF EXISTS staff; CREATE ROLE staff; GRANT CONNECT ON DATABASE suite "
            "TO staff; GRANT staff TO application");
        const std::string why = failure([&] { fence(*locum, settings); });
        super->script("REVOKE staff FROM application; REVOKE CONNECT ON DATABASE suite FROM staff");
        CHECK(holds(why, "it is a member of role staff"));
    }
    SUBCASE("Locum's own") {
        settings.application = settings.locum;
        CHECK(holds(failure([&] { fence(*locum, settings); }), "the same account"));
    }
    SUBCASE("an account that is not there") {
        settings.application.user = "nobody else";
        CHECK(holds(failure([&] { fence(*locum, settings); }), "no account \"nobody else\""));
    }
    CHECK(rights() == before);
}

TEST_CASE(
    "eviction: idle sessions at once, transactions after their grace, prepared ones by name") {
    server().reset();
    const auto locum = server().as_locum();
    locum->script("CREATE TABLE t (a int)");
    const Settings settings = server().settings();
    CHECK(occupants(*locum, settings).empty());
    const auto idle = server().as_application("endpoint-manager");
    const auto busy = server().as_application("endpoint-manager");
    CHECK(occupants(*locum, settings).size() == 2);
    CHECK(holds(occupants(*locum, settings).at(0), "(endpoint-manager)"));
    fence(*locum, settings);

    SUBCASE("a transaction that ends in time is kept") {
        busy->script("BEGIN; INSERT INTO t VALUES (1)");
        std::thread commits([&] {
            // Once the idle one is gone the eviction is under way.
            const auto watch = server().as_superuser();
            while (watch->query("SELECT count(*) FROM pg_stat_activity WHERE usename = "
                                "'application'") != Rows{{"1"}})
                std::this_thread::sleep_for(5ms);
            busy->script("COMMIT");
        });
        evict(*locum, settings, 20s);
        commits.join();
        CHECK(locum->query("SELECT count(*) FROM t") == Rows{{"1"}});
    }
    SUBCASE("one that does not is rolled back") {
        busy->script("BEGIN; INSERT INTO t VALUES (1)");
        CHECK(holds(occupants(*locum, settings).at(0) + occupants(*locum, settings).at(1),
                    "in a transaction"));
        evict(*locum, settings, 100ms);
        CHECK(locum->query("SELECT count(*) FROM t") == Rows{{"0"}});
        CHECK(failure([&] { busy->script("COMMIT"); }) != "(none)");
    }
    SUBCASE("a prepared transaction outlives its session, and is named") {
        busy->script("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'two phase'");
        // evict() waits its whole time for it, so only what it would say is asked here.
        CHECK(holds(occupants(*locum, settings).back(), "prepared transaction 'two phase'"));
        server().as_superuser()->script("ROLLBACK PREPARED 'two phase'");
        evict(*locum, settings, 0ms);
    }
    CHECK(occupants(*locum, settings).empty());
    CHECK(failure([&] { idle->query("SELECT 1"); }) != "(none)");
    unfence(*locum, settings);
}

TEST_CASE("within a transaction that has looked before, occupants are seen as they are now") {
    server().reset();
    const auto locum = server().as_locum();
    const Settings settings = server().settings();
    Transaction transaction(*locum);
    CHECK(occupants(*locum, settings).empty());
    const auto late = server().as_application();
    CHECK(occupants(*locum, settings).size() == 1);
}

TEST_CASE("an application that reconnects all the time is out for good after fence and eviction") {
    server().reset();
    const auto locum = server().as_locum();
    locum->script("CREATE TABLE t (a bigint)");
    const Settings settings = server().settings();
    std::atomic<bool> stop = false;
    std::atomic<std::int64_t> written = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i)
        clients.emplace_back([&] {
            while (!stop) {
                try {
                    const auto connection = server().as_application();
                    for (int k = 0; k < 3; ++k) {
                        connection->script("INSERT INTO t VALUES (1)");
                        ++written;
                    }
                } catch (const engine::Error&) {
                    std::this_thread::yield(); // fenced out, or ended
                }
            }
        });
    for (int round = 0; round < 3; ++round) {
        const std::int64_t wanted = written + 20;
        while (written < wanted)
            std::this_thread::yield();
        fence(*locum, settings);
        evict(*locum, settings, 50ms);
        const Rows rows = locum->query("SELECT count(*) FROM t");
        const auto until = std::chrono::steady_clock::now() + 100ms;
        while (std::chrono::steady_clock::now() < until)
            REQUIRE(occupants(*locum, settings).empty());
        CHECK(locum->query("SELECT count(*) FROM t") == rows);
        unfence(*locum, settings);
    }
    stop = true;
    for (std::thread& client : clients)
        client.join();
}

TEST_CASE("a right that is missing is told with what to do") {
    server().reset();
    const auto super = server().as_superuser();
    super->script("REVOKE pg_signal_backend FROM locum");
    const auto session = server().as_application();
    const std::string why = failure([&] { evict(*server().as_locum(), server().settings(), 0ms); });
    super->script("GRANT pg_signal_backend TO locum");
    CHECK(holds(why, "[42501]"));
    CHECK(holds(why, "check of the datasource prints the SQL"));
}

namespace {

// Another process that has the file open until it is ended.
class Holder {
public:
    explicit Holder(const std::string& file) {
        platform::DetachedCommand command;
        command.argv = testing::child({"open", file, "sleep", "600000"});
        process_ = platform::start_detached(command);
    }
    ~Holder() { end(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    std::string name() const { return "pid " + std::to_string(process_.pid); }
    void end() { platform::send_signal(process_, "KILL"); }

private:
    platform::ProcessId process_;
};

} // namespace

TEST_CASE("SQLite: other processes that have the file open are occupants (not shown by Wine)") {
    const Scratch scratch;
    const auto own = scratch.open("suite.db");
    own->script("CREATE TABLE t (a)");
    Settings settings;
    settings.file = scratch.path("suite.db");
    CHECK(occupants(*own, settings).empty());
    fence(*own, settings);
    CHECK(!fenced(*own, settings));
    evict(*own, settings, 0ms);

    Holder holder(settings.file);
    const std::vector<std::string> expected{holder.name()};
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (occupants(*own, settings) != expected) // until it has opened the file
        REQUIRE(std::chrono::steady_clock::now() < deadline);
    const std::string why = failure([&] { evict(*own, settings, 50ms); });
    CHECK(holds(why, "still on the productive database: " + holder.name()));
    CHECK(holds(why, "stop these processes"));
    holder.end();
    evict(*own, settings, 20s); // waits until it is gone
    CHECK(occupants(*own, settings).empty());
}
