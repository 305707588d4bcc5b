#pragma once
// One connection to a database, the same for every engine. Not shared between threads.

#include "engine/secret.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace locum::datasource {

enum class Kind { postgresql, sqlite };

std::string_view name(Kind kind);      // "postgresql", "sqlite"
Kind kind_from(std::string_view text); // throws Error(usage)

// One account on a database server.
struct Account {
    std::string user;
    engine::Secret password;
};

// Where the suite's data is. file is used by sqlite only, the rest by servers only.
struct Settings {
    Kind kind = Kind::sqlite;
    std::string host;
    std::uint16_t port = 0;
    std::string database;
    Account application; // what the suite's servers use
    Account locum;       // owner of registry and schema
    std::string file;    // absolute path
};
// What nobody may read of them in an error or a log.
engine::Secrets secrets_of(const Settings& settings);

// NULL, or the value as text (PostgreSQL's output form; SQLite's cast to text).
using Field = std::optional<std::string>;
using Row = std::vector<Field>;
using Rows = std::vector<Row>;

using Parameter = std::variant<std::nullptr_t, std::int64_t, std::string>;

class Connection {
public:
    virtual ~Connection() = default;
    virtual Kind kind() const = 0;
    // One statement with parameters $1, $2, … (both engines).
    virtual Rows query(std::string_view sql, const std::vector<Parameter>& parameters = {}) = 0;
    // Rows changed by one statement with parameters.
    virtual std::int64_t execute(std::string_view sql,
                                 const std::vector<Parameter>& parameters = {}) = 0;
    // A script of several statements without parameters.
    virtual void script(std::string_view sql) = 0;
    // The server has gone away: whatever is asked fails, and a new connection is needed.
    virtual bool lost() const = 0;
    // The handle beneath (PGconn* or sqlite3*), owned by this object; for the copy only.
    virtual void* native() = 0;
};

// A statement's failure carries this kind beside the text, so that callers can tell them apart.
// Thrown as engine::Error; sqlstate() of the last failure is in its text as "[23505]".
struct ConnectOptions {
    std::string application_name = "locum"; // shown in pg_stat_activity
    std::chrono::milliseconds timeout{10'000};
    std::chrono::milliseconds lock_timeout{10'000}; // and SQLite's busy timeout
    bool read_only = false;
    bool create = false; // sqlite: make the file where there is none
};

// Throws Error(failed): unreachable, wrong password, no such database; each with its remedy. The
// password is never part of a message. SQLite: WAL, synchronous FULL, foreign keys on,
// recursive_triggers on.
std::unique_ptr<Connection> connect(const Settings& settings, const Account& account,
                                    const ConnectOptions& options = {});
std::unique_ptr<Connection> connect_file(const std::string& file, const ConnectOptions& options);

// BEGIN on construction (immediate on SQLite), ROLLBACK on destruction without commit().
class Transaction {
public:
    explicit Transaction(Connection& connection);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Connection& connection_;
    bool open_ = true;
};

// The name as an identifier in SQL, quoted, for both engines.
std::string quoted(std::string_view identifier);

} // namespace locum::datasource
