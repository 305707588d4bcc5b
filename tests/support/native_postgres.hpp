#pragma once
// A PostgreSQL server as this system's tests have one: linux/postgres.cpp starts it,
// windows/postgres.cpp takes what tests/windows/with_postgresql started. CMake chooses.

#include "datasource/connection.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace locum::testing {

class NativePostgres {
public:
    virtual ~NativePostgres() = default;
    // It runs. Throws Error where it cannot be had.
    static std::unique_ptr<NativePostgres> make();

    virtual std::uint16_t port() const = 0;
    virtual datasource::Account superuser() const = 0;
    // settings: those of the other accounts.
    virtual std::unique_ptr<datasource::Connection>
    as_superuser(datasource::Settings settings, const std::string& database) const = 0;
    // See Postgres. Throw Error where the server is another one's to end.
    virtual void kill() = 0;
    virtual void start() = 0;
};

} // namespace locum::testing
