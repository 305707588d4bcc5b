#include "examples/endpoint-manager/server/store.hpp"

#include "examples/endpoint-manager/server/credentials.hpp"
#include "examples/endpoint-manager/server/queries.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>

namespace endpoint {
namespace {

constexpr std::int64_t token_lifetime_s = 12L * 3600;

std::int64_t number(const std::optional<std::string>& field) {
    std::int64_t value = 0;
    if (!field || std::from_chars(field->data(), field->data() + field->size(), value).ptr !=
                      field->data() + field->size()) {
        throw DatabaseError(DatabaseError::Kind::other,
                            fmt::format("expected a number, found '{}'", field.value_or("NULL")));
    }
    return value;
}

std::int64_t unix_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// "2026-01-31 12:00:00.123" in UTC, which is the zone of the sessions on PostgreSQL.
std::string timestamp() {
    const std::int64_t ms = unix_ms();
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:03}",
                       fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
}

std::string schema_version(Database& database) {
    try {
        const Rows rows = database.query("SELECT version FROM schema_version");
        return rows.size() == 1 ? rows[0][0].value_or("") : std::string();
    } catch (const DatabaseError& error) {
        if (error.kind() == DatabaseError::Kind::broken) {
            throw;
        }
        throw DatabaseError(error.kind(),
                            fmt::format("cannot read the schema version: {}", error.what()));
    }
}

} // namespace

Store::Store(Open open, std::string node) : open_(std::move(open)), node_(std::move(node)) {
    connect();
}

void Store::connect() {
    database_.reset();
    auto database = open_();
    const std::string found = schema_version(*database);
    if (found != queries().schema) {
        throw DatabaseError(DatabaseError::Kind::other,
                            fmt::format("the database has schema version '{}', and this server {} "
                                        "needs {}",
                                        found, queries().product, queries().schema));
    }
    const auto key = [&] {
        const Rows rows = database->query("SELECT value FROM setting WHERE name = 'token-key'");
        return rows.empty() ? std::string() : rows[0][0].value_or("");
    };
    token_key_ = key();
    if (token_key_.empty()) {
        // Several servers may do so at once: the first one wins, and all read what it wrote.
        Transaction transaction(*database);
        database->query("UPDATE setting SET value = $1 WHERE name = 'token-key' AND value = ''",
                        {random_key()});
        transaction.commit();
        token_key_ = key();
    }
    database_ = std::move(database);
}

template <typename Work>
auto Store::run(Work work) {
    if (database_) {
        try {
            return work(*database_);
        } catch (const DatabaseError& error) {
            if (error.kind() != DatabaseError::Kind::broken) {
                throw;
            }
        }
    }
    connect();
    return work(*database_);
}

std::optional<DeviceConfig> Store::device_config(const std::string& device) {
    const Rows rows =
        run([&](Database& database) { return database.query(queries().device_config, {device}); });
    if (rows.empty()) {
        return std::nullopt;
    }
    const Row& row = rows[0];
    return DeviceConfig{row[0].value_or(""), number(row[1]), number(row[2]), row[3].value_or("")};
}

std::optional<std::int64_t> Store::check_in(const std::string& device) {
    return run([&](Database& database) -> std::optional<std::int64_t> {
        Transaction transaction(database);
        if (database.query("SELECT id FROM device WHERE id = $1", {device}).empty()) {
            return std::nullopt;
        }
        const Rows rows = database.query(
            "INSERT INTO device_seen (device, node, count, seen_at) VALUES ($1, $2, 1, $3) "
            "ON CONFLICT (device) DO UPDATE SET node = excluded.node, "
            "count = device_seen.count + 1, seen_at = excluded.seen_at RETURNING count",
            {device, node_, timestamp()});
        transaction.commit();
        return number(rows.at(0)[0]);
    });
}

std::optional<Profile> Store::profile(std::int64_t id) {
    const Rows rows =
        run([&](Database& database) { return database.query(queries().profile, {id}); });
    if (rows.empty()) {
        return std::nullopt;
    }
    return Profile{number(rows[0][0]), rows[0][1].value_or("")};
}

std::optional<std::int64_t> Store::write_profile(std::int64_t id, const std::string& value,
                                                 std::optional<std::int64_t> expected,
                                                 const std::string& admin) {
    return run([&](Database& database) -> std::optional<std::int64_t> {
        std::vector<Parameter> parameters{id, nullptr, timestamp(), admin};
        if (expected) {
            parameters[1] = *expected;
        }
        Transaction transaction(database);
        const Rows rows = database.query(queries().next_version, parameters);
        if (rows.empty()) {
            return std::nullopt;
        }
        const std::int64_t version = number(rows[0][0]);
        database.query(queries().write_value, {id, version, value});
        transaction.commit();
        return version;
    });
}

std::optional<std::string> Store::log_in(const std::string& user, const std::string& password) {
    const Rows rows = run([&](Database& database) {
        return database.query(
            "SELECT salt, iterations, password_hash FROM admin WHERE name = $1 AND active", {user});
    });
    if (rows.empty() ||
        !password_matches(password, rows[0][0].value_or(""), static_cast<int>(number(rows[0][1])),
                          rows[0][2].value_or(""))) {
        return std::nullopt;
    }
    run([&](Database& database) {
        Transaction transaction(database);
        database.query("INSERT INTO session (admin, node, opened_at) VALUES ($1, $2, $3)",
                       {user, node_, timestamp()});
        transaction.commit();
        return true;
    });
    return make_token(user, unix_ms() / 1000 + token_lifetime_s, token_key_);
}

std::optional<std::string> Store::authenticated(const std::string& token) {
    return token_user(token, unix_ms() / 1000, token_key_);
}

void Store::probe() {
    if (run([&](Database& database) { return database.query(queries().probe); }).empty()) {
        throw DatabaseError(DatabaseError::Kind::other, "there is no profile in the database");
    }
}

} // namespace endpoint
