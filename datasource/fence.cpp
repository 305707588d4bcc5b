#include "datasource/fence.hpp"

#include "datasource/embedded.hpp"
#include "engine/error.hpp"
#include "platform/host.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <thread>

namespace locum::datasource {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds poll_pause{20};
// How long an ended session may take to go, and a connecting one to show itself.
constexpr std::chrono::seconds leave_time{10};

std::vector<std::string> first_column(const Rows& rows) {
    std::vector<std::string> texts;
    for (const Row& row : rows)
        texts.push_back(row.at(0).value_or(""));
    return texts;
}

bool may_connect(Connection& connection, const std::string& user) {
    const Rows rows = connection.query("SELECT has_database_privilege(oid, current_database(), "
                                       "'CONNECT') FROM pg_roles WHERE rolname = $1",
                                       {user});
    if (rows.empty())
        throw engine::Error(fmt::format("the database server has no account {}", quoted(user)))
            .remedy(fmt::format("create it: CREATE ROLE {} LOGIN PASSWORD '…'", quoted(user)));
    return rows[0].at(0) == "t";
}

bool recorded(Connection& connection) {
    return connection.query("SELECT to_regclass('locum__fence.kept') IS NOT NULL").at(0).at(0) ==
           "t";
}

void require_two_accounts(const Settings& settings) {
    if (settings.application.user == settings.locum.user)
        throw engine::Error(fmt::format("application and Locum use the same account {}; to fence "
                                        "the one out would be to fence out both",
                                        quoted(settings.locum.user)),
                            engine::Kind::refused)
            .remedy("give Locum an account of its own that owns the database, and name it in the "
                    "answers");
}

// What has happened before in a transaction of the caller's is not to be answered again.
std::vector<std::string> sessions(Connection& connection, const std::string& user) {
    connection.query("SELECT pg_stat_clear_snapshot()");
    return first_column(connection.query(embedded::occupants_sql, {user}));
}

[[noreturn]] void still_there(const std::vector<std::string>& who, const Settings& settings) {
    const bool prepared = who.back().starts_with("prepared");
    const std::string remedy =
        settings.kind == Kind::sqlite ? "stop these processes, then go on"
        : prepared ? "a superuser ends it with COMMIT PREPARED or ROLLBACK PREPARED; then go on"
                   : "end these sessions on the database server, then go on";
    throw engine::Error(fmt::format("the old application is still on the productive database: {}",
                                    fmt::join(who, ", ")))
        .remedy(remedy);
}

// Polls until gone() says that nobody is left, or the deadline has passed.
template <class Gone>
bool wait_until(Clock::time_point deadline, Gone gone) {
    while (!gone()) {
        if (Clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(poll_pause);
    }
    return true;
}

} // namespace

void fence(Connection& locum, const Settings& settings) {
    if (settings.kind == Kind::sqlite)
        return;
    require_two_accounts(settings);
    const std::string& user = settings.application.user;
    const std::string database = quoted(settings.database);
    if (!may_connect(locum, user) && recorded(locum))
        return;
    Transaction transaction(locum);
    locum.script("CREATE SCHEMA IF NOT EXISTS locum__fence;"
                 "CREATE TABLE IF NOT EXISTS locum__fence.kept "
                 "(grantee text PRIMARY KEY, grantable boolean NOT NULL)");
    locum.execute(embedded::fence_keep_sql, {user});
    locum.script(
        fmt::format("REVOKE CONNECT ON DATABASE {} FROM PUBLIC, {}", database, quoted(user)));
    if (may_connect(locum, user))
        throw engine::Error(
            fmt::format(
                "account {} cannot be fenced out of database {}: {}", quoted(user), database,
                fmt::join(first_column(locum.query(embedded::connect_ways_sql, {user})), ", ")),
            engine::Kind::refused)
            .remedy(
                fmt::format("make {} a plain account (ALTER ROLE {} NOSUPERUSER), revoke these "
                            "memberships, or use --mode short-downtime with the servers stopped",
                            quoted(user), quoted(user)));
    if (!may_connect(locum, settings.locum.user))
        throw engine::Error(fmt::format("the fence would shut out Locum's own account {}",
                                        quoted(settings.locum.user)),
                            engine::Kind::refused)
            .remedy(fmt::format("GRANT CONNECT ON DATABASE {} TO {}", database,
                                quoted(settings.locum.user)));
    transaction.commit();
}

void unfence(Connection& locum, const Settings& settings) {
    if (settings.kind == Kind::sqlite)
        return;
    const std::string database = quoted(settings.database);
    if (recorded(locum)) {
        Transaction transaction(locum);
        for (const Row& row : locum.query("SELECT grantee, grantable FROM locum__fence.kept")) {
            const std::string grantee = row.at(0).value_or("");
            locum.script(fmt::format("GRANT CONNECT ON DATABASE {} TO {}{}", database,
                                     grantee.empty() ? "PUBLIC" : quoted(grantee),
                                     row.at(1) == "t" ? " WITH GRANT OPTION" : ""));
        }
        locum.script("DROP SCHEMA locum__fence CASCADE");
        transaction.commit();
    }
    if (!may_connect(locum, settings.application.user))
        throw engine::Error(fmt::format("account {} may not connect to database {}, and it was not "
                                        "Locum's fence that took the right away",
                                        quoted(settings.application.user), database))
            .remedy(fmt::format("GRANT CONNECT ON DATABASE {} TO {}", database,
                                quoted(settings.application.user)));
}

bool fenced(Connection& locum, const Settings& settings) {
    return settings.kind == Kind::postgresql && !may_connect(locum, settings.application.user);
}

std::vector<std::string> occupants(Connection& locum, const Settings& settings) {
    if (settings.kind == Kind::postgresql)
        return sessions(locum, settings.application.user);
    std::vector<std::string> who;
    for (const std::int64_t pid : platform::holders_of(settings.file))
        who.push_back(fmt::format("pid {}", pid));
    return who;
}

void evict(Connection& locum, const Settings& settings, std::chrono::milliseconds grace) {
    std::vector<std::string> who;
    if (settings.kind == Kind::sqlite) {
        if (!wait_until(Clock::now() + grace, [&] {
                who = occupants(locum, settings);
                return who.empty();
            }))
            still_there(who, settings);
        return;
    }
    const std::string& user = settings.application.user;
    const auto connecting = [&] {
        locum.query("SELECT pg_stat_clear_snapshot()");
        who = first_column(locum.query(embedded::connecting_sql));
        return who.empty();
    };
    if (!wait_until(Clock::now() + leave_time, connecting))
        still_there(who, settings);
    // Idle sessions go at once, so that they begin nothing new; a transaction may end within grace.
    const auto ended = [&](std::int64_t all) {
        locum.query("SELECT pg_stat_clear_snapshot()");
        locum.query(embedded::evict_sql, {user, all});
        who = sessions(locum, user);
        return who.empty();
    };
    if (!wait_until(Clock::now() + grace, [&] { return ended(0); }) &&
        !wait_until(Clock::now() + leave_time, [&] { return ended(1); }))
        still_there(who, settings);
}

} // namespace locum::datasource
