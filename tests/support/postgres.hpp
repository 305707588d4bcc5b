#pragma once
// A PostgreSQL server of a test's own: made below a temporary folder, on a free loopback port, gone
// with the object, and also when the test process is killed.

#include "datasource/connection.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <sys/types.h>

namespace locum::testing {

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
    std::uint16_t port() const { return port_; }
    const std::string& folder() const { return folder_; }

    std::unique_ptr<datasource::Connection> as_locum() const;
    std::unique_ptr<datasource::Connection>
    as_application(const std::string& application_name = "suite") const;
    std::unique_ptr<datasource::Connection>
    as_superuser(const std::string& database = "suite") const;

    // Drops and makes the database anew, empty, with its grants.
    void reset() const;
    void kill();  // SIGQUIT: as after a crash
    void start(); // again, with the same data

private:
    std::string folder_;
    std::string programs_; // …/postgresql/N/bin
    std::uint16_t port_ = 0;
    pid_t server_ = -1;
};

} // namespace locum::testing
