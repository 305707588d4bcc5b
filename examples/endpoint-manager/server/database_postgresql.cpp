#include "examples/endpoint-manager/server/database.hpp"

#include <libpq-fe.h>

#include <array>
#include <map>

namespace endpoint {
namespace {

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

std::string trimmed(const char* message) {
    std::string text = message == nullptr ? "" : message;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return text;
}

class Postgresql final : public Database {
public:
    explicit Postgresql(const std::string& connection) {
        // Given before "dbname", so that the configured connection text may override them. The
        // server is told to drop the session of a host that lost its power; it would keep it for
        // two hours.
        const std::array<const char*, 4> keys{"connect_timeout", "options", "dbname", nullptr};
        const std::array<const char*, 4> values{
            "3",
            "-c statement_timeout=10s -c lock_timeout=5s -c TimeZone=UTC -c tcp_keepalives_idle=10 "
            "-c tcp_keepalives_interval=5 -c tcp_keepalives_count=4 -c tcp_user_timeout=30000",
            connection.c_str(), nullptr};
        connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
            throw DatabaseError(DatabaseError::Kind::broken,
                                "cannot connect to the database: " +
                                    trimmed(PQerrorMessage(connection_.get())));
        }
    }

    Rows query(std::string_view sql, const std::vector<Parameter>& parameters) override {
        const std::string& name = prepared(sql);
        std::vector<std::string> texts(parameters.size());
        std::vector<const char*> values(parameters.size(), nullptr);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            if (std::holds_alternative<std::nullptr_t>(parameters[i])) {
                continue;
            }
            const auto* number = std::get_if<std::int64_t>(&parameters[i]);
            texts[i] =
                number != nullptr ? std::to_string(*number) : std::get<std::string>(parameters[i]);
            values[i] = texts[i].c_str();
        }
        const Result result(PQexecPrepared(connection_.get(), name.c_str(),
                                           static_cast<int>(values.size()), values.data(), nullptr,
                                           nullptr, 0));
        check(result, false);
        Rows rows;
        for (int r = 0; r < PQntuples(result.get()); ++r) {
            Row& row = rows.emplace_back();
            for (int c = 0; c < PQnfields(result.get()); ++c) {
                if (PQgetisnull(result.get(), r, c) != 0) {
                    row.emplace_back(std::nullopt);
                } else {
                    row.emplace_back(PQgetvalue(result.get(), r, c));
                }
            }
        }
        return rows;
    }

    void begin() override { command("BEGIN", false); }
    void commit() override { command("COMMIT", true); }
    void rollback() noexcept override {
        const Result ignored(PQexec(connection_.get(), "ROLLBACK"));
    }

private:
    void command(const char* sql, bool committing) {
        check(Result(PQexec(connection_.get(), sql)), committing);
    }

    const std::string& prepared(std::string_view sql) {
        const auto found = names_.find(sql);
        if (found != names_.end()) {
            return found->second;
        }
        std::string name = "q" + std::to_string(names_.size());
        check(Result(
                  PQprepare(connection_.get(), name.c_str(), std::string(sql).c_str(), 0, nullptr)),
              false);
        return names_.emplace(sql, std::move(name)).first->second;
    }

    void check(const Result& result, bool committing) const {
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
            return;
        }
        const std::string message = trimmed(PQerrorMessage(connection_.get()));
        if (PQstatus(connection_.get()) == CONNECTION_OK) {
            throw DatabaseError(DatabaseError::Kind::other, message);
        }
        if (committing) {
            throw DatabaseError(DatabaseError::Kind::other,
                                "the connection broke during a commit: " + message);
        }
        throw DatabaseError(DatabaseError::Kind::broken, message);
    }

    std::unique_ptr<PGconn, Finish> connection_;
    std::map<std::string, std::string, std::less<>> names_;
};

} // namespace

std::unique_ptr<Database> open_postgresql(const std::string& connection) {
    return std::make_unique<Postgresql>(connection);
}

} // namespace endpoint
