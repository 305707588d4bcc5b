// Opening a PostgreSQL session, and what each way to fail means to the operator.

#include "datasource/engines.hpp"
#include "platform/socket.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace locum::datasource {
namespace {

using Clock = std::chrono::steady_clock;

std::string place(const Settings& settings) {
    return fmt::format("{}:{}", settings.host, settings.port);
}

// libpq gives no SQLSTATE for a refused connection, but at this verbosity it is in the text:
// "…FATAL:  28P01: password authentication failed". The server may speak any language.
std::string sqlstate_in(std::string_view message) {
    const auto is_state = [](std::string_view text) {
        return std::all_of(text.begin(), text.end(), [](char c) {
            return std::isdigit(static_cast<unsigned char>(c)) || (c >= 'A' && c <= 'Z');
        });
    };
    for (std::size_t at = message.find(":  "); at != std::string_view::npos;
         at = message.find(":  ", at + 1)) {
        const std::string_view rest = message.substr(at + 3);
        if (rest.size() > 6 && rest.substr(5, 2) == ": " && is_state(rest.substr(0, 5)))
            return std::string(rest.substr(0, 5));
    }
    return {};
}

std::string first_line_of(std::string_view message) {
    return std::string(message.substr(0, message.find('\n')));
}

engine::Error refused(const Settings& settings, const Account& account, std::string_view message) {
    const std::string where = place(settings);
    const std::string state = sqlstate_in(message);
    const std::string database = quoted(settings.database), user = quoted(account.user);
    if (state == "28P01")
        return engine::Error(fmt::format("PostgreSQL at {} does not accept the password of "
                                         "account {} [{}]",
                                         where, user, state))
            .remedy(fmt::format("check account and password in the answers; to set it on the "
                                "server: ALTER ROLE {} PASSWORD '…'",
                                user));
    if (state == "28000")
        return engine::Error(fmt::format("PostgreSQL at {} does not let account {} in: {} [{}]",
                                         where, user, first_line_of(message), state))
            .remedy(fmt::format("create it on the server (CREATE ROLE {} LOGIN PASSWORD '…') and "
                                "let it in from this host in pg_hba.conf (host {} {} ADDRESS "
                                "scram-sha-256)",
                                user, database, user));
    if (state == "3D000")
        return engine::Error(
                   fmt::format("PostgreSQL at {} has no database {} [{}]", where, database, state))
            .remedy(fmt::format("create it on the server: CREATE DATABASE {} OWNER {}", database,
                                quoted(settings.locum.user)));
    if (state == "42501")
        return engine::Error(fmt::format("account {} may not connect to database {} at {} [{}]",
                                         user, database, where, state))
            .remedy(fmt::format("`locum status` tells whether an upgrade has fenced it; if none is "
                                "open: GRANT CONNECT ON DATABASE {} TO {}",
                                database, user));
    if (state == "53300")
        return engine::Error(
                   fmt::format("PostgreSQL at {} has no free connection [{}]", where, state))
            .remedy("raise max_connections, or end idle sessions, then try again");
    if (state == "57P03")
        return engine::Error(fmt::format("PostgreSQL at {} is starting up or shutting down [{}]",
                                         where, state))
            .remedy("wait until it is up, then try again");
    return engine::Error(fmt::format("PostgreSQL at {} cannot be reached: {}{}", where,
                                     first_line_of(message),
                                     state.empty() ? "" : " [" + state + "]"))
        .remedy("check host and port in the answers, that the server runs and listens there "
                "(listen_addresses), and that no firewall is between");
}

// Everything that changes how a value is written or what a name means, whatever the server, the
// database and the role have as defaults. And what the server does about a client whose host has
// lost its power: it would keep the session, and its locks, for two hours.
std::string session_settings(const ConnectOptions& options) {
    return fmt::format(
        "SET client_encoding = 'UTF8'; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; "
        "SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; "
        "SET standard_conforming_strings = on; SET extra_float_digits = 3; "
        "SET client_min_messages = 'error'; SET search_path = public; "
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
        "SET lock_timeout = {}; SET default_transaction_read_only = {}; "
        "SET default_transaction_isolation = 'read committed'; SET tcp_keepalives_idle = 10; "
        "SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4; "
        "SET tcp_user_timeout = 30000",
        options.lock_timeout.count(), options.read_only ? "on" : "off");
}

} // namespace

bool socket_ready(PGconn* connection, bool for_reading, Clock::time_point deadline) {
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0)
            return false;
        if (platform::wait_for_socket(PQsocket(connection), for_reading,
                                      std::chrono::milliseconds(left)))
            return true;
    }
}

PostgresqlHandle open_postgresql(const Settings& settings, const Account& account,
                                 const ConnectOptions& options) {
    const std::string port = std::to_string(settings.port);
    // A peer that vanishes without a word is noticed within about half a minute.
    const std::array<const char*, 14> names{"host",
                                            "port",
                                            "dbname",
                                            "user",
                                            "password",
                                            "application_name",
                                            "gssencmode",
                                            "client_encoding",
                                            "keepalives_idle",
                                            "keepalives_interval",
                                            "keepalives_count",
                                            "tcp_user_timeout",
                                            "target_session_attrs",
                                            nullptr};
    const std::array<const char*, 14> values{settings.host.c_str(),
                                             port.c_str(),
                                             settings.database.c_str(),
                                             account.user.c_str(),
                                             account.password.reveal().c_str(),
                                             options.application_name.c_str(),
                                             "disable",
                                             "UTF8",
                                             "10",
                                             "5",
                                             "4",
                                             "30000",
                                             "any",
                                             nullptr};
    const auto deadline = Clock::now() + options.timeout;
    PostgresqlHandle connection(PQconnectStartParams(names.data(), values.data(), 0));
    if (!connection)
        throw engine::Error("out of memory while connecting to PostgreSQL");
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    auto state =
        PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED)
            throw refused(settings, account, PQerrorMessage(connection.get()));
        if (!socket_ready(connection.get(), state == PGRES_POLLING_READING, deadline))
            throw refused(settings, account,
                          fmt::format("no answer within {} ms", options.timeout.count()));
        state = PQconnectPoll(connection.get());
    }
    PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
    const std::string sql = session_settings(options);
    const Result result(PQexec(connection.get(), sql.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
        throw postgresql_error(connection.get(), result.get(), sql)
            .during("setting up the session on " + place(settings));
    return connection;
}

} // namespace locum::datasource
