#pragma once
// Within datasource/ only: how each engine opens a connection, and RAII for the C handles.

#include "datasource/connection.hpp"
#include "engine/error.hpp"

#include <libpq-fe.h>
#include <sqlite3.h>

namespace locum::datasource {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

struct FinishConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PostgresqlHandle = std::unique_ptr<PGconn, FinishConnection>;

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// A session that is authenticated and has had its settings (encoding, UTC, output forms) made.
PostgresqlHandle open_postgresql(const Settings& settings, const Account& account,
                                 const ConnectOptions& options);
// False: it did not become ready before the deadline.
bool socket_ready(PGconn* connection, bool for_reading,
                  std::chrono::steady_clock::time_point deadline);
std::unique_ptr<Connection> connect_postgresql(const Settings& settings, const Account& account,
                                               const ConnectOptions& options);
std::unique_ptr<Connection> connect_sqlite(const std::string& file, const ConnectOptions& options);
// The same without WAL and the other settings of a productive file.
std::unique_ptr<Connection> open_sqlite(const std::string& file, const ConnectOptions& options);

// What a failed statement or COPY is to the operator. sql: to name the line; may be empty. begin:
// where in it the statement begins.
engine::Error postgresql_error(PGconn* connection, const PGresult* result, std::string_view sql);
engine::Error sqlite_error(sqlite3* database, std::string_view sql, std::size_t begin = 0);

// One prepared statement; throws where there is none or more than one in sql.
Statement prepare(sqlite3* database, std::string_view sql);

inline PGconn* postgresql(Connection& connection) {
    return static_cast<PGconn*>(connection.native());
}
inline sqlite3* sqlite(Connection& connection) {
    return static_cast<sqlite3*>(connection.native());
}

} // namespace locum::datasource
