#include "tests/support/postgres.hpp"

#include "engine/error.hpp"
#include "tests/support/native_postgres.hpp"

#include <fmt/format.h>

namespace locum::testing {
namespace {

constexpr const char* password = "test-only";

} // namespace

Postgres::Postgres() : native_(NativePostgres::make()) {
    // Where the server is not this object's own, both may be there.
    for (const char* role : {"locum", "application"})
        if (as_superuser("postgres")
                ->query("SELECT 1 FROM pg_roles WHERE rolname = $1", {role})
                .empty())
            as_superuser("postgres")
                ->script(fmt::format("CREATE ROLE {} LOGIN PASSWORD '{}'", role, password));
    as_superuser("postgres")->script("GRANT pg_signal_backend TO locum");
    reset();
}

Postgres::~Postgres() = default;

std::uint16_t Postgres::port() const {
    return native_->port();
}

void Postgres::kill() {
    native_->kill();
}

void Postgres::start() {
    native_->start();
}

datasource::Account Postgres::superuser() const {
    return native_->superuser();
}

datasource::Settings Postgres::settings() const {
    datasource::Settings settings;
    settings.kind = datasource::Kind::postgresql;
    settings.host = "127.0.0.1";
    settings.port = native_->port();
    settings.database = "suite";
    settings.application = {"application", engine::Secret(password)};
    settings.locum = {"locum", engine::Secret(password)};
    return settings;
}

std::unique_ptr<datasource::Connection> Postgres::as_locum() const {
    return datasource::connect(settings(), settings().locum);
}

std::unique_ptr<datasource::Connection>
Postgres::as_application(const std::string& application_name) const {
    datasource::ConnectOptions options;
    options.application_name = application_name;
    return datasource::connect(settings(), settings().application, options);
}

std::unique_ptr<datasource::Connection> Postgres::as_superuser(const std::string& database) const {
    return native_->as_superuser(settings(), database);
}

void Postgres::reset() const {
    const auto server = as_superuser("postgres");
    server->script("DROP DATABASE IF EXISTS suite WITH (FORCE)");
    server->script("CREATE DATABASE suite OWNER locum");
    as_locum()->script("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, "
                       "DELETE ON TABLES TO "
                       "application; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT "
                       "ON SEQUENCES TO "
                       "application");
}

} // namespace locum::testing
