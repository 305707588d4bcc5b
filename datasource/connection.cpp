#include "datasource/connection.hpp"

#include "datasource/engines.hpp"

#include <fmt/format.h>

namespace locum::datasource {

std::string_view name(Kind kind) {
    return kind == Kind::postgresql ? "postgresql" : "sqlite";
}

Kind kind_from(std::string_view text) {
    for (const Kind kind : {Kind::postgresql, Kind::sqlite})
        if (text == name(kind))
            return kind;
    throw engine::Error(fmt::format("unknown datasource type \"{}\"", text), engine::Kind::usage)
        .remedy("use postgresql or sqlite");
}

engine::Secrets secrets_of(const Settings& settings) {
    return {{"datasource.password", settings.application.password},
            {"datasource.locum-password", settings.locum.password}};
}

std::unique_ptr<Connection> connect(const Settings& settings, const Account& account,
                                    const ConnectOptions& options) {
    if (settings.kind == Kind::sqlite)
        return connect_sqlite(settings.file, options);
    return connect_postgresql(settings, account, options);
}

std::unique_ptr<Connection> connect_file(const std::string& file, const ConnectOptions& options) {
    return connect_sqlite(file, options);
}

// SQLite: immediate, since a deferred transaction that turns into a writer can fail as busy at
// once.
Transaction::Transaction(Connection& connection) : connection_(connection) {
    connection_.script(connection_.kind() == Kind::sqlite ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    if (!open_)
        return;
    try {
        connection_.script("ROLLBACK");
    } catch (const engine::Error&) {
        // The connection is gone, or the engine rolled back by itself: nothing is left to undo.
    }
}

void Transaction::commit() {
    // A failed COMMIT has ended the transaction on PostgreSQL and left it open on SQLite (busy).
    connection_.script("COMMIT");
    open_ = false;
}

std::string quoted(std::string_view identifier) {
    std::string text = "\"";
    for (const char c : identifier) {
        if (c == '"')
            text += '"';
        text += c;
    }
    return text + '"';
}

} // namespace locum::datasource
