#pragma once
// Probes that ask a PostgreSQL server.

#include "cluster/probe.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/scratch.hpp"

namespace locum::testing {

inline const Postgres& server() {
    static Postgres one;
    return one;
}

// "" where it is well.
inline std::string ask(const std::string& sql, const std::string& output,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
    return cluster::ask({"schema", cluster::SqlTarget{server().settings(), sql, output}, limit})
        .value_or("");
}

// As the manifest of a suite has it: tables are Locum's, the application has its grants on them.
inline void make_domains() {
    server().reset();
    server().as_locum()->script("CREATE TABLE domain (name text, catalog text, serial int);"
                                "INSERT INTO domain VALUES ('probe', NULL, 7), ('other', 'c', 8)");
}

} // namespace locum::testing
