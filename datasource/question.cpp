#include "datasource/question.hpp"

#include "datasource/engines.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::datasource {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What the server is given to tell of its own limit before it is taken for dead.
constexpr milliseconds grace{500};

engine::Error too_late(milliseconds limit) {
    return engine::Error(fmt::format("the database gave no answer within {} ms", limit.count()));
}

// Unlike PQexec() this ends where the server hangs.
Result next_result(PGconn* connection, Clock::time_point deadline, milliseconds limit,
                   std::string_view sql) {
    while (PQisBusy(connection) != 0) {
        if (!socket_ready(connection, true, deadline))
            throw too_late(limit);
        if (PQconsumeInput(connection) == 0)
            throw postgresql_error(connection, nullptr, sql);
    }
    return Result(PQgetResult(connection));
}

std::optional<Field> ask_postgresql(const Settings& settings, const Account& account,
                                    const std::string& sql, const ConnectOptions& options) {
    const auto deadline = Clock::now() + options.timeout;
    const PostgresqlHandle handle = open_postgresql(settings, account, options);
    PGconn* const connection = handle.get();
    const auto send = [&](bool sent, std::string_view text) {
        if (!sent)
            throw postgresql_error(connection, nullptr, text);
    };
    const auto left = std::max<milliseconds>(
        std::chrono::duration_cast<milliseconds>(deadline - Clock::now()), milliseconds(1));
    const std::string begin =
        fmt::format("BEGIN READ ONLY; SET LOCAL statement_timeout = {}", left.count());
    send(PQsendQuery(connection, begin.c_str()) == 1, begin);
    while (const Result result = next_result(connection, deadline + grace, options.timeout, begin))
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            throw postgresql_error(connection, result.get(), begin);

    // Of the extended protocol, which takes one statement only; row by row, since there may be
    // many.
    send(PQsendQueryParams(connection, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 1,
         sql);
    PQsetSingleRowMode(connection);
    const Result result = next_result(connection, deadline + grace, options.timeout, sql);
    switch (PQresultStatus(result.get())) {
    case PGRES_SINGLE_TUPLE:
        break;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        return std::nullopt;
    default:
        throw postgresql_error(connection, result.get(), sql);
    }
    if (PQnfields(result.get()) == 0)
        return std::nullopt;
    if (PQgetisnull(result.get(), 0, 0) != 0)
        return Field();
    return Field(std::string(PQgetvalue(result.get(), 0, 0),
                             static_cast<std::size_t>(PQgetlength(result.get(), 0, 0))));
}

std::optional<Field> ask_sqlite(const std::string& file, const std::string& sql,
                                const ConnectOptions& options) {
    auto deadline = Clock::now() + options.timeout;
    const auto connection = connect_sqlite(file, options);
    sqlite3* const database = sqlite(*connection);
    const Statement statement = prepare(database, sql);
    // The file is open for reading, but VACUUM INTO, say, writes another one.
    if (sqlite3_stmt_readonly(statement.get()) == 0)
        throw engine::Error("the statement writes, where it may only read [25006]");
    constexpr int instructions = 1000; // between two looks at the clock
    sqlite3_progress_handler(
        database, instructions,
        [](void* until) {
            return Clock::now() > *static_cast<const Clock::time_point*>(until) ? 1 : 0;
        },
        &deadline);
    const int stepped = sqlite3_step(statement.get());
    if (stepped == SQLITE_INTERRUPT)
        throw too_late(options.timeout);
    if (stepped != SQLITE_ROW && stepped != SQLITE_DONE)
        throw sqlite_error(database, sql);
    if (stepped == SQLITE_DONE || sqlite3_column_count(statement.get()) == 0)
        return std::nullopt;
    if (sqlite3_column_type(statement.get(), 0) == SQLITE_NULL)
        return Field();
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
    return Field(
        std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 0))));
}

} // namespace

std::optional<Field> first_value(const Settings& settings, const Account& account,
                                 const std::string& sql, const std::string& application_name,
                                 milliseconds limit) {
    ConnectOptions options;
    options.application_name = application_name;
    options.timeout = limit;
    options.lock_timeout = limit;
    options.read_only = true;
    if (settings.kind == Kind::sqlite)
        return ask_sqlite(settings.file, sql, options);
    return ask_postgresql(settings, account, sql, options);
}

} // namespace locum::datasource
