// Statements on PostgreSQL.

#include "datasource/engines.hpp"

#include <fmt/format.h>

#include <charconv>

namespace locum::datasource {
namespace {

std::string field(const PGresult* result, int code) {
    const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
    return text == nullptr ? "" : text;
}

// "line 12: ALTER TABLE …" of a script; "" where the server names no place.
std::string line_at(std::string_view sql, const std::string& position) {
    std::size_t characters = 0;
    std::from_chars(position.data(), position.data() + position.size(), characters);
    if (characters == 0)
        return {};
    // The server counts characters from 1, not bytes.
    std::size_t at = 0;
    for (; at < sql.size(); ++at)
        if ((static_cast<unsigned char>(sql[at]) & 0xC0U) != 0x80U && --characters == 0)
            break;
    const std::string_view before = sql.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t begin = before.rfind('\n') + 1; // npos + 1 is 0
    return fmt::format("in line {}: {}", line, sql.substr(begin, sql.find('\n', begin) - begin));
}

std::string remedy_for(std::string_view state) {
    if (state == "55P03")
        return "another session holds a lock; see it with SELECT pid, usename, application_name, "
               "state FROM pg_stat_activity WHERE state <> 'idle', end it, then try again";
    if (state == "42501")
        return "give Locum's account the missing right; the check of the datasource prints the SQL";
    if (state == "53100")
        return "free space on the database server, then try again";
    if (state.substr(0, 2) == "57" || state.substr(0, 2) == "08")
        return "see that the database server is up, then try again";
    return {};
}

} // namespace

engine::Error postgresql_error(PGconn* connection, const PGresult* result, std::string_view sql) {
    std::string state = field(result, PG_DIAG_SQLSTATE);
    std::string text = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state.empty()) {
        state = "08006";
        text = PQerrorMessage(connection);
        text = text.empty() ? "the connection is lost" : text.substr(0, text.find('\n'));
    }
    std::string remedy = remedy_for(state);
    if (remedy.empty())
        remedy = field(result, PG_DIAG_MESSAGE_HINT);
    engine::Error error =
        engine::Error(fmt::format("PostgreSQL: {} [{}]", text, state)).remedy(std::move(remedy));
    const std::string line = line_at(sql, field(result, PG_DIAG_STATEMENT_POSITION));
    if (!line.empty())
        error.during(line);
    return error;
}

namespace {

class PostgresqlConnection final : public Connection {
public:
    explicit PostgresqlConnection(PostgresqlHandle handle) : handle_(std::move(handle)) {}

    Kind kind() const override { return Kind::postgresql; }

    Rows query(std::string_view sql, const std::vector<Parameter>& parameters) override {
        const Result result = run(sql, parameters);
        const int count = PQntuples(result.get()), width = PQnfields(result.get());
        Rows rows(static_cast<std::size_t>(count));
        for (int row = 0; row < count; ++row) {
            Row& fields = rows[static_cast<std::size_t>(row)];
            fields.reserve(static_cast<std::size_t>(width));
            for (int column = 0; column < width; ++column) {
                if (PQgetisnull(result.get(), row, column))
                    fields.emplace_back(std::nullopt);
                else
                    fields.emplace_back(std::string(
                        PQgetvalue(result.get(), row, column),
                        static_cast<std::size_t>(PQgetlength(result.get(), row, column))));
            }
        }
        return rows;
    }

    std::int64_t execute(std::string_view sql, const std::vector<Parameter>& parameters) override {
        const Result result = run(sql, parameters);
        const std::string_view changed = PQcmdTuples(result.get());
        std::int64_t count = 0; // stays so for a statement that changes no rows, such as DDL
        std::from_chars(changed.data(), changed.data() + changed.size(), count);
        return count;
    }

    void script(std::string_view sql) override {
        const std::string text(sql);
        const Result result(PQexec(handle_.get(), text.c_str()));
        require(result.get(), text);
    }

    bool lost() const override { return PQstatus(handle_.get()) == CONNECTION_BAD; }
    void* native() override { return handle_.get(); }

private:
    Result run(std::string_view sql, const std::vector<Parameter>& parameters) {
        const std::string text(sql);
        std::vector<std::string> kept; // the texts of the numbers, while the statement runs
        kept.reserve(parameters.size());
        std::vector<const char*> values;
        values.reserve(parameters.size());
        for (const Parameter& parameter : parameters) {
            if (std::holds_alternative<std::nullptr_t>(parameter)) {
                values.push_back(nullptr);
            } else if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
                kept.push_back(std::to_string(*number));
                values.push_back(kept.back().c_str());
            } else {
                const auto& string = std::get<std::string>(parameter);
                if (string.find('\0') != std::string::npos)
                    throw engine::Error("a text for PostgreSQL holds a NUL character")
                        .remedy("use a text without it");
                values.push_back(string.c_str());
            }
        }
        Result result(PQexecParams(handle_.get(), text.c_str(), static_cast<int>(values.size()),
                                   nullptr, values.data(), nullptr, nullptr, 0));
        require(result.get(), text);
        return result;
    }

    void require(const PGresult* result, std::string_view sql) {
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            throw engine::Error("the script uses COPY with STDIN or STDOUT, which has no other end "
                                "here")
                .remedy("use INSERT instead");
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY)
            throw postgresql_error(handle_.get(), result, sql);
    }

    PostgresqlHandle handle_;
};

} // namespace

std::unique_ptr<Connection> connect_postgresql(const Settings& settings, const Account& account,
                                               const ConnectOptions& options) {
    return std::make_unique<PostgresqlConnection>(open_postgresql(settings, account, options));
}

} // namespace locum::datasource
