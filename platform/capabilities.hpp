#pragma once
// Single privileges of root that a process may have without being root: capabilities(7). Windows
// has none alike: the names are known there, everybody may listen on every port, and an elevated
// process may the rest.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::platform {

// "net-bind-service": the system's name in lower case, without CAP_.
std::vector<std::string_view> capability_names();
std::optional<int> capability_number(std::string_view name);
// This process may use it, and pass it to a child; root may all, unless its bounding set says no.
bool has_capability(std::string_view name);
// What this process executes from now on gets none of what it may itself: only start_detached()
// still gives what it is told to. For a process that was started with capabilities to pass on.
void keep_capabilities_here();
// The lowest port that a process without net-bind-service may listen on; Windows: 0.
std::uint16_t first_unprivileged_port();

// Why nothing can listen on the UDP port at this address; empty: it is free.
std::string udp_port_fault(const std::string& address, std::uint16_t port);

} // namespace locum::platform
