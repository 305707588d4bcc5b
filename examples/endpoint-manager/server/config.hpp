#pragma once
// The server's configuration file: lines of key = value; # starts a comment line.

#include <cstdint>
#include <optional>
#include <string>

namespace endpoint {

enum class Engine { postgresql, sqlite };

struct Config {
    std::string address; // numeric
    std::uint16_t port = 0;
    std::string node;
    bool update_mode = false;     // works on a copy
    std::int64_t snapshot_ms = 0; // Unix time of the copy's snapshot; update mode only
    Engine engine = Engine::sqlite;
    std::string connection; // postgresql: conninfo
    std::string file;       // sqlite
    std::string web_app;    // folder of its pages, which need not be there; empty: none
};

// "address:port", the address numeric, IPv6 in brackets; nullopt: it is not that.
struct Endpoint {
    std::string address;
    std::uint16_t port = 0;
};
std::optional<Endpoint> parse_endpoint(const std::string& text);

// Throws std::runtime_error that names the file, the line, what was found and what was expected.
Config read_config(const std::string& file);

} // namespace endpoint
