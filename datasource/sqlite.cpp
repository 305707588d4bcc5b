// Statements on SQLite, and opening a file.

#include "datasource/engines.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <fmt/format.h>

#include <charconv>
#include <thread>

namespace locum::datasource {
namespace {

// SQLSTATEs for what callers tell apart, so that they need not know the engine.
std::string_view state_of(int extended, std::string_view message) {
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return "23505";
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return "23503";
    case SQLITE_CONSTRAINT_NOTNULL:
        return "23502";
    case SQLITE_CONSTRAINT_CHECK:
        return "23514";
    case SQLITE_CONSTRAINT_TRIGGER:
        return "P0001";
    default:
        break;
    }
    switch (extended & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "55P03";
    case SQLITE_FULL:
        return "53100";
    case SQLITE_IOERR:
        return "58030";
    case SQLITE_CANTOPEN:
        return "58P01";
    case SQLITE_READONLY:
        return "25006";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "XX001";
    case SQLITE_CONSTRAINT:
        return "23000";
    case SQLITE_INTERRUPT:
        return "57014";
    default:
        break;
    }
    if (message.starts_with("no such table"))
        return "42P01";
    if (message.starts_with("no such column") ||
        message.find("has no column named") != std::string_view::npos)
        return "42703";
    if (message.find("already exists") != std::string_view::npos)
        return "42P07";
    return "42000";
}

std::string remedy_for(std::string_view state, std::string_view file) {
    if (state == "55P03")
        return fmt::format("another process writes to {}; see it with fuser {}, then try again",
                           file, file);
    if (state == "53100")
        return fmt::format("free space in the file system of {}, then try again", file);
    if (state == "58030" || state == "58P01")
        return fmt::format("see that the folder of {} exists, is mounted and may be written", file);
    if (state == "XX001")
        return fmt::format("{} is damaged or no SQLite database; restore it from a backup", file);
    return {};
}

// "in line 12: UPDATE device SET" of a script in which a statement begins at a place.
std::string line_of(std::string_view sql, std::size_t begin, std::size_t offset) {
    if (sql.empty())
        return {};
    const std::size_t word = std::min(sql.find_first_not_of(" \t\r\n", begin), sql.size());
    const std::size_t at = std::min(std::max(begin + offset, word), sql.size());
    const std::string_view before = sql.substr(0, at);
    const std::size_t line = before.rfind('\n') + 1; // npos + 1 is 0
    return fmt::format("in line {}: {}", std::count(before.begin(), before.end(), '\n') + 1,
                       sql.substr(line, std::min<std::size_t>(sql.find('\n', at) - line, 100)));
}

std::string file_of(sqlite3* database) {
    const char* file = database == nullptr ? nullptr : sqlite3_db_filename(database, "main");
    return file == nullptr || *file == '\0' ? "" : platform::absolute(file);
}

class SqliteConnection final : public Connection {
public:
    explicit SqliteConnection(SqliteHandle handle) : handle_(std::move(handle)) {}

    Kind kind() const override { return Kind::sqlite; }

    Rows query(std::string_view sql, const std::vector<Parameter>& parameters) override {
        const Statement statement = bound(sql, parameters);
        Rows rows;
        const int width = sqlite3_column_count(statement.get());
        while (step(statement.get(), sql)) {
            Row& fields = rows.emplace_back();
            for (int column = 0; column < width; ++column) {
                if (sqlite3_column_type(statement.get(), column) == SQLITE_NULL) {
                    fields.emplace_back(std::nullopt);
                    continue;
                }
                const void* bytes = sqlite3_column_type(statement.get(), column) == SQLITE_BLOB
                                        ? sqlite3_column_blob(statement.get(), column)
                                        : sqlite3_column_text(statement.get(), column);
                const auto size =
                    static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), column));
                fields.emplace_back(size == 0 ? std::string()
                                              : std::string(static_cast<const char*>(bytes), size));
            }
        }
        return rows;
    }

    std::int64_t execute(std::string_view sql, const std::vector<Parameter>& parameters) override {
        const Statement statement = bound(sql, parameters);
        const std::int64_t before = sqlite3_total_changes64(handle_.get());
        while (step(statement.get(), sql)) {
        }
        // changes() still tells of the statement before where this one was no DML.
        return sqlite3_total_changes64(handle_.get()) == before ? 0
                                                                : sqlite3_changes64(handle_.get());
    }

    // Not sqlite3_exec(), which does not tell how far it came.
    void script(std::string_view sql) override {
        std::size_t at = 0;
        while (at < sql.size()) {
            const std::string_view rest = sql.substr(at);
            sqlite3_stmt* raw = nullptr;
            const char* tail = nullptr;
            const int result = sqlite3_prepare_v2(handle_.get(), rest.data(),
                                                  static_cast<int>(rest.size()), &raw, &tail);
            const Statement statement(raw);
            if (result != SQLITE_OK)
                throw sqlite_error(handle_.get(), sql, at);
            int stepped = SQLITE_DONE;
            while (statement && (stepped = sqlite3_step(statement.get())) == SQLITE_ROW) {
            }
            if (stepped != SQLITE_DONE)
                throw sqlite_error(handle_.get(), sql, at);
            at += static_cast<std::size_t>(tail - rest.data());
        }
    }

    bool lost() const override { return false; }
    void* native() override { return handle_.get(); }

