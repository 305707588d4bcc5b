#include "examples/endpoint-manager/server/config.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <set>
#include <stdexcept>

namespace endpoint {
namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

template <typename Number>
bool parse_number(const std::string& text, Number& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end;
}

// Takes one setting; answers what was expected where the value does not fit.
std::string set(Config& config, const std::string& key, const std::string& value) {
    if (key == "listen") {
        const auto endpoint = parse_endpoint(value);
        if (!endpoint) {
            return "an address and a port, as in 127.0.0.2:30001";
        }
        config.address = endpoint->address;
        config.port = endpoint->port;
    } else if (key == "node") {
        config.node = value;
    } else if (key == "mode") {
        if (value != "normal" && value != "update") {
            return "normal or update";
        }
        config.update_mode = value == "update";
    } else if (key == "snapshot_ms") {
        // Empty in normal mode.
        if (!value.empty() && !parse_number(value, config.snapshot_ms)) {
            return "a Unix time in milliseconds, or nothing";
        }
    } else if (key == "database") {
        if (value != "postgresql" && value != "sqlite") {
            return "postgresql or sqlite";
        }
        config.engine = value == "sqlite" ? Engine::sqlite : Engine::postgresql;
    } else if (key == "connection") {
        config.connection = value;
    } else if (key == "file") {
        config.file = value;
    } else if (key == "web-app") {
        config.web_app = value;
    } else {
        return "listen, node, mode, snapshot_ms, database, connection, file or web-app";
    }
    return {};
}

} // namespace

std::optional<Endpoint> parse_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    Endpoint endpoint;
    if (colon == std::string::npos || colon == 0 ||
        !parse_number(text.substr(colon + 1), endpoint.port)) {
        return std::nullopt;
    }
    endpoint.address = text.substr(0, colon);
    if (endpoint.address.front() == '[' && endpoint.address.back() == ']') {
        endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
    }
    return endpoint;
}

Config read_config(const std::string& file) {
    std::ifstream input(file);
    if (!input) {
        throw std::runtime_error(fmt::format("cannot read the configuration file {}", file));
    }
    Config config;
    std::set<std::string> seen;
    std::string line;
    for (int number = 1; std::getline(input, line); ++number) {
        line = trimmed(line);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const auto equals = line.find('=');
        const std::string key = trimmed(line.substr(0, equals));
        const std::string value =
            equals == std::string::npos ? std::string() : trimmed(line.substr(equals + 1));
        // Values are not shown: `connection` holds a password.
        const std::string expected =
            equals == std::string::npos ? "key = value" : set(config, key, value);
        if (!expected.empty()) {
            throw std::runtime_error(
                fmt::format("{}:{}: '{}': expected {}", file, number, key, expected));
        }
        if (!seen.insert(key).second) {
            throw std::runtime_error(fmt::format("{}:{}: '{}' is there twice", file, number, key));
        }
    }
    const char* place = config.engine == Engine::sqlite ? "file" : "connection";
    for (const char* key : {"listen", "node", "mode", "database", place}) {
        if (!seen.contains(key)) {
            throw std::runtime_error(fmt::format("{}: '{}' is missing", file, key));
        }
    }
    if (config.update_mode && config.snapshot_ms == 0) {
        throw std::runtime_error(
            fmt::format("{}: 'snapshot_ms' is missing, which mode = update needs", file));
    }
    return config;
}

} // namespace endpoint
