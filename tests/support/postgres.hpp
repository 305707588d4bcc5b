#pragma once
// A PostgreSQL server of a test's own: made below a temporary folder, on a free loopback port, gone
// with the object, and also when the test process is killed. For Windows it is one of the test
// program's (tests/windows/with_postgresql), reached by verified TLS.

#include "datasource/connection.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace locum::testing {

class NativePostgres;

// Roles: "locum" (owner of the database, may end the application's sessions), "application" (has
// CONNECT, and the usual rights on all tables that locum makes), and the superuser "postgres".
class Postgres {
public:
    Postgres();
    ~Postgres();
    Postgres(const Postgres&) = delete;
    Postgres& operator=(const Postgres&) = delete;

    // Of database "suite", with both accounts and their passwords.
    datasource::Settings settings() const;
    datasource::Account superuser() const;
    std::uint16_t port() const;

    std::unique_ptr<datasource::Connection> as_locum() const;
    std::unique_ptr<datasource::Connection>
    as_application(const std::string& application_name = "suite") const;
    std::unique_ptr<datasource::Connection>
    as_superuser(const std::string& database = "suite") const;

    // Drops and makes the database anew, empty, with its grants.
    void reset() const;
    // Not for Windows.
    void kill();  // SIGQUIT: as after a crash
    void start(); // again, with the same data

private:
    std::unique_ptr<NativePostgres> native_;
};

} // namespace locum::testing