private:
    Statement bound(std::string_view sql, const std::vector<Parameter>& parameters) {
        Statement statement = prepare(handle_.get(), sql);
        const int count = sqlite3_bind_parameter_count(statement.get());
        for (int index = 1; index <= count; ++index) {
            // SQLite takes "$1::bigint" whole as the parameter's name; the number in it counts.
            const char* label = sqlite3_bind_parameter_name(statement.get(), index);
            const std::string_view text = label == nullptr ? "" : label;
            std::size_t number = 0;
            if (text.starts_with('$'))
                std::from_chars(text.data() + 1, text.data() + text.size(), number);
            if (number == 0 || number > parameters.size())
                throw engine::Error(fmt::format("the statement's parameter \"{}\" has no value, {} "
                                                "are given: {}",
                                                text, parameters.size(), sql));
            bind(statement.get(), index, parameters[number - 1]);
        }
        return statement;
    }

    void bind(sqlite3_stmt* statement, int index, const Parameter& parameter) {
        int result = SQLITE_OK;
        if (std::holds_alternative<std::nullptr_t>(parameter))
            result = sqlite3_bind_null(statement, index);
        else if (const auto* number = std::get_if<std::int64_t>(&parameter))
            result = sqlite3_bind_int64(statement, index, *number);
        else
            result = sqlite3_bind_text64(statement, index, std::get<std::string>(parameter).data(),
                                         std::get<std::string>(parameter).size(), SQLITE_TRANSIENT,
                                         SQLITE_UTF8);
        if (result != SQLITE_OK)
            throw sqlite_error(handle_.get(), {});
    }

    bool step(sqlite3_stmt* statement, std::string_view sql) {
        const int result = sqlite3_step(statement);
        if (result != SQLITE_ROW && result != SQLITE_DONE)
            throw sqlite_error(handle_.get(), sql);
        return result == SQLITE_ROW;
    }

    SqliteHandle handle_;
};

} // namespace

engine::Error sqlite_error(sqlite3* database, std::string_view sql, std::size_t begin) {
    const std::string message = sqlite3_errmsg(database), file = file_of(database);
    const std::string_view state = state_of(sqlite3_extended_errcode(database), message);
    const int offset = sqlite3_error_offset(database); // -1 where it is the statement as a whole
    engine::Error error = engine::Error(fmt::format("SQLite: {} [{}]{}", message, state,
                                                    file.empty() ? "" : ", file " + file))
                              .remedy(remedy_for(state, file));
    const std::string line = line_of(sql, begin, offset < 0 ? 0 : static_cast<std::size_t>(offset));
    if (!line.empty())
        error.during(line);
    return error;
}

Statement prepare(sqlite3* database, std::string_view sql) {
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const int result =
        sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &raw, &tail);
    Statement statement(raw);
    if (result != SQLITE_OK)
        throw sqlite_error(database, sql);
    const std::string_view rest(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail));
    if (!statement || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos)
        throw engine::Error(fmt::format("expected one SQL statement, found: {}", sql));
    return statement;
}

std::unique_ptr<Connection> open_sqlite(const std::string& file, const ConnectOptions& options) {
    const bool is_there = platform::is_regular_file(file);
    if (!is_there && !options.create)
        throw engine::Error(fmt::format("there is no database file {} [58P01]", file))
            .remedy("check the datasource's file in the answers");
    const int access = options.read_only ? SQLITE_OPEN_READONLY
                       : options.create  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                         : SQLITE_OPEN_READWRITE;
    sqlite3* raw = nullptr;
    const int result = sqlite3_open_v2(platform::native_name(file).c_str(), &raw,
                                       access | SQLITE_OPEN_NOMUTEX, nullptr);
    SqliteHandle handle(raw);
    if (result != SQLITE_OK)
        throw sqlite_error(raw, {}).during("opening " + file);
    if (!is_there) // before -wal and -shm are made, which take over the file's mode
        platform::set_mode(file, 0600);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, static_cast<int>(options.lock_timeout.count()));
    return std::make_unique<SqliteConnection>(std::move(handle));
}

namespace {

// Two that open a new file at once: one of them is told that it is busy, without the busy timeout.
void set_wal(Connection& connection, const std::string& file, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        try {
            if (connection.query("PRAGMA journal_mode").at(0).at(0) == "wal" ||
                connection.query("PRAGMA journal_mode = WAL").at(0).at(0) == "wal")
                return;
            throw engine::Error(fmt::format("{} cannot be put into WAL mode", file))
                .remedy("put it on a local file system");
        } catch (const engine::Error& error) {
            if (std::string_view(error.what()).find("[55P03]") == std::string_view::npos ||
                std::chrono::steady_clock::now() > deadline)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

} // namespace

std::unique_ptr<Connection> connect_sqlite(const std::string& file, const ConnectOptions& options) {
    auto connection = open_sqlite(file, options);
    return engine::during("opening " + file, [&] {
        if (!options.read_only)
            set_wal(*connection, file, options.lock_timeout);
        else
            connection->query("PRAGMA schema_version", {}); // reads the file's header
        connection->script("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
                           "PRAGMA recursive_triggers = ON");
        return std::move(connection);
    });
}

} // namespace locum::datasource
