#include "examples/endpoint-manager/server/database.hpp"

#include <sqlite3.h>

#include <map>

namespace endpoint {
namespace {

// What Locum's triggers on a copy say.
constexpr std::string_view guard_message = "locum: read-only in update mode";
// SQLite can only poll for another process's lock. Its own handler waits up to 100 ms at a time,
// many times as long as a write takes.
constexpr int busy_pause_ms = 2;
constexpr int busy_timeout_ms = 5000;

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct Reset {
    void operator()(sqlite3_stmt* statement) const {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

class Sqlite final : public Database {
public:
    Sqlite(const std::string& file, std::shared_ptr<std::mutex> writers) :
        writers_(std::move(writers)), writing_(*writers_, std::defer_lock) {
        sqlite3* opened = nullptr;
        const int code = sqlite3_open_v2(file.c_str(), &opened,
                                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
        database_.reset(opened);
        if (code != SQLITE_OK) {
            throw DatabaseError(DatabaseError::Kind::broken,
                                "cannot open " + file + ": " + sqlite3_errmsg(opened));
        }
        sqlite3_extended_result_codes(opened, 1);
        sqlite3_busy_handler(
            opened,
            [](void*, int tries) {
                sqlite3_sleep(busy_pause_ms);
                return tries < busy_timeout_ms / busy_pause_ms ? 1 : 0;
            },
            nullptr);
        script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    }

    Rows query(std::string_view sql, const std::vector<Parameter>& parameters) override {
        const std::unique_ptr<sqlite3_stmt, Reset> statement(prepared(sql));
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            bind(statement.get(), "$" + std::to_string(i + 1), parameters[i]);
        }
        Rows rows;
        int code = SQLITE_OK;
        while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
            Row& row = rows.emplace_back();
            for (int c = 0; c < sqlite3_column_count(statement.get()); ++c) {
                const auto* text = sqlite3_column_text(statement.get(), c);
                if (text == nullptr) {
                    row.emplace_back(std::nullopt);
                } else {
                    row.emplace_back(std::string(
                        reinterpret_cast<const char*>(text),
                        static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), c))));
                }
            }
        }
        check(code);
        return rows;
    }

    void begin() override {
        writing_.lock();
        try {
            script("BEGIN IMMEDIATE");
        } catch (...) {
            writing_.unlock();
            throw;
        }
    }
    void commit() override {
        script("COMMIT");
        writing_.unlock();
    }
    void rollback() noexcept override {
        // A failed statement may have rolled back already; then there is nothing to do.
        if (sqlite3_get_autocommit(database_.get()) == 0) {
            sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
        if (writing_.owns_lock()) {
            writing_.unlock();
        }
    }

private:
    void script(const char* sql) {
        check(sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr));
    }

    sqlite3_stmt* prepared(std::string_view sql) {
        const auto found = statements_.find(sql);
        if (found != statements_.end()) {
            return found->second.get();
        }
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                 SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        statements_.emplace(sql, statement);
        return statement;
    }

    void bind(sqlite3_stmt* statement, const std::string& name, const Parameter& parameter) {
        // SQLite numbers $-parameters by first use, so they are found by name.
        const int index = sqlite3_bind_parameter_index(statement, name.c_str());
        if (index == 0) {
            throw DatabaseError(DatabaseError::Kind::other, "no parameter " + name);
        }
        if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
            check(sqlite3_bind_int64(statement, index, *number));
        } else if (const auto* text = std::get_if<std::string>(&parameter)) {
            check(sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                                    SQLITE_TRANSIENT));
        } else {
            check(sqlite3_bind_null(statement, index));
        }
    }

    void check(int code) const {
        if (code == SQLITE_OK || code == SQLITE_DONE) {
            return;
        }
        const std::string message = sqlite3_errmsg(database_.get());
        const bool guarded =
            code == SQLITE_CONSTRAINT_TRIGGER && message.starts_with(guard_message);
        throw DatabaseError(guarded ? DatabaseError::Kind::read_only : DatabaseError::Kind::other,
                            message);
    }

    std::unique_ptr<sqlite3, Close> database_;
    std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_;
    std::shared_ptr<std::mutex> writers_;
    std::unique_lock<std::mutex> writing_;
};

} // namespace

std::unique_ptr<Database> open_sqlite(const std::string& file,
                                      std::shared_ptr<std::mutex> writers) {
    return std::make_unique<Sqlite>(file, std::move(writers));
}

} // namespace endpoint
