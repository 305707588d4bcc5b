#pragma once
// Services of the host's service manager: systemd, told by systemctl, since its commands are the
// interface that administrators know and scripts rest on. A unit that Locum installs is in
// /usr/local/lib/systemd/system (systemd.unit(5): of the local installation), so that drop-ins of
// the administrator in /etc survive.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace locum::platform {

// systemd runs this host (sd_booted(3)). Windows: false; its service control manager is not used.
bool service_manager_runs();

struct ServiceUnitState {
    std::string active; // "active", "inactive", "failed", "activating", …
    std::string sub;    // "running", "auto-restart", …
    std::int64_t pid = 0;
    std::uint64_t restarts = 0; // by the manager itself, since it was started
};

// name: with its suffix, "locum-agent-x.service". All throw Error with what systemctl said.
// Writes the unit's file where it differs and has the manager read it. What runs goes on.
void install_service_unit(const std::string& name, const std::string& text);
// It starts at boot, as its file says.
void enable_service_unit(const std::string& name);
// What runs goes on. Drop-ins of the administrator stay. Bears being run again after it was killed.
void remove_service_unit(const std::string& name);
// remove_service_unit() has nothing to do: there is neither its file nor, since that was removed,
// what the manager still knows of it, nor the empty folder.
bool service_unit_gone(const std::string& name);
bool service_unit_installed(const std::string& name);
// Of its file; "" where it is not installed.
std::string service_unit_text(const std::string& name);
// "enabled", "disabled", "masked", …: whether it starts at boot.
std::string service_unit_enablement(const std::string& name);
void start_service_unit(const std::string& name);
// Also where it does not run, and where the manager has given it up.
void restart_service_unit(const std::string& name);
// A program as a unit of the manager for this once, with processes of its own: it goes on when the
// unit that asks for it is stopped or restarted. Its output is in the journal. Returns when it
// runs.
void start_transient_unit(const std::string& name, const std::vector<std::string>& argv,
                          const std::map<std::string, std::string>& environment);
// Waits until it ended; longest: how long it may take until the manager kills it.
void stop_service_unit(const std::string& name,
                       std::chrono::milliseconds longest = std::chrono::minutes(2));
void reload_service_unit(const std::string& name);
// SIGKILL to all its processes, at once.
void kill_service_unit(const std::string& name);
ServiceUnitState service_unit_state(const std::string& name);
// In the same order. One that the manager does not know is "inactive".
std::vector<ServiceUnitState> service_unit_states(const std::vector<std::string>& names);
// The last lines that its processes wrote, as text for people.
std::string service_unit_log(const std::string& name, unsigned lines);

} // namespace locum::platform
