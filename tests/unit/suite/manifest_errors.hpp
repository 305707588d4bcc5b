#pragma once
// Valid manifests in which a test makes one mistake, and what is said of it.

#include "engine/error.hpp"
#include "suite/manifest.hpp"

#include <doctest/doctest.h>

namespace locum::suite::testing {

// What every manifest below begins with; lines are counted from 1.
inline const std::string head = R"(format = 1
locum = "0.1"
[suite]
name = "s"
title = "S"
version = "2.0"
schema = "2"
licence = "licence.txt"
[compatibility]
upgrades-from = ["1"]
old-binary-on-new-schema = "works"
new-binary-on-old-schema = "breaks"
[topologies]
one = { title = "One", components = ["server"] }
[components.server]
title = "Server"
role = "server"
payload = "payload/server"
[components.front]
title = "Front"
role = "balancer"
requires = ["server"]
payload = "payload/front"
)";

inline const std::string database = R"([database]
application-name = "s"
node-local = ["seen"]
[database.sqlite]
version-query = "SELECT v FROM s"
version-record = "UPDATE s SET v = $1"
migrations = [
    { to = "1", file = "1.sql" },
    { from = "1", to = "2", file = "2.sql" },
]
)";

// Valid as it is; each case below makes one mistake in it.
inline const std::string valid = head + R"([[ports]]
name = "web"
component = "server"
choices = [{ when = "front", port = 81 }, { port = 80 }]
[[configs]]
component = "server"
template = "server.in"
to = "{etc}/server.conf"
mode = "0600"
[[services]]
name = "server"
component = "server"
argv = ["{component.dir}/run", "{port.web}"]
environment = { TZ = "UTC" }
stop = { signal = "TERM", timeout-s = 10 }
[[probes]]
component = "server"
name = "up"
http = "http://{node.address}:{port.web}/"
[balancing]
component = "front"
server = "server"
driver = "haproxy"
socket = "{run}/s"
backend = "b"
)" + database;

struct Case {
    std::string from; // replaced once
    std::string to;
    std::string complaint;
};

inline std::string complaint(const std::string& text) {
    try {
        parse_manifest(text, "s.toml");
        return "accepted";
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::usage);
        CHECK(error.remedy().find("correct line ") == 0);
        return error.what();
    }
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE_MESSAGE(at != std::string::npos, from);
    return text.replace(at, from.size(), to);
}

inline std::string complaint(const Case& c) {
    return complaint(replaced(valid, c.from, c.to));
}

inline void check(const std::vector<Case>& cases) {
    CHECK(complaint(valid) == "accepted");
    for (const Case& c : cases)
        CHECK_MESSAGE(complaint(c) == "s.toml:" + c.complaint, c.to);
}

} // namespace locum::suite::testing
