// The cases that the lease keeps on every engine. To be included behind registry_cases.hpp.

#include "cluster/datasources.hpp"
#include "cluster/epoch.hpp"
#include "tests/support/child.hpp"

namespace {

// A process of this machine that holds the lease until it is killed.
class Holder {
public:
    explicit Holder(const datasource::Settings& settings) : process_(started(settings)) {
        REQUIRE(within(20s, [&] { return platform::exists(folder_ / "ready"); }));
    }
    std::int64_t pid() const { return process_.process.pid; }
    void kill() {
        platform::send_signal(process_.process, "KILL");
        REQUIRE(platform::wait_end(process_.process, 5s));
    }

private:
    platform::ProcessId started(const datasource::Settings& settings) const {
        cluster::NamedDatasource kept;
        kept.name = "suite";
        kept.settings = settings;
        const std::string file = folder_ / "datasource.json";
        platform::write_file(file, cluster::to_json(kept).reveal(), 0600);
        platform::DetachedCommand command;
        command.argv = {built("lease-holder"), file, folder_ / "ready"};
        for (const char* name : {"PGSSLMODE", "PGSSLROOTCERT"}) // how PostgreSQL is reached here
            if (const char* value = std::getenv(name))
                command.environment[name] = value;
        command.log_file = folder_ / "log";
        command.record_file = folder_ / "record";
        return platform::start_detached(command);
    }

    Scratch folder_;
    Ended process_;
};

// "… holds the lease for 15 s more".
int seconds_more(const engine::Error& error) {
    const std::string what = error.what();
    const std::size_t at = what.rfind(" for ");
    REQUIRE(at != std::string::npos);
    REQUIRE(what.ends_with(" s more"));
    return std::stoi(what.substr(at + 5));
}

} // namespace

TEST_CASE("lease: taken, busy for others, free again, the epoch only grows") {
    Cluster cluster;
    std::uint64_t epoch = 0;
    {
        const Lease lease(cluster.settings(), "small", "upgrade to 2.0");
        epoch = lease.epoch();
        CHECK(epoch > 0);
        CHECK(!lease.lost());
        const engine::Error error =
            error_of([&] { Lease(cluster.settings(), "small", "another"); });
        CHECK(error.kind() == Kind::busy);
        CHECK(contains(error.what(), "upgrade to 2.0"));
        CHECK(contains(error.what(), platform::host_name()));
        CHECK(contains(error.what(), "process " + std::to_string(platform::self().pid)));
        CHECK(seconds_more(error) <= 15);
        CHECK(seconds_more(error) >= 5);
        CHECK(!error.remedy().empty());
        const engine::Error beside = error_of([&] {
            Store store(cluster.settings(), "small");
            store.transaction([&] { cluster::require_free_lease(store); });
        });
        CHECK(beside.kind() == Kind::busy);
        CHECK(contains(beside.what(), "upgrade to 2.0"));
    }
    CHECK(cluster.number("SELECT expires_ms FROM {r}lease") == 0);
    CHECK(Lease(cluster.settings(), "small", "again").epoch() == epoch + 1);
}

TEST_CASE("lease: of a database that is behind, its epoch is above what agents have been told") {
    Cluster cluster;
    cluster::raise_epoch(cluster.settings(), "small", 48);
    {
        const Lease lease(cluster.settings(), "small", "test");
        CHECK(lease.epoch() == 49);
        cluster::raise_epoch(cluster.settings(), "small", 60); // somebody holds it
        CHECK(cluster.number("SELECT epoch FROM {r}lease") == 49);
    }
    cluster::raise_epoch(cluster.settings(), "small", 1);
    CHECK(Lease(cluster.settings(), "small", "test").epoch() == 50);
}

TEST_CASE("lease: held on another machine, it is waited for until it expires") {
    Cluster cluster;
    const std::string holder =
        R"({"machine":"other","host":"far","pid":1,"started":1,"program":"p","purpose":"join"})";
    cluster.store.execute("UPDATE {r}lease SET holder = $1, epoch = 8, expires_ms = {now} + 60500",
                          {holder});
    const engine::Error error = error_of([&] { Lease(cluster.settings(), "small", "mine"); });
    CHECK(error.kind() == Kind::busy);
    CHECK(contains(error.what(), "join on far (process 1) holds the lease for "));
    CHECK(seconds_more(error) <= 61); // begun seconds are counted
    CHECK(seconds_more(error) >= 50);
    cluster.store.execute("UPDATE {r}lease SET expires_ms = {now} - 1");
    CHECK(Lease(cluster.settings(), "small", "mine").epoch() == 9);
}

