#pragma once
// What a service of Windows is, as a text in which two can be compared: of each kind of setting one
// line or none, or one for each value, in one order. Account and kind of start are not in it: they
// are an administrator's once the service is there.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

// The settings that a service manager may not have, by the names that they have in the text.
namespace service_setting {
constexpr const char* restart_after = "restart-after";
constexpr const char* restart_on_failure = "restart-on-failure";
constexpr const char* end_by_shutdown = "end-by-shutdown";
constexpr const char* own_identity = "own-identity";
constexpr const char* privilege = "privilege";
} // namespace service_setting

struct ServiceDefinition {
    std::string title; // as lists show it
    std::string description;
    std::string command;                 // one command line, the program in quotes
    std::vector<std::string> after = {}; // services that run before it
    // It is started again so long after it ended by itself; nullopt: it is not.
    std::optional<std::chrono::milliseconds> restart_after = {};
    // Also where it tells that it failed, not only where its process is gone.
    bool restart_on_failure = false;
    // How long it may take to end when the host is shut down.
    std::chrono::milliseconds end_by_shutdown{180'000};
    // Files can be given to it by its name, "NT SERVICE\NAME", whatever account it runs as.
    bool own_identity = false;
    std::vector<std::string> privileges = {}; // the only ones; empty: all of its account
    bool operator==(const ServiceDefinition&) const = default;
};

// A command line for it: the program by its own path, resolved, with backslashes and in quotes.
std::string service_command(std::vector<std::string> argv);

std::string text_of(const ServiceDefinition& definition);
// Throws Error(usage) with the line that is none.
ServiceDefinition parse_service_definition(const std::string& text);
// The text without the lines of these settings.
std::string without_settings(const std::string& text, const std::vector<std::string>& names);

} // namespace locum::platform
