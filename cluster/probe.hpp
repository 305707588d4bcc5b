#pragma once
// Health probes: over the network, by a command, by a statement.

#include "datasource/connection.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace locum::cluster {

struct HttpTarget {
    std::string url; // http://host:port/path
    unsigned status = 200;
    std::string body = {};                              // contained in the answer; empty: any
    std::map<std::string, engine::Secret> headers = {}; // a value may be a key
};
struct TcpTarget {
    std::string address; // host:port; a connection is enough
};
struct CommandTarget {
    std::vector<std::string> argv;
    std::string output; // a line of what it prints; empty: exit code 0 is enough
};
struct SqlTarget {
    datasource::Settings database; // asked by its application account
    std::string sql;
    std::string output; // the first column of its first row
};

struct ProbeTarget {
    std::string name;
    std::variant<HttpTarget, TcpTarget, CommandTarget, SqlTarget> how;
    std::chrono::milliseconds limit{3000};
    bool proves_version = false;
    engine::Secrets secrets = {}; // that its texts may hold, and no answer of ask() does
};

// nullopt: well; else what was found and what was expected, in one sentence.
std::optional<std::string> ask(const ProbeTarget& target);

} // namespace locum::cluster