TEST_CASE("lease: a holder of this machine that was killed holds nothing") {
    Cluster cluster;
    Holder holder(cluster.settings());
    const engine::Error error = error_of([&] { Lease(cluster.settings(), "small", "mine"); });
    CHECK(error.kind() == Kind::busy);
    CHECK(contains(error.what(), "process " + std::to_string(holder.pid())));
    const std::int64_t epoch = cluster.number("SELECT epoch FROM {r}lease");
    holder.kill();
    CHECK(Lease(cluster.settings(), "small", "mine").epoch() ==
          static_cast<std::uint64_t>(epoch + 1));
}

TEST_CASE("lease: of two that race for it exactly one wins") {
    Cluster cluster;
    for (int round = 0; round < 10; ++round) {
        std::atomic<int> ready = 0, won = 0, busy = 0, other = 0, ended = 0;
        auto race = [&] {
            ++ready;
            while (ready < 2)
                std::this_thread::yield();
            try {
                const Lease lease(cluster.settings(), "small", "race");
                ++won;
                ++ended;
                while (ended < 2)
                    std::this_thread::yield();
            } catch (const engine::Error& error) {
                ++(error.kind() == Kind::busy ? busy : other);
                ++ended;
            }
        };
        std::thread second(race);
        race();
        second.join();
        CHECK(won.load() == 1);
        CHECK(busy.load() == 1);
        CHECK(other.load() == 0);
        CHECK(cluster.number("SELECT epoch FROM {r}lease") == round + 1);
    }
}

TEST_CASE("lease: it renews itself, and knows when another one has it") {
    Cluster cluster;
    {
        const Lease lease(cluster.settings(), "small", "mine");
        const std::int64_t before = cluster.number("SELECT expires_ms FROM {r}lease");
        CHECK(within(20s,
                     [&] { return cluster.number("SELECT expires_ms FROM {r}lease") > before; }));
        CHECK(!lease.lost());
        cluster.store.execute("UPDATE {r}lease SET epoch = epoch + 1, holder = 'theirs'");
        CHECK(within(20s, [&] { return lease.lost(); }));
    }
    // What is another's is not released.
    CHECK(cluster.store.query("SELECT holder FROM {r}lease")[0][0] == "theirs");
}

TEST_CASE("lease: inside a transaction its row is locked, with the right epoch only") {
    Cluster cluster;
    const Lease lease(cluster.settings(), "small", "mine");
    const bool server = cluster.settings().kind == datasource::Kind::postgresql;
    const std::string prefix = server ? cluster::registry_schema("small") + "." : "";
    datasource::Connection& connection = cluster.store.connection();
    {
        datasource::Transaction transaction(connection);
        const engine::Error error =
            error_of([&] { cluster::lock_epoch(connection, prefix, lease.epoch() + 1); });
        CHECK(error.kind() == Kind::busy);
    }
    datasource::Transaction transaction(connection);
    CHECK_NOTHROW(cluster::lock_epoch(connection, prefix, lease.epoch()));
    datasource::ConnectOptions hasty;
    hasty.lock_timeout = 100ms;
    const auto another =
        server ? datasource::connect(cluster.settings(), cluster.settings().locum, hasty)
               : datasource::connect_file(cluster::registry_file(cluster.settings()), hasty);
    CHECK_THROWS_AS(another->execute("UPDATE " + prefix + "lease SET epoch = epoch + 1"),
                    engine::Error);
    transaction.commit();
    CHECK(another->execute("UPDATE " + prefix + "lease SET epoch = epoch + 1") == 1);
}

TEST_CASE("lease: a registry without its row says what to do") {
    Cluster cluster;
    cluster.store.execute("DELETE FROM {r}lease");
    const engine::Error error = error_of([&] { Lease(cluster.settings(), "small", "mine"); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(!error.remedy().empty());
}
