// Which tables nobody else can write or read, as PostgreSQL tells of its locks.

#include "datasource/locks.hpp"

#include "tests/integration/datasource/server.hpp"

#include <thread>

using namespace locum;
using namespace locum::datasource;
using testing::server;

namespace {

using Tables = std::vector<LockedTable>;

// What is locked while a transaction of Locum's account has done this.
Tables locked_by(const std::string& sql) {
    const auto works = server().as_locum();
    const auto looks = server().as_locum();
    const Transaction transaction(*works);
    works->script(sql);
    return locked_tables(*looks);
}

} // namespace

TEST_CASE("locks: what others cannot write, and what they cannot even read") {
    server().reset();
    server().as_locum()->script("CREATE TABLE device (id integer PRIMARY KEY, name text);"
                                "CREATE TABLE profile (id integer PRIMARY KEY);"
                                "CREATE SCHEMA other; CREATE TABLE other.note (id integer);"
                                "INSERT INTO device VALUES (1, 'a')");
    CHECK(locked_by("SELECT 1").empty());
    CHECK(locked_by("UPDATE device SET name = 'b'; SELECT * FROM profile FOR UPDATE").empty());
    CHECK(locked_by("CREATE INDEX device_name ON device (name)") == Tables{{"device", false}});
    CHECK(locked_by("ALTER TABLE device ADD note text") == Tables{{"device", true}});
    CHECK(locked_by("ALTER TABLE other.note ADD x text; LOCK TABLE profile IN EXCLUSIVE MODE") ==
          Tables{{"other.note", true}, {"profile", false}});
    // Of an index: its table. What is new and not committed: nobody knows it.
    CHECK(locked_by("REINDEX INDEX device_pkey") == Tables{{"device", true}});
    CHECK(
        locked_by("CREATE TABLE new (id integer PRIMARY KEY); CREATE INDEX n ON new (id)").empty());
    CHECK(locked_tables(*server().as_locum()).empty());
}

TEST_CASE("locks: one that is asked for counts, and none of the application's account") {
    server().reset();
    server().as_locum()->script("CREATE TABLE device (id integer PRIMARY KEY)");
    const auto looks = server().as_locum();
    const auto reads = server().as_application();
    Transaction reading(*reads);
    reads->query("SELECT * FROM device");
    std::jthread asks([] {
        const auto works = server().as_locum();
        works->script("ALTER TABLE device ADD note text");
    });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    Tables found;
    while (found.empty() && std::chrono::steady_clock::now() < deadline)
        found = locked_tables(*looks);
    CHECK(found == Tables{{"device", true}});
    reading.commit();
    asks.join();
    CHECK(locked_tables(*looks).empty());

    server().as_superuser()->script("ALTER TABLE device OWNER TO application");
    const Transaction other(*reads);
    reads->script("LOCK TABLE device IN ACCESS EXCLUSIVE MODE");
    CHECK(locked_tables(*looks).empty());
}

TEST_CASE("locks: an embedded database tells of none") {
    const Scratch scratch;
    const auto connection = scratch.open("a.sqlite");
    CHECK(locked_tables(*connection).empty());
}
